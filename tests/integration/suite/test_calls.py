"""Calls in number, by SIPp, with media; afterwards everything is back where it was."""

import time
import unittest
from pathlib import Path

import sipp
from harness.pbx import SOURCE, descriptors, resident_kb
from sip_client import Client, sdp
from support import SANITIZED, PbxCase, far_end, loopback

CALLED = loopback()
BRIDGE = f"""<include>
  <extension name="sipp">
    <condition field="destination_number" expression="^sipp$">
      <action application="bridge" data="sofia/external/sip:sipp@{CALLED}:5060"/>
    </condition>
  </extension>
</include>
"""


def scenario_with_media(folder):
    """The benchmark's caller, that also sends audio while it holds."""
    (folder / "tone.ulaw").write_bytes(bytes([0x80, 0x00] * 80) * 100)
    text = (sipp.SCENARIOS / "uac.xml").read_text()
    play = f'<nop><action><exec rtp_stream="{folder}/tone.ulaw,1,0,PCMU/8000"/></action></nop>\n  <pause/>'
    (folder / "uac_media.xml").write_text(text.replace("<pause/>", play))
    return folder / "uac_media.xml"


class Calls(PbxCase):
    overlay_files = {"dialplan/public/sipp.xml": BRIDGE}

    def setUp(self):
        self.folder = self.pbx.folder / "sipp"
        self.called = sipp.Sipp(self.folder, "uas", "uas.xml", None, CALLED, 5060, "-rtp_echo", media_port=30000)
        self.addCleanup(self.called.stop)
        time.sleep(0.5)

    def run_calls(self, count, rate, hold_ms, name, most=None, scenario="uac.xml"):
        return sipp.Sipp(self.folder, name, scenario, f"{self.pbx.address}:5080", loopback(), 5060, "-s", "sipp", "-m",
                         count, "-r", rate, "-d", hold_ms, "-l", most or count, "-recv_timeout", "20000",
                         media_port=40000).finish(240)

    def state(self):
        self.wait_no_channels()
        pid = self.pbx.pid
        return descriptors(pid), resident_kb(pid)

    def sockets_settled(self, at_most):
        deadline = time.monotonic() + 5
        while descriptors(self.pbx.pid) > at_most and time.monotonic() < deadline:
            time.sleep(0.1)
        return descriptors(self.pbx.pid)

    def test_500_in_a_row_and_200_at_once(self):
        self.assertEqual(self.run_calls(50, 50, 100, "warm").failed, 0)
        time.sleep(1)
        files, memory = self.state()
        row = self.run_calls(500, 100, 0, "row", most=10)
        self.assertEqual((row.completed, row.failed), (500, 0))
        self.state()
        media = scenario_with_media(self.folder)
        once = self.run_calls(200, 100, 6000, "once", scenario=media)
        self.assertEqual((once.completed, once.failed), (200, 0))
        _, memory_after = self.state()
        self.assertLessEqual(self.sockets_settled(files), files)
        # Tombstones of transactions live for 32 s; what remains must not grow with the next round.
        again = self.run_calls(200, 100, 3000, "again")
        self.assertEqual(again.failed, 0)
        _, memory_last = self.state()
        if not SANITIZED:
            self.assertLess(memory_last - memory_after, 4000)
            self.assertLess(memory_after - memory, 40000)

    def test_media_is_anchored_and_flows_both_ways(self):
        media = scenario_with_media(self.folder)
        caller = sipp.Sipp(self.folder, "one", media, f"{self.pbx.address}:5080", loopback(), 5060, "-s", "sipp", "-m", 1,
                           "-d", 3000, "-trace_msg", "-message_file", self.folder / "messages", media_port=40000)
        self.pbx.wait_cli("show calls", lambda text: "\n2 legs total" in text)
        time.sleep(2)
        ids = [line.split(",")[0] for line in self.cli("show channels as delimited ,").splitlines()[1:3]]
        for each in ids:
            dump = dict(line.split(": ", 1) for line in self.cli(f"uuid_dump {each}").splitlines() if ": " in line)
            self.assertGreater(int(dump["Media-Packets-In"]), 50, dump)
            self.assertGreater(int(dump["Media-Packets-Out"]), 50, dump)
            self.assertEqual(dump["Privacy"], "exposed")
        self.assertEqual(caller.finish(30).completed, 1)
        text = Path(self.folder / "messages").read_text()
        answer = text[text.index("SIP/2.0 200 OK"):]
        self.assertIn(f"c=IN IP4 {self.pbx.address}", answer)
        self.assertNotIn(CALLED, answer[answer.index("v=0"):answer.index("a=")])


