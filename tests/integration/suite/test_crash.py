"""A module that crashes ends the program, with a report that names the module, the function and the line."""

import os
import pwd
import shutil
import signal
import subprocess
import time
import unittest

from fresh_pbx import FreshPbx
from harness.pbx import SOURCE
from support import BUILD, SANITIZED, for_everybody, sanitizer_reports

CODE = (SOURCE / "tests/loader/lifecycle/modules/mod_crashes.cpp").read_text()
MODULES = (SOURCE / "conf/autoload_configs/modules.conf.xml").read_text()
FIRST = MODULES.replace("<modules>", '<modules><load module="mod_crashes"/>')
NO_CORE_FILE = ("prlimit", "--core=0")
ADVICE = "What to do: unload or replace mod_crashes;"


def line_of(part):
    return CODE[:CODE.index(part)].count("\n") + 1


class Crash(FreshPbx):
    def fresh(self, files=None, extra=(), user=None):
        pbx = super().fresh(files, extra=[*extra, *(("-u", user) if user else ())])
        if user:
            pbx.installed = for_everybody(pbx.folder)
        own = pbx.folder / "modules"
        own.mkdir()
        for file in [*pbx.installed.modules.glob("mod_*.so"), BUILD / "tests/loader/modules/mod_crashes.so"]:
            shutil.copy(file, own)
        pbx.extra += ["-mod", own]
        return pbx

    def _dispose(self, pbx):
        """A sanitizer's report is what is expected here."""
        pbx.stop(force=True)
        shutil.rmtree(pbx.folder, ignore_errors=True)

    def reports(self, pbx):
        return list((pbx.base / "log").glob("crash-*.txt"))

    def crash(self, pbx, command):
        """Has a running one crash by a command of the module; returns what it wrote."""
        pbx.start(wrapper=NO_CORE_FILE)
        self.assertTrue(*pbx.cli("load mod_crashes"))
        pid, begun = pbx.pid, time.monotonic()
        self.assertFalse(pbx.cli(command)[0])
        status = pbx.process.wait(10)
        self.assertLess(time.monotonic() - begun, 10)
        text = pbx.console.read_text(errors="replace")
        self.check(pbx, status, text, pid, ran="mod_commands")
        return text

    def crash_at_start(self, pbx, env=None):
        done = subprocess.run([*NO_CORE_FILE, *pbx.command_line()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, env={**os.environ, **(env or {})})
        self.check(pbx, done.returncode, done.stdout, int((pbx.run / "strowger.pid").read_text()),
                   ran="mod_crashes")
        return done.stdout

    def check(self, pbx, status, text, pid, ran):
        """It died of the signal, and the terminal and a file name the module; or a sanitizer said it all."""
        if SANITIZED:
            self.assertNotEqual(status, 0, text)
            self.assertNotEqual(sanitizer_reports(text), [], text)
            self.assertEqual(self.reports(pbx), [])
            return
        self.assertEqual(status, -signal.SIGSEGV, text)
        self.assertIn(f"strowger: crashed with SIGSEGV on thread control while this ran: {ran}\n", text)
        self.assertEqual(len(self.reports(pbx)), 1, text)
        file, = self.reports(pbx)
        self.assertRegex(file.name, rf"^crash-\d{{8}}-\d{{6}}-{pid}\.txt$")
        self.assertEqual(file.stat().st_mode & 0o7777, 0o640)
        report = file.read_text()
        self.assertIn(report, text)
        self.assertIn(f"this report is also in {file}\n", text)
        version = subprocess.check_output([pbx.installed.bin / "strowger", "-version"], text=True).strip()
        self.assertTrue(report.startswith(f"{version} crashed, "), report)
        self.assertIn(f"\nprocess: {pid}, thread control\n", report)
        self.assertIn("\nmodule:  mod_crashes\n", report)
        self.assertRegex(report, rf"\nfile:    {pbx.run}/modules-{pid}/mod_crashes-\d+\.so, its private copy\n")
        self.assertEqual("\ncalled while this ran: mod_commands\n" in report, ran == "mod_commands")
        self.assertIn(ADVICE, report)
        self.assertNotIn(pbx.password, text)

    def assert_stack(self, text, function, part, at=0):
        """The frame `at` is in that function, on the source line that holds that text."""
        if SANITIZED:
            return self.assertIn(f"mod_crashes.cpp:{line_of(part)}", text)
        stack = text.split("stack, the innermost first:\n", 1)[1].splitlines()
        self.assertRegex(stack[at], rf"^    mod_crashes \(mod_crashes-\d+\.so\)  \(anonymous namespace\)::{function}\(\)  "
                                    rf"mod_crashes\.cpp:{line_of(part)}$")


class Command(Crash):
    def test_a_command_that_crashes(self):
        text = self.crash(self.fresh(), "crash_now")
        self.assert_stack(text, "crash_here", "*nowhere = 1")
        if not SANITIZED:
            self.assertIn("\nsignal:  SIGSEGV on access to address 0x0\n", text)

    def test_a_jump_to_where_no_code_is(self):
        """As a call into a module that was unmapped: who called is known still."""
        text = self.crash(self.fresh(), "crash_jump")
        if SANITIZED:  # which do not get that far
            return self.assertIn("SEGV on unknown address 0x000000010000", text)
        self.assertIn("\nsignal:  SIGSEGV on access to address 0x10000\n", text)
        self.assertIn("\n    0x10000 (no file)\n", text)
        self.assert_stack(text, "jump_to_nowhere", "gone();", at=1)

    @unittest.skipIf(os.geteuid() != 0, "only root can become another user")
    def test_after_root_was_given_up(self):
        pbx = self.fresh(user="nobody")
        shutil.chown(pbx.conf / "private.xml", "nobody")  # a load reads the configuration anew
        text = self.crash(pbx, "crash_now")
        self.assert_stack(text, "crash_here", "*nowhere = 1")
        for file in self.reports(pbx):
            self.assertEqual(file.stat().st_uid, pwd.getpwnam("nobody").pw_uid)


class Start(Crash):
    files = {"autoload_configs/modules.conf.xml": FIRST}

    def test_start_that_crashes(self):
        text = self.crash_at_start(self.fresh(self.files, extra=["-set", "crash_at_start=true"]))
        self.assert_stack(text, "crash_here", "*nowhere = 1")

    def test_a_static_constructor_that_crashes(self):
        text = self.crash_at_start(self.fresh(self.files), env={"STROWGER_TEST_CRASHES_AS_MAPPED": "1"})
        self.assert_stack(text, "crash_here", "*nowhere = 1")

    @unittest.skipIf(os.geteuid() != 0, "only root can become another user")
    def test_a_report_that_root_left_is_no_hindrance(self):
        pbx = self.fresh(self.files, extra=["-set", "crash_at_start=true"], user="nobody")
        self.crash_at_start(pbx)
        pbx.extra += ["-set", "crash_at_start=false"]
        pbx.start()
        self.assertEqual(pbx.stop(), 0)
        for file in self.reports(pbx):
            self.assertEqual(file.stat().st_uid, pwd.getpwnam("nobody").pw_uid)


class Afterwards(Crash):
    def test_the_next_start_says_so_once(self):
        pbx = self.fresh()
        self.crash(pbx, "crash_now")
        pbx.start()
        said = "Strowger crashed when it ran last: "
        if SANITIZED:
            self.assertNotIn(said, pbx.log_text())
        else:
            pbx.wait_log(f"{said}{self.reports(pbx)[0]} says where and what to do")
        self.assertEqual(pbx.stop(), 0)
        before = pbx.log_text().count(said)
        pbx.start()
        self.assertEqual(pbx.stop(), 0)
        self.assertEqual(pbx.log_text().count(said), before)

    def test_a_signal_from_outside_is_no_modules_fault(self):
        pbx = self.fresh().start(wrapper=NO_CORE_FILE)
        os.kill(pbx.pid, signal.SIGSEGV)
        status = pbx.process.wait(10)
        if SANITIZED:
            return self.assertNotEqual(status, 0)
        self.assertEqual(status, -signal.SIGSEGV)
        file, = self.reports(pbx)
        self.assertIn(f"\nsignal:  SIGSEGV, sent by process {os.getpid()}\n", file.read_text())
        self.assertIn(f"What to do: find out why process {os.getpid()} ended this one;", file.read_text())

    def test_the_second_process_wants_its_words(self):
        for words in ([], ["1"], ["x"] * 8, ["11", "1", "0x0", "one", "", "", ""]):
            done = subprocess.run([BUILD / "bin/strowger", "-explain-crash", *words], capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, timeout=30)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)


if __name__ == "__main__":
    unittest.main()
