"""A PBX for each test class, on a loopback address that nobody else uses."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from harness.pbx import SOURCE, Installed, Pbx

BUILD = Path(os.environ.get("STROWGER_BUILD", SOURCE / "build" / "dev"))
SANITIZED = os.environ.get("STROWGER_SANITIZER", "none") != "none"
_used = 0


def loopback():
    """An address in 127/8 of this process's own, a new one each time."""
    global _used
    _used += 1
    return f"127.{20 + os.getpid() % 200}.{os.getpid() // 200 % 250}.{_used}"


def sanitizer_reports(text):
    return [line for line in text.splitlines() if "Sanitizer" in line or "runtime error:" in line]


def wait_until(met, timeout=10):
    """Returns whether it was met in time."""
    deadline = time.monotonic() + timeout
    while not met():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def far_end(name, options=""):
    """Dialplan of the external profile: NAME-PORT calls the test's own UDP client at that port of 127.0.0.1."""
    return f"""<include>
  <extension name="{name}">
    <condition field="destination_number" expression="^{name}-(\\d+)$">
      <action application="bridge" data="{options}sofia/external/sip:far@127.0.0.1:$1"/>
    </condition>
  </extension>
</include>
"""


def for_everybody(folder):
    """Programs and modules that any user can run: the build's own, or installed in that folder when the way to the build is
    closed for others (a clone in /root)."""
    if all(each.stat().st_mode & 0o001 for each in [BUILD, *BUILD.parents]):
        return Installed.build(BUILD)
    prefix = Path(folder) / "prefix"
    subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
    return Installed(prefix / "bin", prefix / "lib/strowger/modules", SOURCE / "conf")


class PbxCase(unittest.TestCase):
    """`overlay_files`: {path below conf: text}, over the shipped configuration. `sets`: -set overrides."""
    overlay_files = {}
    sets = {}
    tls = False
    starts = True

    @classmethod
    def make_pbx(cls, **how):
        folder = Path(tempfile.mkdtemp(prefix="strowger-test-"))
        overlay = folder / "overlay"
        overlay.mkdir()
        address = loopback()
        for name, text in cls.overlay_files.items():
            file = overlay / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("@ADDRESS@", address))
        sets = {"local_ip_v4": address, "domain": address}
        if not cls.tls:
            sets |= {"internal_ssl_enable": "false", "external_ssl_enable": "false"}
        pbx = Pbx(folder / "pbx", Installed.build(BUILD), overlays=[overlay], sets=sets | cls.sets, **how)
        pbx.address, pbx.folder = address, folder
        if cls.tls:
            pbx.make_certificates(address, [f"IP:{address}"])
        return pbx

    @classmethod
    def setUpClass(cls):
        cls.pbx = cls.make_pbx()
        if cls.starts:
            cls.pbx.start(timeout=60)

    @classmethod
    def tearDownClass(cls):
        status = cls.pbx.stop() if cls.pbx.process else 0
        text = cls.pbx.log_text()
        reports = sanitizer_reports(text)
        if os.environ.get("STROWGER_KEEP") is None:
            shutil.rmtree(cls.pbx.folder, ignore_errors=True)
        if reports:
            raise AssertionError("sanitizer reports:\n" + text[-6000:])
        if status not in (0, None):
            raise AssertionError(f"the PBX ended with status {status}:\n{text[-3000:]}")

    def cli(self, command):
        good, text = self.pbx.cli(command)
        self.assertTrue(good, f"{command}: {text}")
        return text

    def wait_no_channels(self, timeout=20):
        self.pbx.wait_cli("status", lambda text: "\n0 channel(s) now" in text, timeout)
