"""One Strowger: a directory of its own, started, asked and stopped."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]


class Installed:
    """Where the programs, modules and the shipped configuration are."""

    def __init__(self, bin_dir, modules, conf):
        self.bin = Path(bin_dir)
        self.modules = Path(modules)
        self.conf = Path(conf)

    @staticmethod
    def tree():
        """build/install, as tools/build leaves it."""
        root = SOURCE / "build" / "install"
        return Installed(root / "bin", root / "lib/strowger/modules", root / "share/strowger/conf")

    @staticmethod
    def build(folder):
        """A build folder, as tests use it."""
        folder = Path(folder)
        return Installed(folder / "bin", folder / "lib/strowger/modules", SOURCE / "conf")


    @staticmethod
    def chosen():
        """The build folder that STROWGER_BUILD names, else build/install."""
        folder = os.environ.get("STROWGER_BUILD")
        return Installed.build(folder) if folder else Installed.tree()


class Pbx:
    """`sets` are -set overrides; `overlays` are folders copied over the configuration, in order."""

    def __init__(self, base, installed, sets=None, overlays=(), netns=None, names=(), extra=()):
        self.base = Path(base)
        self.installed = installed
        self.sets = dict(sets or {})
        self.netns = netns
        self.names = list(names)
        self.extra = list(extra)
        self.process = None
        self.conf = self.base / "conf"
        self.certs = self.conf / "ssl"
        self.run = self.base / "run"
        self.console = self.base / "console.log"
        self._prepare(overlays)

    def _prepare(self, overlays):
        self.base.mkdir(parents=True, exist_ok=True)
        if not self.conf.exists():
            shutil.copytree(self.installed.conf, self.conf)
        for overlay in overlays:
            shutil.copytree(overlay, self.conf, dirs_exist_ok=True)
        for folder in ("db", "log", "run"):
            (self.base / folder).mkdir(exist_ok=True)
        self.password = make_password(self.conf)

    def gentls_cert(self, *words):
        subprocess.run([self.installed.bin / "gentls_cert", *words, "-dir", self.certs], check=True,
                       stdout=subprocess.DEVNULL)

    def make_certificates(self, name, alternatives=()):
        """A certificate authority and agent.pem, when there are none."""
        if not (self.certs / "CA").exists():
            self.gentls_cert("setup", "-cn", f"{name} CA", "-org", "Strowger")
        if not (self.certs / "agent.pem").exists():
            words = [word for each in alternatives for word in ("-alt", each)]
            self.gentls_cert("create_server", "-cn", name, *words, "-org", "Strowger")

    def command_line(self, *more):
        words = [str(self.installed.bin / "strowger"), "-nf", "-base", self.base, "-conf", self.conf,
                 "-certs", self.certs, "-db", self.base / "db", "-log", self.base / "log",
                 "-run", self.run, "-mod", self.installed.modules]
        for name, value in self.sets.items():
            words += ["-set", f"{name}={value}"]
        return [str(word) for word in [*words, *self.extra, *more]]

    def start(self, timeout=20, wrapper=()):
        """Returns when the PBX answers commands; raises with its console when it does not."""
        into = ["ip", "netns", "exec", self.netns] if self.netns else []
        with open(self.console, "ab") as console:
            self.process = subprocess.Popen([*into, *wrapper, *self.command_line()], stdin=subprocess.DEVNULL,
                                            stdout=console, stderr=console, start_new_session=True)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if (self.run / "strowger.sock").exists() and self.cli("status")[0]:
                return self
            time.sleep(0.05)
        text = self.console.read_text(errors="replace")[-4000:]
        self.stop(force=True)
        raise RuntimeError(f"Strowger did not start (status {self.process.returncode}):\n{text}")

    def cli(self, command, timeout=30):
        """Runs one command: (succeeded, text)."""
        done = subprocess.run([self.installed.bin / "strowger_cli", "-run", self.run, "-x", command],
                              capture_output=True, text=True, timeout=timeout)
        return done.returncode == 0, (done.stdout + done.stderr).rstrip("\n")

    def wait_cli(self, command, met, timeout=10):
        """Repeats a command until `met(text)`; returns the text, raises with the last one."""
        deadline = time.monotonic() + timeout
        while True:
            _, text = self.cli(command)
            if met(text):
                return text
            if time.monotonic() > deadline:
                raise TimeoutError(f"'{command}' never showed what was expected; last:\n{text}")
            time.sleep(0.05)

    @property
    def pid(self):
        """Of the PBX itself (a wrapper such as strace, or ip netns exec, may stand before it)."""
        pidfile = self.run / "strowger.pid"
        return int(pidfile.read_text()) if pidfile.exists() else self.process.pid

    def log_text(self):
        file = self.base / "log" / "strowger.log"
        return (file.read_text(errors="replace") if file.exists() else "") + self.console.read_text(errors="replace")

    def wait_log(self, said, timeout=5):
        """Returns when that is in the log, which is written a little later than it is said."""
        deadline = time.monotonic() + timeout
        while said not in self.log_text():
            if time.monotonic() > deadline:
                raise AssertionError(f"never in the log: {said}\n{self.log_text()[-6000:]}")
            time.sleep(0.05)

    def stop(self, force=False, timeout=15):
        """Ends it in order; returns its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            try:
                os.kill(self.pid, signal.SIGKILL if force else signal.SIGTERM)
            except ProcessLookupError:
                pass
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(5)
                if not force:
                    raise
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop(force=True)


def make_password(conf):
    """The password of all users of the shipped directory: made once, into a file for its owner only."""
    private = conf / "private.xml"
    if private.exists():
        text = private.read_text()
        start = text.index("default_password=") + len("default_password=")
        return text[start:text.index('"', start)]
    password = secrets.token_urlsafe(12).replace("_", "x").replace("-", "y")
    descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("<include>\n  <!-- Made on the first run; known to nobody else. -->\n"
                   f'  <X-PRE-PROCESS cmd="set" data="default_password={password}"/>\n</include>\n')
    return password


def cpu_seconds(pid):
    """User and system time of one process."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kb(pid):
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))
