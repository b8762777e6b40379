"""mod_sofia is reloaded: not under calls unless told to; then it listens again, and knows its phones."""

import threading
import time
import unittest

from reload_case import SHIPPED, SLOWER, ReloadCase
from sip_client import Client, sdp

OTHERS = tuple(name for name in SHIPPED if name != "mod_sofia")


class Silence:
    """Asks the PBX with OPTIONS all the time; `longest` is the longest time between two answers."""

    def __init__(self, address):
        self.client = Client(address)
        self.longest, self.answers, self._running = 0.0, 0, True
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._running = False
        self._thread.join()
        self.client.close()

    def _run(self):
        last = time.monotonic()
        while self._running:
            try:
                self.client.send_raw(self.client.request("OPTIONS"))
                self.client.response("OPTIONS", timeout=0.02)
            except OSError:  # nobody answers, or nobody listens
                time.sleep(0.005)
                continue
            now = time.monotonic()
            self.longest, last = max(self.longest, now - last), now
            self.answers += 1
            time.sleep(0.005)


class Sofia(ReloadCase):
    tls = True

    def phone(self, user, transport):
        made = Client(self.pbx.address, 5061 if transport == "tls" else 5060, transport, user=user, password=self.pbx.password)
        self.addCleanup(made.close)
        return made

    def registered(self, user, transport):
        made = self.phone(user, transport)
        self.assertEqual(made.register().status, 200)
        return made

    def stranger(self):
        made = Client(self.pbx.address, 5080)
        self.addCleanup(made.close)
        return made

    def echo(self, caller):
        answer, hang_up = caller.invite("9196", sdp(caller.address, 4000))
        self.assertEqual(answer.status, 200)
        return hang_up

    def assert_called(self, user, phone):
        """A call to that user reaches this phone."""
        caller = self.phone("1000", "udp")
        outcome = []
        calling = threading.Thread(target=lambda: outcome.append(caller.invite(user, sdp(caller.address, 4000), timeout=20)))
        calling.start()
        invite = phone.expect("INVITE")
        phone.send_raw(phone.answer_to(invite, 486))
        phone.expect("ACK")
        calling.join()
        self.assertEqual(outcome[0][0].status, 486)
        return invite

    def assert_calls_work(self):
        self.assertEqual(self.echo(self.stranger())().status, 200)
        self.wait_no_channels(20 * SLOWER)
        self.assert_settled()

    def test_refused_while_a_channel_lives(self):
        hang_up = self.echo(self.stranger())
        before = self.running("mod_sofia")[0]
        for command in ("reload -w 0 mod_sofia", "reload -w 1 mod_sofia", "unload -w 0 mod_sofia"):
            good, text = self.pbx.cli(command)
            self.assertFalse(good, command)
            self.assertRegex(text, r"mod_sofia is in use: \d+ uses? of what it registered, 1 channel is up")
            self.assertIn("-f", text)
        self.assertEqual(self.running("mod_sofia")[0], before)
        self.echo(self.stranger())().status  # its names are back
        self.assertEqual(hang_up().status, 200)
        self.assert_calls_work()

    def test_waits_for_the_end_of_calls(self):
        hang_up = self.echo(self.stranger())
        before = self.running("mod_sofia")[0]
        outcome = []
        waiting = threading.Thread(target=lambda: outcome.append(self.pbx.cli("reload -w 20 mod_sofia", timeout=60)))
        waiting.start()
        # Its names are hidden while it waits: the command is not known any more.
        self.pbx.wait_cli("sofia status", lambda text: "no command" in text)
        self.assertEqual(outcome, [])
        self.assertEqual(hang_up().status, 200)
        waiting.join()
        self.assertEqual(outcome, [(True, "+OK mod_sofia is reloaded")])
        self.assertGreater(self.running("mod_sofia")[0], before)
        self.assert_calls_work()

    def test_told_to_it_ends_the_calls(self):
        caller = self.stranger()
        self.echo(caller)
        self.cli("reload -f mod_sofia")
        bye = caller.expect("BYE")
        self.assertRegex(bye.one("Reason"), "Q.850")
        caller.send_raw(caller.answer_to(bye, 200))
        self.assert_calls_work()

    def test_it_listens_again_within_a_second(self):
        with Silence(self.pbx.address) as nobody:
            for _ in range(10):
                self.cli("reload mod_sofia")
        self.assertGreater(nobody.answers, 20)
        self.assertLess(nobody.longest, 1 * SLOWER)
        for transport in ("tcp", "tls"):
            with self.phone("1000", transport) as phone:
                phone.send_raw(phone.request("OPTIONS"))
                self.assertEqual(phone.response("OPTIONS").status, 200)

    def test_phones_are_reachable_after_it(self):
        desk, soft = self.registered("1001", "udp"), self.registered("1002", "tls")
        self.assert_called("1002", soft)
        before = self.cli("show registrations")
        self.cli("reload mod_sofia")
        after = self.cli("show registrations")
        for user in ("1001", "1002"):
            self.assertRegex(before, rf"(?m)^{user} ")
            self.assertRegex(after, rf"(?m)^{user} ")
        self.assert_called("1001", desk)  # UDP: it noticed nothing
        with self.assertRaises(ConnectionError):  # TLS: its connection has ended
            soft.receive()
        soft = self.registered("1002", "tls")
        invite = self.assert_called("1002", soft)
        self.assertIn("RTP/SAVP", invite.body)
        self.wait_no_channels(20 * SLOWER)
        self.assert_settled()

    def test_another_phones_connection_is_not_taken_for_the_one_that_has_ended(self):
        self.cli("reload mod_sofia")
        self.registered("1005", "tls")  # on the first connection of this generation
        self.cli("reload mod_sofia")
        other = self.registered("1006", "tls")  # on the first of the next
        caller = self.phone("1000", "udp")
        answer, _ = caller.invite("1005", sdp(caller.address, 4000))
        self.assertEqual(answer.status, 480)
        other.send_raw(other.request("OPTIONS"))  # what else was sent to it would have come before this
        self.assertEqual(other.receive().status, 200)
        self.wait_no_channels(20 * SLOWER)

    def test_unloaded_by_force_and_loaded_again(self):
        caller = self.stranger()
        self.echo(caller)
        self.cli("unload -f mod_sofia")
        self.assertEqual(self.channels(), 0)
        self.assertEqual(self.copies("mod_sofia"), set())
        self.assert_settled(OTHERS)
        self.assertEqual(caller.receive().method, "BYE")
        with self.assertRaises(OSError):
            Client(self.pbx.address, 5060, "tcp")
        self.cli("load mod_sofia")
        self.assert_calls_work()

    def test_a_file_that_is_refused_changes_nothing(self):
        phone = self.registered("1004", "udp")
        hang_up = self.echo(self.stranger())
        good = (self.pbx.installed.modules / "mod_sofia.so").read_bytes()
        *unreadable, (_, refuses, said) = self.bad_files("mod_sofia")
        before = self.running("mod_sofia")[0]
        for what, content, why in unreadable:
            with self.subTest(what):
                self.give("mod_sofia", content)
                accepted, text = self.pbx.cli("reload -f mod_sofia")
                self.assertFalse(accepted)
                self.assertIn(why, text)
                # Not even the calls have ended.
                self.assertEqual((self.running("mod_sofia")[0], self.channels()), (before, 1))
        self.assertEqual(hang_up().status, 200)
        self.wait_no_channels(20 * SLOWER)
        self.give("mod_sofia", refuses)
        accepted, text = self.pbx.cli("reload mod_sofia")
        self.assertFalse(accepted)
        self.assertIn(said, text)
        self.assertIn("the old one runs again", text)
        self.assert_called("1004", phone)
        self.give("mod_sofia", good)
        self.cli("reload mod_sofia")
        self.assert_calls_work()


if __name__ == "__main__":
    unittest.main()