class Echo(PbxCase):
    """The external profile reaches nothing but an echo."""

    def test_public_context(self):
        with Client(self.pbx.address, 5080) as caller:
            answer, _ = caller.invite("1000", sdp(caller.address, 4000))
            self.assertIn(answer.status, (404, 480))
            answer, _ = caller.invite("01234567", sdp(caller.address, 4000))
            self.assertEqual(answer.status, 404)
            answer, hang_up = caller.invite("9196", sdp(caller.address, 4000))
            self.assertEqual(answer.status, 200)
            self.assertEqual(hang_up().status, 200)
        self.wait_no_channels()

    def test_a_caller_id_stays_text(self):
        with Client(self.pbx.address, 5080, user="${system rm}") as caller:
            caller.user = "%24%7Bsystem%20rm%7D"
            answer, hang_up = caller.invite("9196", sdp(caller.address, 4000))
            self.assertEqual(answer.status, 200)
            self.assertIn("${system rm}", self.cli("show channels"))
            hang_up()
        self.wait_no_channels()

    def test_killed_by_command(self):
        with Client(self.pbx.address, 5080) as caller:
            caller.invite("9196", sdp(caller.address, 4000))
            uuid = self.cli("show channels as delimited ,").splitlines()[1].split(",")[0]
            self.assertEqual(self.cli(f"uuid_kill {uuid} CALL_REJECTED"), "+OK")
            got = caller.receive()
            self.assertEqual(got.method, "BYE")
            self.assertIn("cause=21", got.one("Reason"))
        self.wait_no_channels()


PCMU, PCMA = "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000"
INCOMPATIBLE = 'Q.850;cause=88;text="INCOMPATIBLE_DESTINATION"'


class Strangers(PbxCase):
    """Callers that nobody knows have a limit: they do not take all ports."""
    overlay_files = {"sip_profiles/external.xml": (SOURCE / "conf/sip_profiles/external.xml").read_text().replace(
        '<param name="auth-calls"', '<param name="max-unauthenticated-calls-per-address" value="2"/>\n    '
        '<param name="auth-calls"')}

    def test_one_address_has_so_many_calls_and_others_have_theirs(self):
        with Client(self.pbx.address, 5080) as one, Client(self.pbx.address, 5080, address="127.0.0.2") as other:
            up = [one.invite("9196", sdp(one.address, 4000)) for _ in range(2)]
            self.assertEqual([answer.status for answer, _ in up], [200, 200])
            refused, _ = one.invite("9196", sdp(one.address, 4000))
            self.assertEqual((refused.status, refused.one("Retry-After")), (503, "30"))
            self.pbx.wait_log("calls of unknown callers are refused")
            elsewhere, end = other.invite("9196", sdp(other.address, 4000))
            self.assertEqual(elsewhere.status, 200)
            self.assertEqual(end().status, 200)
            for _, end in up:
                self.assertEqual(end().status, 200)
            self.wait_no_channels()
            again, end = one.invite("9196", sdp(one.address, 4000))
            self.assertEqual((again.status, end().status), (200, 200))


class CodecCase(PbxCase):
    overlay_files = {"dialplan/public/far.xml": far_end("far")}

    def setUp(self):
        self.caller, self.far = Client(self.pbx.address, 5080), Client(self.pbx.address, 5080)
        self.addCleanup(self.caller.close)
        self.addCleanup(self.far.close)

    def offering(self, formats, *lines):
        return sdp(self.caller.address, 4000, (f"m=audio {{port}} RTP/AVP {formats}", *lines))

    def call(self, formats, *lines):
        return self.caller.calling(f"far-{self.far.own_port}", self.offering(formats, *lines))

    def assert_incompatible(self, outcome):
        response, _ = outcome()
        self.assertEqual((response.status, response.one("Reason")), (488, INCOMPATIBLE))
        self.wait_no_channels()


class NoCommonCodec(CodecCase):
    """Codecs are passed through: where two legs have none in common, there is no call."""
    sets = {"outbound_codec_prefs": "PCMA"}

    def test_a_leg_that_may_not_have_the_callers_codec_is_not_called(self):
        self.assert_incompatible(self.call("0", PCMU))
        self.assertTrue(self.far.nothing_came())

    def test_one_codec_in_common_is_enough(self):
        outcome = self.call("0 8", PCMU, PCMA)
        invite = self.far.expect("INVITE")
        self.assertRegex(invite.body, r"m=audio \d+ RTP/AVP 8( 101)?\r\n")
        self.far.send_raw(self.far.answer_to(invite, 486))
        self.assertEqual(outcome()[0].status, 486)
        self.wait_no_channels()


class AnswerWithAnotherCodec(CodecCase):
    def test_the_called_side_is_hung_up(self):
        outcome = self.call("0", PCMU)
        invite = self.far.expect("INVITE")
        self.assertRegex(invite.body, r"m=audio \d+ RTP/AVP 0( 101)?\r\n")
        self.far.send_raw(self.far.answer_to(invite, 200, self.offering("8", PCMA)))
        self.far.expect("ACK")
        bye = self.far.expect("BYE")
        self.assertEqual(bye.one("Reason"), INCOMPATIBLE)
        self.far.send_raw(self.far.answer_to(bye, 200))
        self.assert_incompatible(outcome)

    def test_the_same_codec_is_a_call(self):
        outcome = self.call("0", PCMU)
        invite = self.far.expect("INVITE")
        self.far.send_raw(self.far.answer_to(invite, 200, self.offering("0", PCMU)))
        response, hang_up = outcome()
        self.assertEqual(response.status, 200)
        hang_up()
        self.far.send_raw(self.far.answer_to(self.far.expect("BYE"), 200))
        self.wait_no_channels()


if __name__ == "__main__":
    unittest.main()
