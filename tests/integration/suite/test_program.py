"""The program itself: its options, its start and end, ports and modules that are not to be had."""

import base64
import os
import pwd
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
import unittest
from pathlib import Path

from fresh_pbx import FreshPbx
from harness.pbx import SOURCE
from sip_client import Client, sdp
from support import BUILD, PbxCase, for_everybody

PROGRAM = BUILD / "bin/strowger"
SWITCH = (SOURCE / "conf/autoload_configs/switch.conf.xml").read_text()
MODULES = (SOURCE / "conf/autoload_configs/modules.conf.xml").read_text()


def run(*words, timeout=30):
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=timeout)
    return done.returncode, done.stdout, done.stderr


def ended(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


class CommandLine(FreshPbx):
    def test_version_and_help(self):
        status, out, _ = run("-version")
        self.assertEqual(status, 0)
        self.assertRegex(out, r"\AStrowger \d+\.\d+\.\d+\S*\n\Z")
        status, out, _ = run("-help")
        self.assertEqual(status, 0)
        for option in ("-conf", "-db", "-log", "-mod", "-run", "-certs", "-base", "-u", "-g", "-nc", "-nf", "-c", "-stop",
                       "-version", "-set", "-check"):
            self.assertRegex(out, rf"(?m)(^|\s){option}\s")

    def test_what_is_wrong_is_named(self):
        for words, said in ((["-frobnicate"], 'unknown option "-frobnicate"'), (["-chek"], "did you mean -check?"),
                            (["-conf"], "the value after -conf is missing"),
                            (["-conf", "-nc"], "the value after -conf is missing"),
                            (["-set"], "name=value is missing after -set"), (["-set", "domain"], '"domain" has no name or no "="'),
                            (["conf"], 'unknown option "conf"')):
            status, out, err = run(*words)
            self.assertEqual((status, out), (2, ""), words)
            self.assertIn(said, err)
            self.assertIn("usage: strowger", err)

    def test_users_and_folders_that_are_not_there(self):
        pbx = self.fresh(extra=("-u", "no-such-user"))
        self.refused(pbx, "-u no-such-user: there is no such user")
        pbx = self.fresh(extra=("-g", "no-such-group"))
        self.refused(pbx, "-g no-such-group: there is no such group")
        pbx = self.fresh()
        shutil.rmtree(pbx.conf)
        self.refused(pbx, "strowger.xml")
        pbx = self.fresh()
        shutil.rmtree(pbx.run)
        pbx.run.write_text("a file")
        status, text = self.run_to_its_end(pbx)
        self.assertEqual(status, 1)
        self.assertIn(str(pbx.run), text)

    def test_stop_without_a_running_one(self):
        pbx = self.fresh()
        status, _, err = run("-stop", "-run", pbx.run)
        self.assertEqual(status, 1)
        self.assertIn(f"no Strowger runs with {pbx.run}/strowger.pid", err)
        # A number that a crash left behind is nobody's to kill.
        (pbx.run / "strowger.pid").write_text(f"{os.getpid()}\n")
        self.assertEqual(run("-stop", "-run", pbx.run)[0], 1)


class OneAtATime(PbxCase):
    def test_a_second_start_with_the_same_run_directory(self):
        done = subprocess.run(self.pbx.command_line(), capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"process number {self.pbx.pid} runs already", done.stdout + done.stderr)
        self.cli("status")
        self.assertTrue((self.pbx.run / "strowger.pid").exists())

    def test_set_beats_vars_xml(self):
        self.assertEqual(self.cli("eval $${domain}"), self.pbx.address)
        for _ in range(2):
            self.assertEqual(self.cli("eval $${internal_ssl_enable}"), "false")  # vars.xml says true
            self.cli("reloadxml")
        self.assertNotIn("transport=tls", self.cli("sofia status"))


class End(FreshPbx):
    def test_stop_ends_it_and_removes_what_it_made(self):
        pbx = self.fresh().start()
        self.assertEqual(run("-stop", "-run", pbx.run), (0, "", ""))
        self.assertEqual(pbx.process.wait(5), 0)
        self.assertEqual([each.name for each in pbx.run.iterdir()], [])

    def test_sigterm_with_a_call_up(self):
        pbx = self.fresh().start()
        with Client(pbx.address, 5080) as caller:
            self.assertEqual(caller.invite("9196", sdp(caller.address, 4000))[0].status, 200)
            before = time.monotonic()
            pbx.process.send_signal(signal.SIGTERM)
            got = caller.receive(5)
            while got.method != "BYE":
                got = caller.receive(5)
            caller.send_raw(caller.answer_to(got, 200))
            self.assertEqual(pbx.process.wait(10), 0)
        self.assertLess(time.monotonic() - before, 10)
        self.assertIn("all calls and modules have ended", pbx.log_text())

    def test_sigterm_with_a_caller_that_says_nothing_any_more(self):
        pbx = self.fresh().start()
        with Client(pbx.address, 5080) as caller:
            self.assertEqual(caller.invite("9196", sdp(caller.address, 4000))[0].status, 200)
            pbx.process.send_signal(signal.SIGTERM)
            self.assertEqual(pbx.process.wait(15), 0)

    def held(self):
        """A PBX whose control loop a module holds."""
        pbx = self.fresh()
        own = pbx.folder / "modules"
        own.mkdir()
        for file in [*pbx.installed.modules.glob("mod_*.so"), BUILD / "tests/loader/modules/mod_holds.so"]:
            (own / file.name).symlink_to(file)
        pbx.extra = ["-mod", own]
        pbx.start()
        self.assertTrue(*pbx.cli("load mod_holds"))
        asks = subprocess.Popen([pbx.installed.bin / "strowger_cli", "-run", pbx.run, "-x", "hold 60"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(asks.wait)
        self.addCleanup(asks.kill)
        pbx.wait_log(" ms by mod_holds: no call moves until it returns", 10)  # said while it is held
        return pbx

    def test_sigterm_while_a_module_holds_the_loop(self):
        pbx = self.held()
        pbx.process.send_signal(signal.SIGTERM)
        self.assertEqual(pbx.process.wait(20), 1)
        pbx.wait_log("the control loop is held; the program ends now")

    def test_a_second_sigterm_ends_it_at_once(self):
        pbx = self.held()
        pbx.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        pbx.process.send_signal(signal.SIGTERM)
        self.assertEqual(pbx.process.wait(5), 1)

    def test_signals_while_it_starts(self):
        """SIGHUP does not kill it, SIGTERM ends it in order."""
        pbx = self.fresh()
        with open(pbx.console, "wb") as console:
            pbx.process = subprocess.Popen(pbx.command_line(), stdout=console, stderr=console, stdin=subprocess.DEVNULL)
        while "loaded mod_sqlite" not in pbx.log_text():
            self.assertIsNone(pbx.process.poll())
            time.sleep(0.005)
        pbx.process.send_signal(signal.SIGHUP)
        pbx.process.send_signal(signal.SIGTERM)
        self.assertEqual(pbx.process.wait(30), 0, pbx.log_text())
        self.assertEqual([each.name for each in pbx.run.iterdir()], [])

    def test_what_a_killed_one_left_is_no_hindrance(self):
        pbx = self.fresh().start()
        os.kill(pbx.pid, signal.SIGKILL)
        pbx.process.wait(10)
        self.assertTrue((pbx.run / "strowger.sock").exists())
        pbx.start()
        self.assertEqual(pbx.stop(), 0)
        self.assertEqual([each.name for each in pbx.run.iterdir()], [])


class Background(FreshPbx):
    def test_nc_returns_when_it_is_ready(self):
        pbx = self.fresh()
        words = [word for word in pbx.command_line() if word != "-nf"]
        done = subprocess.run([*words, "-nc"], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        pid = int((pbx.run / "strowger.pid").read_text())
        self.addCleanup(lambda: ended(pid) or os.kill(pid, signal.SIGKILL))
        self.assert_answers(pbx)  # at once
        self.assertEqual(os.getsid(pid), pid)
        self.assertEqual(run("-stop", "-run", pbx.run)[0], 0)
        self.assertIn("is ready", (pbx.base / "log/strowger.log").read_text())

    def test_nc_says_why_it_did_not_start(self):
        pbx = self.fresh({"dialplan/broken.xml": "<include>"})
        words = [word for word in pbx.command_line() if word != "-nf"]
        done = subprocess.run([*words, "-nc"], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 1)
        self.assertIn("dialplan/broken.xml:1: broken XML", done.stderr)


@unittest.skipIf(os.geteuid() != 0, "only root can become another user")
class OtherUser(FreshPbx):
    def test_everything_of_root_is_gone(self):
        pbx = self.fresh(extra=("-u", "nobody"))
        pbx.installed = for_everybody(pbx.folder)
        pbx.start()
        nobody = pwd.getpwnam("nobody")
        facts = dict(line.split(":\t", 1) for line in Path(f"/proc/{pbx.pid}/status").read_text().splitlines() if ":\t" in line)
        self.assertEqual(set(facts["Uid"].split()), {str(nobody.pw_uid)})
        self.assertEqual(set(facts["Gid"].split()), {str(nobody.pw_gid)})
        self.assertEqual(facts["Groups"].split(), [str(nobody.pw_gid)])
        self.assertEqual(int(facts["CapEff"], 16), 0)
        self.assertEqual(int(facts["CapPrm"], 16), 0)
        for task in Path(f"/proc/{pbx.pid}/task").iterdir():  # every thread
            self.assertRegex((task / "status").read_text(), rf"(?m)^Uid:(\t{nobody.pw_uid}){{4}}$")
            self.assertRegex((task / "status").read_text(), rf"(?m)^Groups:\t{nobody.pw_gid}\s*$")
        # It can still do its work: calls, registrations, and loading a module.
        with Client(pbx.address, user="1000", password=pbx.password) as phone:
            self.assertEqual(phone.register().status, 200)
        # A reload reads the configuration anew: what only root may read is told, with the cure.
        ok, why = pbx.cli("reload mod_apps")
        self.assertFalse(ok)
        self.assertIn("private.xml cannot be read: Permission denied; give it, with chown", why)
        shutil.chown(pbx.conf / "private.xml", "nobody")
        self.assertTrue(pbx.cli("reload mod_apps")[0])
        self.assertEqual(pbx.stop(), 0)

    def test_what_is_not_strowgers_is_not_given_away(self):
        pbx = self.fresh(extra=("-u", "nobody"))
        pbx.run.mkdir(exist_ok=True)
        other = pbx.run / "other.pid"
        other.write_text("1")
        self.refused(pbx, f"the directory {pbx.run} is not this user's", "not given away")
        self.assertEqual((pbx.run.stat().st_uid, other.stat().st_uid), (0, 0))
        # A folder of the system's that everybody may write in stays the system's, as do the files in it.
        pbx.run.chmod(0o777)
        pbx.start()
        self.assertEqual((pbx.run.stat().st_uid, other.stat().st_uid), (0, 0))
        self.assertEqual((pbx.run / "strowger.sock").stat().st_uid, pwd.getpwnam("nobody").pw_uid)
        self.assertEqual(pbx.stop(), 0)

    def test_nothing_stays_behind(self):
        pbx = self.fresh(extra=("-u", "nobody")).start()
        self.assertEqual(pbx.stop(), 0)
        self.assertEqual([each.name for each in pbx.run.iterdir()], [])


class Ports(FreshPbx):
    def test_in_use_by_another_process(self):
        for kind, transport in ((socket.SOCK_DGRAM, "UDP"), (socket.SOCK_STREAM, "TCP")):
            pbx = self.fresh()
            with socket.socket(socket.AF_INET, kind) as other:
                other.bind((pbx.address, 5060))
                if kind == socket.SOCK_STREAM:
                    other.listen()
                pbx.start()
                text = pbx.cli("sofia status profile internal")[1]
                self.assertRegex(text, rf"(?m)^{transport}\s+DOWN: .*{pbx.address}:5060.*in use")
                self.assertRegex(pbx.cli("sofia status")[1], r"(?m)^\s*internal\s.*DOWN.*in use")
                self.assert_answers(pbx, 5060, "tcp" if transport == "UDP" else "udp")
                self.assert_answers(pbx, 5080)
                pbx.wait_log("in use")
                self.assertEqual(pbx.stop(), 0)


    def test_the_tls_port(self):
        pbx = self.fresh(tls=True)
        with socket.create_server((pbx.address, 5061)):
            pbx.start()
            self.assertRegex(pbx.cli("sofia status")[1], r"(?m)^\s*internal\s.*DOWN \(TLS\): .*:5061.*in use")
            self.assert_answers(pbx, 5060, "tcp")
            self.assert_answers(pbx, 5081, "tls")
            self.assertEqual(pbx.stop(), 0)

    def call(self, pbx):
        caller = Client(pbx.address, 5080)
        self.addCleanup(caller.close)
        answer, hang_up = caller.invite("9196", sdp(caller.address, 4000))
        return answer, hang_up

    def test_media_ports_taken_by_others_are_passed_over_and_too_few_refuse_a_call(self):
        switch = SWITCH.replace('"16384"', '"20000"').replace('"32768"', '"20005"')
        pbx = self.fresh({"autoload_configs/switch.conf.xml": switch})
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two:
            one.bind((pbx.address, 20000))
            two.bind((pbx.address, 20003))
            pbx.start()
            answer, hang_up = self.call(pbx)
            self.assertEqual(answer.status, 200)
            self.assertIn("m=audio 20004 ", answer.body)
            self.assertEqual(self.call(pbx)[0].status, 503)
            pbx.wait_log("widen rtp-start-port and rtp-end-port")
            self.assertEqual(hang_up().status, 200)
        deadline = time.monotonic() + 5
        while (answer := self.call(pbx)[0]).status != 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(answer.status, 200)
        pbx.stop()


class Console(FreshPbx):
    def test_strowger_cli_without_a_pbx(self):
        pbx = self.fresh()
        done = subprocess.run([pbx.installed.bin / "strowger_cli", "-run", pbx.run, "-x", "status"], capture_output=True,
                              text=True, timeout=20)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn(f"No Strowger answers at {pbx.run}/strowger.sock", done.stderr)

    def test_a_socket_that_cannot_be_is_no_reason_not_to_telephone(self):
        pbx = self.fresh()
        (pbx.run / "strowger.sock").write_text("somebody's file")
        with open(pbx.console, "wb") as console:
            pbx.process = subprocess.Popen(pbx.command_line(), stdout=console, stderr=console, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while "is ready: 6 modules run" not in pbx.log_text():
            self.assertLess(time.monotonic(), deadline, pbx.log_text())
            time.sleep(0.05)
        pbx.wait_log("mod_commands was not loaded")
        self.assert_answers(pbx)
        self.assertEqual(pbx.stop(), 0)
        self.assertEqual((pbx.run / "strowger.sock").read_text(), "somebody's file")


class ModuleFiles(FreshPbx):
    """What one bad file does to the start; how each kind of bad file is found out is the loader tests'."""

    def with_module(self, name, text, files=None):
        """One whose module directory has that file instead (None: no such file)."""
        pbx = self.fresh(files)
        own = pbx.folder / "modules"
        own.mkdir()
        for file in pbx.installed.modules.glob("mod_*.so"):
            (own / file.name).symlink_to(file)
        (own / f"{name}.so").unlink(missing_ok=True)
        if text is not None:
            (own / f"{name}.so").write_bytes(text)
        pbx.extra = ["-mod", own]
        return pbx

    def test_a_critical_one(self):
        whole = (BUILD / "lib/strowger/modules/mod_dialplan.so").read_bytes()
        for text in (None, b"not a module\n", whole[:len(whole) // 2]):
            with self.subTest(text and len(text)):
                self.refused(self.with_module("mod_dialplan", text), "mod_dialplan.so")

    def test_one_that_is_not_critical(self):
        modules = MODULES.replace("</modules>", '  <load module="mod_extra"/>\n  </modules>')
        for text in (None, b"not a module\n"):
            with self.subTest(text):
                pbx = self.with_module("mod_extra", text, {"autoload_configs/modules.conf.xml": modules}).start()
                self.assertNotIn("mod_extra", pbx.cli("show modules")[1])
                self.assertRegex(pbx.log_text(), r"(?m)(WARNING|ERR).*mod_extra\.so")
                self.assert_answers(pbx)
                self.assertEqual(pbx.stop(), 0)


class Secrets(PbxCase):
    """Nothing of a password, a key or a digit is written down, whatever the level."""
    tls = True

    @classmethod
    def make_pbx(cls, **how):
        pbx = super().make_pbx(**how)
        file = pbx.conf / "autoload_configs/switch.conf.xml"
        file.write_text(file.read_text().replace('name="loglevel" value="info"', 'name="loglevel" value="debug"'))
        return pbx

    def test_digits_of_a_call_are_not_in_the_log(self):
        self.cli("sofia profile internal siptrace on")
        self.cli("sofia loglevel all 9")
        pin = "739154"
        with Client(self.pbx.address, user="1000", password=self.pbx.password) as caller:
            answer, _ = caller.invite("9198", sdp(caller.address, 4000))
            self.assertEqual(answer.status, 200)
            target = re.search(r"<([^>]+)>", answer.one("Contact")).group(1)
            to, to_tag = re.fullmatch(r"(.*);tag=(\S+)", answer.one("To")).groups()
            ids = {"call_id": answer.one("Call-ID"), "to": to, "to_tag": to_tag,
                   "tag": re.search(r"tag=([^;\s]+)", answer.one("From")).group(1)}
            for number, digit in enumerate(pin[:4]):
                caller.send_raw(caller.request("INFO", target, cseq=10 + number, content_type="application/dtmf-relay",
                                               body=f"Signal={digit}\r\nDuration=160\r\n", **ids))
                self.assertEqual(caller.response("INFO").status, 200)
            self.pbx.wait_cli("show channels", lambda text: "demo_digits" not in text)
            time.sleep(0.5)
            dump = self.cli("show channels as delimited ,").splitlines()
            if len(dump) > 1 and "," in dump[1]:
                self.pbx.cli(f"uuid_dump {dump[1].split(',')[0]}")
            caller.send_raw(caller.request("BYE", target, cseq=30, **ids))
            caller.response("BYE")
        self.wait_no_channels()
        text = self.pbx.log_text()
        self.assertIn("dtmf-relay", text)  # it was traced
        self.assertNotIn(pin[:4], text)
        for digit in pin[:4]:
            self.assertNotIn(f"Signal={digit}", text)
            self.assertNotRegex(text, rf"(?i)digit\W+{digit}\b")

    def test_digits_sent_as_rtp_events_are_not_in_the_log(self):
        pin = "7391"
        with Client(self.pbx.address, user="1000", password=self.pbx.password) as caller, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media:
            media.bind((caller.address, 0))
            answer, hang_up = caller.invite("9198", sdp(caller.address, media.getsockname()[1]))
            self.assertEqual(answer.status, 200)
            to = (self.pbx.address, int(re.search(r"m=audio (\d+) ", answer.body).group(1)))
            for number, digit in enumerate(pin):  # RFC 4733: three packets of an event, three of its end
                for step in range(6):
                    ends, duration = step >= 3, 160 * (min(step, 3) + 1)
                    head = struct.pack("!BBHII", 0x80, 101 | (0x80 if step == 0 else 0), number * 6 + step, 8000 + number * 3200, 77)
                    media.sendto(head + struct.pack("!BBH", int(digit), 0x80 | 10 if ends else 10, duration), to)
                    time.sleep(0.02)
            # They were heard: the extension beeps and hangs up.
            self.assertEqual(caller.receive(10).method, "BYE")
        self.pbx.wait_log("digit *")
        self.assertNotRegex(self.pbx.log_text(), r"(?i)digit\W+\d\b")
        self.assertNotIn(pin, self.pbx.log_text())

    def test_keys_of_media_are_not_in_the_log(self):
        self.cli("sofia profile internal siptrace on")
        key = base64.b64encode(bytes(range(30))).decode()
        with Client(self.pbx.address, 5061, "tls", user="1000", password=self.pbx.password) as caller:
            body = sdp(caller.address, 4000, ("m=audio {port} RTP/SAVP 0", "a=rtpmap:0 PCMU/8000",
                                              f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{key}"))
            answer, hang_up = caller.invite("9196", body)
            self.assertEqual(answer.status, 200)
            ours = re.search(r"inline:([^|\s]+)", answer.body).group(1)
            self.cli("show channels")
            hang_up()
        text = self.pbx.log_text()
        self.assertIn("inline:***", text)
        for each in (key, ours):
            self.assertNotIn(each[:12], text)

    def test_passwords_are_not_in_the_log(self):
        with Client(self.pbx.address, user="1001", password=self.pbx.password) as phone:
            self.assertEqual(phone.register().status, 200)
        self.cli("reloadxml")
        self.assertNotIn(self.pbx.password, self.pbx.log_text())


class NoPassword(PbxCase):
    """No default_password is set: the users' passwords are empty, and nobody is let in with nothing."""

    @classmethod
    def make_pbx(cls, **how):
        pbx = super().make_pbx(**how)
        (pbx.conf / "private.xml").unlink()
        return pbx

    def test_an_empty_password_never_registers(self):
        for transport in ("udp", "tcp"):
            with Client(self.pbx.address, 5060, transport, user="1000", password="") as phone:
                self.assertIn(phone.register().status, (401, 403))
                self.assertIn(phone.invite("9196", sdp(phone.address, 4000))[0].status, (401, 403, 407))
        self.assertNotIn("1000", self.cli("show registrations"))
        self.pbx.wait_log("$${default_password} is not set")


if __name__ == "__main__":
    unittest.main()
