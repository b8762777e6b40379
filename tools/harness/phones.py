"""Real phones: baresip, one process each, driven over its control socket."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from . import tones
from .netns import connect_inside


class Baresip:
    """A phone that plays a tone, records what it hears, and does as told.

    `transport`: udp, tcp, tls. `encryption`: None, "srtp" (offered), "srtp-mand" (required).
    """

    def __init__(self, folder, user, password, domain, address, registrar, transport="udp", encryption=None,
                 tone=440, sip_port=5070, control_port=4444, netns=None, cafile=None, certificate=None,
                 answer="auto", codecs="PCMU/8000/1", register=True):
        self.folder = Path(folder)
        self.user, self.domain, self.netns = user, domain, netns
        self.address, self.control_port = address, control_port
        self.process = self.control = None
        self.events, self._waiting = [], b""
        self.console = self.folder / "console.log"
        self._write(password, registrar, transport, encryption, tone, sip_port, cafile, certificate, answer,
                    codecs, register)

    def _write(self, password, registrar, transport, encryption, tone, sip_port, cafile, certificate, answer,
               codecs, register):
        self.folder.mkdir(parents=True, exist_ok=True)
        tones.write_tone(self.folder / "tone.wav", tone)
        modules = ["account", "menu", "g711", "ctrl_tcp", "aufile", "sndfile"]
        if encryption:
            modules.append("srtp")
        lines = [f"sip_listen {self.address}:{sip_port}", f"net_interface {self.address}",
                 "module_path /usr/lib/baresip/modules", "poll_method epoll",
                 f"audio_source aufile,{self.folder}/tone.wav", f"audio_player aufile,{self.folder}/player.wav",
                 "audio_alert aufile,/dev/null", "audio_level no", "rtp_timeout 0",
                 "ctrl_tcp_listen " + f"127.0.0.1:{self.control_port}", f"snd_path {self.folder}",
                 "rtp_ports 20000-20998", "call_local_timeout 60", "call_max_calls 8",
                 "dns_server 127.0.0.1:53"]  # without one it sends nothing at all
        if cafile:
            lines += [f"sip_cafile {cafile}"]
        if certificate:
            lines += [f"sip_certificate {certificate}"]
        lines += [f"module {name}.so" for name in modules if name not in ("account", "menu", "ctrl_tcp")]
        lines += [f"module_app {name}.so" for name in ("account", "menu", "ctrl_tcp")]
        (self.folder / "config").write_text("\n".join(lines) + "\n")
        params = [f"auth_pass={password}", f"answermode={answer}", f"audio_codecs={codecs}", "ptime=20",
                  f'outbound="sip:{registrar};transport={transport}"', "dtmfmode=rtpevent",
                  "regint=120" if register else "regint=0"]
        if encryption:
            params.append(f"mediaenc={encryption}")
        account = f"<sip:{self.user}@{self.domain};transport={transport}>;" + ";".join(params)
        (self.folder / "accounts").write_text(account + "\n")
        (self.folder / "contacts").write_text("")

    def start(self, timeout=10):
        into = ["ip", "netns", "exec", self.netns] if self.netns else []
        with open(self.console, "ab") as console:
            self.process = subprocess.Popen([*into, "baresip", "-f", str(self.folder)], stdin=subprocess.DEVNULL,
                                            stdout=console, stderr=console, start_new_session=True,
                                            cwd=self.folder)
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.control = connect_inside(self.netns, ("127.0.0.1", self.control_port), 2)
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("baresip did not start:\n" + self.console.read_text(errors="replace")[-2000:])
                time.sleep(0.05)

    def command(self, name, params="", timeout=5):
        """Sends a command; returns its response."""
        text = json.dumps({"command": name, "params": params, "token": name}).encode()
        self.control.sendall(b"%d:%s," % (len(text), text))
        return self._until(lambda each: each.get("response") is not None, timeout)

    def wait_event(self, *types, timeout=15):
        """Waits for an event of one of these types, seen before or not yet; takes it."""
        return self._until(lambda each: each.get("type") in types, timeout)

    def _until(self, met, timeout):
        deadline = time.monotonic() + timeout
        while True:
            for each in self.events:
                if met(each):
                    self.events.remove(each)
                    return each
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{self.user}: nothing of what was waited for; events {self.events}\n" +
                                   self.console.read_text(errors="replace")[-1500:])
            self.control.settimeout(left)
            try:
                data = self.control.recv(65536)
            except TimeoutError:
                continue
            if not data:
                raise RuntimeError(f"{self.user}: baresip went away\n" + self.console.read_text(errors="replace")[-1500:])
            self._waiting += data
            self._split()

    def _split(self):
        while b":" in self._waiting:
            head, rest = self._waiting.split(b":", 1)
            size = int(head)
            if len(rest) <= size:
                return
            self.events.append(json.loads(rest[:size]))
            self._waiting = rest[size + 1:]

    def wait_registered(self, timeout=15):
        """Its own console says so: the event may have come before anybody was connected."""
        deadline = time.monotonic() + timeout
        while True:
            text = self.console.read_text(errors="replace")
            if re.search(r"\} 200 OK .*\[\d+ binding", text):
                return self
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"{self.user} could not register:\n{text[-1500:]}")
            time.sleep(0.05)

    def dial(self, number):
        uri = number if number.startswith("sip:") else f"sip:{number}@{self.domain}"
        return self.command("dial", uri)

    def digits(self, text, pause=0.35):
        for digit in text:
            self.command("sndcode", digit)
            time.sleep(pause)
            self.command("sndcode", chr(4))  # key released
            time.sleep(0.15)

    def hangup(self):
        return self.command("hangup")

    def recording(self):
        """(samples, rate) of what this phone heard in its last call."""
        files = sorted(self.folder.glob("dump-*-dec.wav"), key=os.path.getmtime)
        return tones.read_wav(files[-1]) if files else ([], tones.RATE)

    def stop(self):
        if self.control:
            self.control.close()
            self.control = None
        if self.process and self.process.poll() is None:
            # `ip netns exec` replaces itself by baresip: the process group holds it alone.
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
