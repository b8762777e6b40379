"""Commands as operators and programs give them: what is said of wrong ones, help, completion, the prompt, the terminal."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from commands_client import Session, Terminal
from fresh_pbx import FreshPbx
from sip_client import Client, sdp
from support import PbxCase, far_end, wait_until

MOST_SESSIONS = 64  # socket_server.cpp
UUID = r"[0-9a-f]{8}-[0-9a-f-]{27}"


class Commands(PbxCase):
    overlay_files = {"dialplan/public/far.xml": far_end("far")}

    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="strowger-home-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)

    def terminal(self, columns=100, *words):
        return Terminal(self.pbx, columns, self.home, *words)

    def prompt(self, columns=100):
        made = self.terminal(columns)
        made.until(r"strowger@\S+> ")
        return made

    # -- what is said --
    def test_what_a_wrong_command_says(self):
        for command, said in (
                ("frobnicate", "There is no command 'frobnicate'."), ("shwo calls", "Did you mean 'show'?"),
                ("show frobs", "'frobs' is none of modules, channels, calls"), ("show call", "did you mean 'calls'?"),
                ("show calls as xml", "'xml' is none of json or delimited. Expected: show "),
                ("uuid_kill", "-ERR uuid_kill: <uuid> is missing. Expected: uuid_kill <uuid> [<cause>]"),
                ("uuid_kill a b c", "'c' is one word too many"), ("uuid_kill nobody", "no channel"),
                ("uuid_dump nobody", "no channel"), ("originate user/1001", "<extension|&application(data)> is missing"),
                ("originate user/1001 &echo", "USER_NOT_REGISTERED"), ("hupall NONSENSE_CAUSE", "no hangup cause"),
                ("reload -w soon mod_apps", "'soon' is no number from 0 to 86400"),
                ("reload -x mod_apps", "'-x' is no option of it; expected -f or -w <seconds 0..86400>"),
                ("sofia profile internal siptrace", "Expected: sofia profile <name> siptrace on|off"),
                ("sofia profile internal restart", "is not built yet"),
                ("module status mod_sofai", "Did you mean 'mod_sofia'? Loaded are: "),
                ("shutdown now", "'now' is one word too many")):
            good, text = self.pbx.cli(command)
            self.assertFalse(good, command)
            self.assertIn(said, text, command)

    def test_status_and_version(self):
        self.assertIn("Strowger 0.", self.cli("version"))
        self.assertIn("0 channel(s) now", self.cli("status"))
        self.assertIn("internal", self.cli("sofia status"))
        self.assertIn("uuid_kill", self.cli("help"))
        for command in ("sofia status profile internal", "sofia status profile internal reg", "sofia status gateway", "reloadxml",
                        "show applications", "show commands", "show registrations", "show interfaces", "sofia loglevel all 0"):
            self.cli(command)

    def test_reading_commands_only_inside_an_expansion(self):
        self.assertEqual(self.cli("eval [${uuid_kill x}]"), "[]")
        self.assertEqual(self.cli("eval ${regex(abc|b)}"), "true")
        self.assertEqual(self.cli("eval [${no_such_command(1)}]"), "[]")

    def test_every_command_is_explained_and_checked(self):
        rows = json.loads(self.cli("show commands as json"))["rows"]
        self.assertGreater(len(rows), 20)
        self.assertEqual({row["module"] for row in rows}, {"mod_commands", "mod_sofia"})
        for row in rows:
            lines = self.cli(f"help {row['command']}").splitlines()
            self.assertTrue(lines[0].startswith(row["command"]), lines)
            self.assertRegex(lines[-2], r"^  [A-Z].*\.$")
            self.assertRegex(lines[-1], r"^  (Only reads; |Changes something; not |Runs something else, .* not )allowed inside \$\{\}\.$")

    def test_module_status(self):
        text = self.cli("module status mod_sofia")
        for line in (r"state +running", r"version +0\.", r"generation +\d+, exclusive", r"file +/.*mod_sofia\.so",
                     r"built with +SDK ", r"loaded +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, \d.* ago", r"load time +\d+\.\d ms",
                     r"address space +[1-9]\d+ KB", r"uses +[1-9]\d*: ", r"needs ", r"needed by ",
                     r"commands +sofia, sofia_contact", r"interfaces .*endpoint/sofia"):
            self.assertRegex(text, rf"(?m)^  {line}")
        self.assertRegex(self.cli("module status mod_commands"), r'coroutines .*1 × "command session"')
        self.assertIn("module status", self.cli("module"))

    def test_reload_waits_as_it_is_told(self):
        """mod_sofia is exclusive and busy: it is refused after the patience that was given."""
        with Client(self.pbx.address, 5080) as caller:
            answer, hang_up = caller.invite("9196", sdp(caller.address, 4000))
            self.assertEqual(answer.status, 200)
            self.assertFalse(self.pbx.cli("reload -w 0 mod_sofia")[0])
            with Session(self.pbx) as waits:
                waits.send("run reload -w 60 mod_sofia")
                self.assertEqual(hang_up().status, 200)
                self.assertEqual(waits.reply(), ("ok", "+OK mod_sofia is reloaded"))

    # -- the socket --
    def test_the_sockets_lines(self):
        with Session(self.pbx) as one:
            self.assertEqual(one.ask("width 100"), ("ok", ""))
            for line in ("width", "width -1", "width 1001", "width x", "frob", "run"):
                self.assertEqual(one.ask(line)[0], "error", line)
            self.assertEqual(one.ask("complete sho"), ("ok", "show\n"))
            self.assertEqual(one.ask("complete show calls "), ("ok", "count\nas\n"))
            self.assertEqual(one.ask("complete module status mod_so"), ("ok", "mod_sofia\n"))
            self.assertEqual(one.ask("complete sofia profile internal sip"), ("ok", "siptrace\n"))
            self.assertEqual(set(one.ask("complete reload -")[1].split()), {"-f", "-w"})
            self.assertEqual(one.ask("run show modules count"), ("ok", "7 total."))

    def test_tables_fit_the_width_that_was_told(self):
        with Client(self.pbx.address, 5080) as caller, Client(self.pbx.address, 5080) as callee, \
                Session(self.pbx) as program, Session(self.pbx) as person:
            called = caller.calling(f"far-{callee.own_port}", sdp(caller.address, 4000))
            invite = callee.receive(10)
            self.assertEqual(invite.method, "INVITE")
            callee.send_raw(callee.answer_to(invite, 200, sdp(callee.address, 5000)))
            answer, hang_up = called()
            self.assertEqual(answer.status, 200)
            whole = program.ask("run show calls")[1]
            self.assertGreater(max(map(len, whole.splitlines())), 160)
            as_json = program.ask("run show calls as json")[1]
            for width in (200, 120, 100, 80, 60):
                self.assertEqual(person.ask(f"width {width}"), ("ok", ""))
                for what in ("calls", "channels", "modules", "registrations", "applications", "commands", "interfaces"):
                    text = person.ask(f"run show {what}")[1]
                    self.assertIn(" total.", text)
                    if "Not shown" not in text:
                        self.assertLessEqual(max(map(len, text.splitlines())), width, text)
                    for line in text.splitlines():
                        if not line.startswith("Not shown"):
                            self.assertLessEqual(len(line), width, text)
                    self.assertNotRegex(text, r"(?m)^name: ", f"{what} is in blocks at {width}")
                self.assertEqual(person.ask("run show calls as json")[1], as_json)
                calls = person.ask("run show calls")[1]
                self.assertEqual(len(re.findall(r" exposed ", calls)), 2, calls)
                self.assertEqual(len(re.findall(r"signalling over udp is ", calls)), 2, calls)
            self.assertEqual(person.ask("width 59"), ("ok", ""))
            blocks = person.ask("run show calls")[1]
            self.assertRegex(blocks, rf"(?m)^uuid: {UUID}$")
            self.assertRegex(blocks, r"(?m)^reason: signalling over udp is in the clear$")
            self.assertEqual(person.ask("width 0"), ("ok", ""))
            self.assertEqual(person.ask("run show calls")[1], whole)
            self.assertEqual(program.ask("run show calls")[1], whole)  # a session's width is its own
            callee_gone = callee  # answers the BYE that follows
            self.assertEqual(hang_up().status, 200)
            bye = callee_gone.expect("BYE")
            callee_gone.send_raw(callee_gone.answer_to(bye, 200))
        self.wait_no_channels()

    # -- more operators than places --
    def test_the_longest_idle_makes_room(self):
        sessions = [Session(self.pbx) for _ in range(MOST_SESSIONS)]
        try:
            for each in sessions:
                self.assertEqual(each.ask("run version")[0], "ok")
            self.assertEqual(sessions[0].ask("run version")[0], "ok")  # so that the second one is idle the longest
            with Session(self.pbx) as operator:
                self.assertEqual(operator.ask("run version")[0], "ok")
                how, why = sessions[1].reply()
                self.assertEqual(how, "closed")
                self.assertIn("idle longer than the other 63 sessions", why)
                self.assertIsNone(sessions[1].reply())
                for each in (sessions[0], *sessions[2:]):
                    self.assertEqual(each.ask("run version")[0], "ok")
            self.assertIn("channel(s) now", self.cli("status"))
        finally:
            for each in sessions:
                each.close()

    def test_a_command_that_runs_is_not_closed(self):
        with Client(self.pbx.address, 5080) as silent, Session(self.pbx) as busy:
            busy.send(f"run originate sofia/external/sip:x@{silent.address}:{silent.own_port} &echo()")
            self.assertEqual(silent.receive(10).method, "INVITE")
            others = [Session(self.pbx) for _ in range(MOST_SESSIONS)]
            try:
                for each in others[1:]:
                    self.assertEqual(each.ask("run version")[0], "ok")
                self.assertEqual(others[0].reply()[0], "closed")
                self.assertEqual(others[-1].ask("run hupall")[0], "ok")
                how, text = busy.reply()
                self.assertEqual(how, "error")
                self.assertIn("MANAGER_REQUEST", text)
                self.assertEqual(busy.ask("run version")[0], "ok")
            finally:
                for each in others:
                    each.close()
        self.wait_no_channels(40)

    # -- strowger_cli --
    def test_a_pipe_gets_everything_and_a_terminal_what_fits(self):
        whole = self.cli("show commands")
        self.assertGreater(max(map(len, whole.splitlines())), 150)
        with self.terminal(80, "-x", "show commands") as screen:
            status, text = screen.end()
            self.assertEqual(status, 0)
            self.assertLessEqual(max(map(len, text.splitlines())), 80, text)
            self.assertIn("…", text)
        with self.terminal(80, "-x", "show commands as json") as screen:
            self.assertEqual(json.loads(screen.end()[1]), json.loads(self.cli("show commands as json")))
        with self.terminal(80, "-x", "uuid_kill") as screen:
            self.assertEqual(screen.end()[0], 1)

    def test_the_prompt(self):
        for last in ("exit\r", "quit\r", "/exit\r", "/quit\r", "  ...  \r", "\x04"):
            with self.subTest(last), self.prompt() as screen:
                self.assertIn("Strowger 0.", screen.command("version"))
                screen.type(" \r")  # nothing is asked
                self.assertNotIn("-ERR", screen.until(r"strowger@\S+> "))
                screen.type(last)
                self.assertEqual(screen.end()[0], 0)
        kept = (self.home / ".strowger_history").read_text()
        self.assertIn("version", kept)
        with self.prompt() as screen:
            screen.type("\x1b[A")  # the line before, of the last session
            screen.until("version")
            screen.type("\r")
            screen.until(r"Strowger 0\.")

    def test_the_prompt_completes(self):
        with self.prompt() as screen:
            screen.type("module st\t")
            screen.until("module status")
            screen.type("mod_srt\t")
            screen.until("mod_srtp")
            screen.type("\r")
            self.assertIn("running", screen.until(r"strowger@\S+> "))

    def test_the_prompts_tables_follow_the_window(self):
        with self.prompt(120) as screen:
            wide = screen.command("show commands")
            self.assertGreater(max(map(len, wide.splitlines())), 100)
            self.assertLessEqual(max(map(len, wide.splitlines())), 120)
            screen.resize(80)
            self.assertLessEqual(max(map(len, screen.command("show commands").splitlines())), 80)

    def test_a_session_that_was_closed_says_why(self):
        with self.prompt() as screen:
            screen.command("version")
            self.cli("reload mod_commands")
            screen.type("status\r")
            status, text = screen.end()
            self.assertEqual(status, 3)
            self.assertIn("Strowger closed this session: mod_commands stops or is reloaded.", text)
        self.assertIn("status", (self.home / ".strowger_history").read_text())
        with self.prompt() as screen:
            screen.command("version")
            others = [Session(self.pbx) for _ in range(MOST_SESSIONS)]
            try:
                self.assertEqual(others[-1].ask("run version")[0], "ok")
                screen.type("status\r")
                status, text = screen.end()
                self.assertEqual(status, 3)
                self.assertIn("Strowger closed this session: It was idle longer", text)
            finally:
                for each in others:
                    each.close()

    def test_lines_from_a_pipe(self):
        done = subprocess.run([self.pbx.installed.bin / "strowger_cli", "-run", self.pbx.run], text=True, capture_output=True,
                              input="version\nshow commands\nexit\nversion\n", timeout=20,
                              env={"HOME": str(self.home), "TERM": "dumb"})
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.count("Strowger 0."), 1)
        self.assertNotIn("…", done.stdout)


class Lost(FreshPbx):
    def test_a_lost_connection_says_so(self):
        pbx = self.fresh()
        pbx.start(timeout=60)
        home = Path(tempfile.mkdtemp(prefix="strowger-home-"))
        self.addCleanup(shutil.rmtree, home, ignore_errors=True)
        with Terminal(pbx, 100, home) as screen:
            screen.until(r"strowger@\S+> ")
            screen.command("version")
            pbx.stop(force=True)  # killed: nobody says good-bye
            self.assertTrue(wait_until(lambda: pbx.process.poll() is not None))
            screen.type("status\r")
            status, text = screen.end()
            self.assertEqual(status, 3)
            self.assertIn("The connection is lost", text)


if __name__ == "__main__":
    unittest.main()
