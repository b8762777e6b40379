"""The demo and the primer's figures, as an operator runs them."""

import subprocess
import sys
import unittest

from harness.demo import FIGURES
from harness.pbx import SOURCE


class Demo(unittest.TestCase):
    def run_figure(self, name):
        done = subprocess.run([sys.executable, SOURCE / "tools/harness/demo.py", name], capture_output=True, text=True,
                              timeout=180)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("all as it must be", done.stdout)


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


if __name__ == "__main__":
    unittest.main()
