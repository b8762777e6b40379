"""A PBX of its own for one test: it may refuse to start, and its files may be spoilt before."""

import shutil
import subprocess
import unittest

from sip_client import Client
from support import PbxCase, sanitizer_reports


class FreshPbx(unittest.TestCase):
    def fresh(self, files=None, tls=False, sets=None, extra=()):
        """Prepared, not started. `files`: {path below conf: text}; @ADDRESS@ is its address."""
        case = type("Fresh", (PbxCase,), {"overlay_files": files or {}, "tls": tls, "sets": sets or {}})
        pbx = case.make_pbx(extra=extra)
        pbx.folder.chmod(0o755)  # -u's user must find its way to the files
        self.addCleanup(self._dispose, pbx)
        return pbx

    def _dispose(self, pbx):
        pbx.stop(force=True)
        text = pbx.log_text() if pbx.console.exists() else ""
        shutil.rmtree(pbx.folder, ignore_errors=True)
        self.assertEqual(sanitizer_reports(text), [], text[-6000:])

    def run_to_its_end(self, pbx, *more, wrapper=(), timeout=60):
        """Runs the program until it ends by itself: (exit status, what it printed)."""
        done = subprocess.run([*map(str, wrapper), *pbx.command_line(*more)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout)
        self.assertEqual(sanitizer_reports(done.stdout), [], done.stdout)
        return done.returncode, done.stdout

    def refused(self, pbx, *said, wrapper=()):
        """The start ends with status 1 and says all of that."""
        status, text = self.run_to_its_end(pbx, wrapper=wrapper)
        self.assertEqual(status, 1, text)
        for each in said:
            self.assertIn(each, text)
        self.assertFalse((pbx.run / "strowger.pid").exists())
        return text

    def assert_answers(self, pbx, port=5060, transport="udp"):
        with Client(pbx.address, port, transport) as probe:
            probe.send_raw(probe.request("OPTIONS"))
            self.assertEqual(probe.response("OPTIONS").status, 200)

    def assert_closed(self, pbx, port):
        with self.assertRaises(OSError):
            Client(pbx.address, port, "tcp")
