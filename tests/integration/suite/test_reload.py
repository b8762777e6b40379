"""Modules are reloaded with 200 calls up, and no call notices."""

import re
import time
import unittest

import sipp
from echo_streams import EchoStreams
from reload_case import PAUSE, SLOWER, ReloadCase
from sip_client import Client, sdp
from support import SANITIZED, loopback, wait_until

CALLED = loopback()
# `loop` and `secure` come back to the PBX, whose other profile answers them with an echo: the second over SRTP.
DIALPLAN = f"""<include>
  <extension name="held">
    <condition field="destination_number" expression="^held$">
      <action application="bridge" data="sofia/external/sip:held@{CALLED}:5060"/>
    </condition>
  </extension>
  <extension name="later">
    <condition field="destination_number" expression="^later$">
      <action application="answer"/>
      <action application="sleep" data="{2000 * SLOWER}"/>
      <action application="bridge" data="sofia/external/sip:held@{CALLED}:5060"/>
    </condition>
  </extension>
  <extension name="loop">
    <condition field="destination_number" expression="^loop$">
      <action application="bridge" data="sofia/external/sip:9196@@ADDRESS@:5060"/>
    </condition>
  </extension>
  <extension name="secure">
    <condition field="destination_number" expression="^secure$">
      <action application="bridge" data="{{rtp_secure_media=mandatory}}sofia/external/sip:9196@@ADDRESS@:5060"/>
    </condition>
  </extension>
</include>
"""
LEGS = {"held": 2, "loop": 3, "secure": 3}
LOOPS, SECURE = (6, 4) if SANITIZED else (20, 10)
HELD = 200 - LOOPS - SECURE
RELOADED = ("mod_dialplan", "mod_commands", "mod_apps", "mod_srtp", "mod_rtp")
HELD_BY_CALLS = ("mod_apps", "mod_srtp", "mod_rtp")  # the others have done their work when a call is up
LATEST = 2.0 if SANITIZED else 0.2  # seconds: a packet, through the PBX and back


class Call:
    def __init__(self, client, stream, hang_up):
        self.client, self.stream, self.hang_up = client, stream, hang_up


class CallsCase(ReloadCase):
    overlay_files = {"dialplan/public/reload.xml": DIALPLAN}
    sets = {"internal_auth_calls": "false"}

    def setUp(self):
        self.called = sipp.answering(self.pbx.folder / "sipp", CALLED, 5060)
        self.addCleanup(self.called.stop)
        self.streams = EchoStreams().start()
        self.addCleanup(self.streams.close)

    def call(self, number, count=1):
        """That many calls that are up, asked for twenty at a time; those that echo have their audio flowing."""
        up, later = [], 0
        while count > len(up):
            waiting = []
            for _ in range(min(20, count - len(up))):
                client = Client(self.pbx.address, 5080)
                self.addCleanup(client.close)
                stream = None if number == "held" else self.streams.add(client.address)
                waiting.append((client, stream, client.calling(number, sdp(client.address, stream.port if stream else 4000))))
            for client, stream, outcome in waiting:
                answer, hang_up = outcome(20 * SLOWER)
                if answer.status == 503 and later < count:  # the control loop is late: a phone tries again
                    later += 1
                    time.sleep(0.1)
                    continue
                self.assertEqual(answer.status, 200)
                if stream:
                    at = re.search(r"m=audio (\d+)", answer.body).group(1)
                    self.streams.begin(stream, (re.search(r"c=IN IP4 (\S+)", answer.body).group(1), int(at)))
                up.append(Call(client, stream, hang_up))
        return up

    def hang_up(self, calls):
        for each in calls:
            self.assertEqual(each.hang_up().status, 200)

    def assert_no_call_noticed(self, calls):
        """No request came to any of them, and no packet of those who talk was lost or late."""
        for each in calls:
            self.assertTrue(each.client.nothing_came())
        for received, lost, latest in self.streams.stop():
            self.assertGreater(received, 20)
            self.assertEqual(lost, 0)
            self.assertLess(latest, LATEST)


