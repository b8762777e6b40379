"""The demo and the primer's figures, as an operator runs them."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from harness.demo import FIGURES
from harness.pbx import SOURCE

# Of each figure: what a listener must get on wire a and on wire b.
CLEAR = {"SIP can be read": "yes", "audio can be heard": "yes", "digits in RTP": "4711", "a=crypto can be read": "0"}
SIP_HIDDEN = {"SIP can be read": "no", "audio can be heard": "yes", "digits in RTP": "4711", "digits in SIP": "none",
              "a=crypto can be read": "0", "TLS was seen": "yes"}
PRIVATE = {"SIP can be read": "no", "audio can be heard": "no", "digits in RTP": "none", "digits in SIP": "none",
           "a=crypto can be read": "0", "TLS was seen": "yes", "media was seen, both ways": "yes"}
WIRES = {"demo": (CLEAR, PRIVATE), "figure-1": (CLEAR, CLEAR), "figure-2": (SIP_HIDDEN, SIP_HIDDEN),
         "figure-3": (PRIVATE, PRIVATE), "figure-4": (CLEAR, SIP_HIDDEN), "figure-5": (CLEAR, PRIVATE)}
LEGS = {"demo": ("exposed", "private"), "figure-1": ("exposed", "exposed"), "figure-2": ("exposed", "exposed"),
        "figure-3": ("private", "private"), "figure-4": ("exposed", "exposed"), "figure-5": ("exposed", "private")}


class Demo(unittest.TestCase):
    def run_figure(self, name):
        done = subprocess.run([sys.executable, SOURCE / "tools/harness/demo.py", name], capture_output=True, text=True,
                              timeout=180)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("all as it must be", done.stdout)
        self.assert_table(name, done.stdout)
        self.assert_files(done.stdout)

    def assert_table(self, name, text):
        rows = dict(re.findall(r"(?m)^  ok  (.+?)  +(\S.*)$", text))
        self.assertNotIn("  NO  ", text)
        expected = {"1000 heard 1001's tone (770 Hz)": "yes", "1001 heard 1000's tone (440 Hz)": "yes"}
        for wire, gets, leg in zip("ab", WIRES[name], LEGS[name]):
            expected |= {f"wire {wire}: {what}": value for what, value in gets.items()}
            expected[f"show calls: leg {wire}: privacy"] = leg
        self.assertEqual({what: rows.get(what) for what in expected}, expected, text)

    def assert_files(self, text):
        """Everything is where the demo says."""
        folder = SOURCE / re.search(r"(?m)^  recordings, captures and logs: (\S+)$", text).group(1)
        for pattern in ("wire-a.pcap", "wire-b.pcap", "phone-1000/dump-*-dec.wav", "phone-1001/dump-*-dec.wav",
                        "phone-1000/console.log", "pbx/log/strowger.log", "show-calls.txt", "show-calls.json"):
            found = list(folder.glob(pattern))
            self.assertEqual(len(found), 1, f"{pattern} in {folder}: {found}")
            self.assertGreater(found[0].stat().st_size, 100, found)


for _name in FIGURES:
    setattr(Demo, "test_" + _name.replace("-", "_"), lambda self, name=_name: self.run_figure(name))


class Words(unittest.TestCase):
    def test_an_unknown_figure(self):
        done = subprocess.run([sys.executable, SOURCE / "tools/harness/demo.py", "figure-9"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("figure-1", done.stderr)

    def test_without_root_it_is_not_measured(self):
        program = ("import os, sys; from harness import demo; os.geteuid() or os.seteuid(65534); "
                   "sys.exit(demo.main([]))")
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        self.assertEqual(done.returncode, 3)
        self.assertIn("not measured: captures need root", done.stderr)


class WithoutRoot(unittest.TestCase):
    """tools/run where packages are missing: it says what to type, and touches nothing."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.folder.chmod(0o755)
        (self.folder / "tools").mkdir()
        for name in ("run", "build", "install-deps"):
            shutil.copy(SOURCE / "tools" / name, self.folder / "tools" / name)
        (self.folder / "bin").mkdir()
        # What would do something says so instead.
        for name in ("apt-get", "sudo", "cmake", "python3"):
            self.program(name, f"echo {name} was called >&2; exit 9")

    def program(self, name, text):
        file = self.folder / "bin" / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)

    def run_without_root(self, *missing, words=()):
        """`missing`: packages that dpkg-query does not know."""
        self.program("dpkg-query", 'for last; do :; done\ncase " %s " in *" $last "*) exit 1 ;; esac\nprintf installed'
                     % " ".join(missing))
        who = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        done = subprocess.run([self.folder / "tools/run", *words], capture_output=True, text=True, timeout=60,
                              env={"PATH": path, "HOME": "/nonexistent"}, cwd="/", **who)
        if missing:
            self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
            self.assertNotIn("was called", done.stderr)
        return done

    def test_the_line_to_type_for_one_package(self):
        done = self.run_without_root("libsofia-sip-ua-dev")
        self.assertIn("\n    sudo apt-get update && sudo apt-get install --yes --no-install-recommends "
                      "libsofia-sip-ua-dev\n", done.stderr)

    def test_the_line_to_type_for_several(self):
        done = self.run_without_root("g++", "libssl-dev", "sip-tester")  # the last is for tests only
        self.assertIn("install --yes --no-install-recommends g++ libssl-dev\n", done.stderr)

    def test_the_demo_needs_more_packages_and_root(self):
        done = self.run_without_root("baresip-core", words=["--demo"])
        self.assertIn("\n    sudo apt-get update && sudo apt-get install --yes --no-install-recommends baresip-core\n",
                      done.stderr)
        self.assertIn("not measured: captures need root", done.stderr)

    def test_nothing_is_to_be_typed_when_all_is_there(self):
        done = self.run_without_root()
        self.assertEqual(done.stderr, "cmake was called\n")  # it goes on to build
        self.assertEqual(done.returncode, 9)


if __name__ == "__main__":
    unittest.main()