class UnderLoad(CallsCase):
    def test_200_calls_notice_nothing_and_end_on_the_old_generation(self):
        calls = [*self.call("held", HELD), *self.call("loop", LOOPS), *self.call("secure", SECURE)]
        legs = HELD * LEGS["held"] + LOOPS * LEGS["loop"] + SECURE * LEGS["secure"]
        self.assertEqual(self.channels(), legs)
        # Each of the secure ones: from the leg that was bridged to the leg that came back, and its echo.
        self.assertEqual(self.cli("show calls").count("RTP/SAVP"), 2 * SECURE)
        self.assertTrue(wait_until(self.streams.flowing, 10 * SLOWER))
        self.streams.mark()
        for name in RELOADED:
            with self.subTest(name):
                old, uses = self.running(name)
                self.cli(f"reload {name}")
                new, none_yet = self.running(name)
                self.assertGreater(new, old)
                if name in HELD_BY_CALLS:
                    self.assertGreater(uses, 0)
                    before = [row for row in self.rows(name) if int(row["generation"]) == old]
                    self.assertRegex(before[0]["state"], "^stopping: ")
                    self.assertEqual(len(self.copies(name)), 2)
                else:
                    self.assertTrue(wait_until(lambda: len(self.copies(name)) == 1, 10 * SLOWER))
                self.assertEqual(self.channels(), legs)
                fresh = self.call("secure")  # uses the new one
                if name in HELD_BY_CALLS:
                    self.assertGreater(self.running(name)[1], none_yet)
                calls += fresh
                legs += LEGS["secure"]
                self.assertEqual(self.channels(), legs)
        self.assertTrue(wait_until(lambda: all(each.received > 20 for each in self.streams.streams), 10 * SLOWER))
        self.assertEqual(self.channels(), legs)
        self.assert_no_call_noticed(calls)
        # The old generations are there for as long as their calls are, and no longer.
        for name in HELD_BY_CALLS:
            self.assertEqual(len(self.copies(name)), 2, name)
        self.hang_up(calls)
        self.wait_no_channels(20 * SLOWER)
        self.assert_settled()

    def test_a_hundred_reloads_of_all_of_them(self):
        calls = [*self.call("held", 5), *self.call("loop", 3), *self.call("secure", 3)]
        self.assertTrue(wait_until(self.streams.flowing, 10 * SLOWER))
        self.streams.mark()
        for _ in range(4 if SANITIZED else 20):
            for name in RELOADED:
                self.cli(f"reload {name}")
        time.sleep(0.5)  # of audio
        self.assert_no_call_noticed(calls)
        self.hang_up(calls)
        self.wait_no_channels(20 * SLOWER)
        self.assert_settled()


    def test_calls_that_come_meanwhile_go_through(self):
        rate, count = 50 // SLOWER, 300
        caller = sipp.Sipp(self.pbx.folder / "sipp", "coming", "uac.xml", f"{self.pbx.address}:5080", loopback(), 5060,
                           "-s", "held", "-m", count, "-r", rate, "-d", 500, "-recv_timeout", 20000 * SLOWER, media_port=40000)
        self.addCleanup(caller.stop)
        reloads = 0
        while caller.process.poll() is None:
            self.cli(f"reload {RELOADED[reloads % len(RELOADED)]}")
            reloads += 1
            time.sleep(PAUSE)
        outcome = caller.finish(10)
        self.assertGreater(reloads, 2 * len(RELOADED))
        self.assertEqual((outcome.completed, outcome.failed), (count, 0))
        self.wait_no_channels(20 * SLOWER)
        self.assert_settled()

    def test_a_call_in_the_middle_of_its_actions_goes_on(self):
        client = Client(self.pbx.address, 5080)
        self.addCleanup(client.close)
        for _ in range(10):
            answer, hang_up = client.invite("later", sdp(client.address, 4000))
            if answer.status != 503:  # the control loop is late: a phone tries again
                break
            time.sleep(0.2 * SLOWER)
        self.assertEqual(answer.status, 200)
        for name in RELOADED:
            self.cli(f"reload {name}")
        self.assertEqual(self.channels(), 1, "the reloads took longer than its sleep")
        self.pbx.wait_cli("show calls", lambda text: "\n2 legs total" in text)
        self.assertTrue(client.nothing_came())
        self.assertEqual(hang_up().status, 200)
        self.wait_no_channels(20 * SLOWER)
        self.assert_settled()


class BadFile(CallsCase):
    def test_a_file_that_is_refused_changes_nothing(self):
        calls = [*self.call("held", 5), *self.call("secure", 3)]
        self.assertTrue(wait_until(self.streams.flowing, 10 * SLOWER))
        self.streams.mark()
        for name in RELOADED:
            file = self.pbx.installed.modules / f"{name}.so"
            good = file.read_bytes()
            for what, content, said in self.bad_files(name):
                with self.subTest(f"{name}: {what}"):
                    before = self.running(name)[0]
                    self.give(name, content)
                    accepted, text = self.pbx.cli(f"reload {name}")
                    self.assertFalse(accepted)
                    self.assertIn(said, text)
                    self.assertIn("the generation that runs goes on", text)
                    # The file that did not start may be just ending.
                    self.assertTrue(wait_until(lambda: len(self.rows(name)) == 1, 5 * SLOWER), self.cli("show modules"))
                    self.assertEqual(self.running(name)[0], before)
                    self.assertEqual(len(self.copies(name)), 1)
            again = self.call("secure")
            self.assertEqual(self.channels(), 5 * LEGS["held"] + 4 * LEGS["secure"])
            self.hang_up(again)
            self.streams.forget(again[0].stream)
            self.give(name, good)
        self.assert_no_call_noticed(calls)
        for name in RELOADED:
            self.cli(f"reload {name}")
        self.hang_up(calls)
        self.wait_no_channels(20 * SLOWER)
        self.assert_settled()


if __name__ == "__main__":
    unittest.main()
