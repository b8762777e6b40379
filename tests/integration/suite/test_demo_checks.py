"""Every check of the demo fails when what it looks for is there: shown with captures made by hand."""

import json
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

import pcap_writer as pcap
from harness import tones
from harness.demo import DIGITS, Checks, Wire, check_recordings, check_show_calls, check_wire
from harness.pbx import SOURCE
from harness.wiretap import Tap

PBX, PHONE = ("10.77.0.1", 20000), ("10.77.2.2", 30000)
SIP_PBX, SIP_PHONE = ("10.77.0.1", 5061), ("10.77.2.2", 40000)
PRIVATE = Wire("b", sip=False, audio=False, privacy="private", phone="10.77.2.2")
PLAIN = Wire("a", sip=True, audio=True, privacy="exposed")
INVITE = (b"INVITE sip:1001@10.77.0.1 SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\nm=audio 4000 RTP/AVP 0\r\n"
          b"a=rtpmap:0 PCMU/8000\r\n")
CRYPTO = b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\r\n"
TLS = bytes([23, 3, 3, 0, 40]) + bytes(40)


class EavesdropperCase(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)
        self.random = random.Random(7)

    def tearDown(self):
        self.temporary.cleanup()

    def tap(self, frames):
        pcap.write(self.folder / "wire.pcap", frames)
        return Tap(self.folder / "wire.pcap")

    def failures(self, wire, frames):
        checks = Checks()
        check_wire(checks, wire, self.tap(frames))
        return [row[0].split(": ", 1)[1] for row in checks.rows if not row[3]]

    def private_frames(self):
        return [pcap.tcp(SIP_PHONE, SIP_PBX, flags=0x02), pcap.tcp(SIP_PHONE, SIP_PBX, TLS),
                *pcap.noise_stream(PBX, PHONE, self.random, ssrc=1), *pcap.noise_stream(PHONE, PBX, self.random, ssrc=2)]

    def plain_frames(self):
        return [pcap.udp(("10.77.1.2", 5060), ("10.77.0.1", 5060), INVITE), *pcap.tone_stream(PBX, PHONE, 440, ssrc=1),
                *pcap.tone_stream(PHONE, PBX, 770, ssrc=2), *pcap.digit_events(PHONE, PBX, DIGITS, ssrc=2)]


class Wires(EavesdropperCase):
    def test_a_private_wire_passes(self):
        self.assertEqual(self.failures(PRIVATE, self.private_frames()), [])

    def test_a_plain_wire_passes(self):
        self.assertEqual(self.failures(PLAIN, self.plain_frames()), [])

    def test_media_in_the_clear_is_found(self):
        frames = self.private_frames() + pcap.tone_stream(PBX, PHONE, 440, ssrc=9)
        self.assertIn("any of the tones can be heard", self.failures(PRIVATE, frames))
        both = frames + pcap.tone_stream(PHONE, PBX, 770, ssrc=10)
        self.assertIn("audio can be heard", self.failures(PRIVATE, both))

    def test_digits_in_the_clear_are_found(self):
        frames = self.private_frames() + pcap.digit_events(PHONE, PBX, DIGITS, ssrc=9)
        self.assertIn("digits can be read", self.failures(PRIVATE, frames))
        one = self.private_frames() + pcap.digit_events(PHONE, PBX, "5", ssrc=9)
        self.assertIn("anything that reads as a digit", self.failures(PRIVATE, one))

    def test_digits_in_sip_info_are_found(self):
        info = b"INFO sip:x SIP/2.0\r\n\r\n" + b"".join(b"Signal=%c\r\n" % ord(digit) for digit in DIGITS)
        frames = self.private_frames() + [pcap.tcp(SIP_PHONE, SIP_PBX, info)]
        self.assertIn("digits can be read", self.failures(PRIVATE, frames))

    def test_a_second_connection_is_found(self):
        frames = self.private_frames() + [pcap.tcp(SIP_PBX, ("10.77.2.2", 5061), flags=0x02)]
        self.assertEqual(self.failures(PRIVATE, frames), ["connections opened to the phone"])

    def test_an_answer_to_a_connection_is_no_second_one(self):
        frames = self.private_frames() + [pcap.tcp(SIP_PBX, SIP_PHONE, flags=0x12)]
        self.assertEqual(self.failures(PRIVATE, frames), [])

    def test_an_unmasked_key_is_found(self):
        frames = self.plain_frames() + [pcap.udp(("10.77.1.2", 5060), ("10.77.0.1", 5060), INVITE + CRYPTO)]
        self.assertEqual(self.failures(PLAIN, frames), ["a=crypto can be read"])

    def test_sip_in_the_clear_is_found(self):
        frames = self.private_frames() + [pcap.tcp(SIP_PHONE, SIP_PBX, INVITE)]
        self.assertIn("SIP can be read", self.failures(PRIVATE, frames))

    def test_a_wire_without_anything_fails(self):
        self.assertIn("TLS was seen", self.failures(PRIVATE, []))
        self.assertIn("audio can be heard", self.failures(PLAIN, []))

    def test_one_silent_direction_of_a_plain_wire_fails(self):
        frames = [frame for frame in self.plain_frames() if frame not in set(pcap.tone_stream(PHONE, PBX, 770, ssrc=2))]
        self.assertIn("audio can be heard", self.failures(PLAIN, frames))


class FakePhone:
    def __init__(self, user, hertz):
        self.user = user
        self.samples = []
        if hertz:
            with tempfile.NamedTemporaryFile(suffix=".wav") as file:
                tones.write_tone(file.name, hertz, seconds=3)
                self.samples = tones.read_wav(file.name)[0]

    def recording(self):
        return self.samples, 8000


class Recordings(unittest.TestCase):
    def good(self, one, two):
        checks = Checks()
        check_recordings(checks, (FakePhone("1000", one), FakePhone("1001", two)))
        return [row[3] for row in checks.rows]

    def test_each_hears_the_other(self):
        self.assertEqual(self.good(770, 440), [True, True])

    def test_a_silent_phone_fails(self):
        self.assertEqual(self.good(770, None), [True, False])
        self.assertEqual(self.good(None, 440), [False, True])

    def test_ones_own_tone_is_not_the_others(self):
        self.assertEqual(self.good(440, 770), [False, False])


class ShowCalls(unittest.TestCase):
    def good(self, rows):
        checks = Checks()
        check_show_calls(checks, json.dumps({"row_count": len(rows), "rows": rows}), [PLAIN, PRIVATE])
        return checks.good

    def test_the_right_words_pass(self):
        self.assertTrue(self.good([{"leg": "a", "privacy": "exposed"}, {"leg": "b", "privacy": "private"}]))

    def test_other_words_fail(self):
        self.assertFalse(self.good([{"leg": "a", "privacy": "exposed"}, {"leg": "b", "privacy": "unverified"}]))
        self.assertFalse(self.good([{"leg": "a", "privacy": "private"}, {"leg": "b", "privacy": "private"}]))

    def test_no_call_fails(self):
        self.assertFalse(self.good([]))
        checks = Checks()
        check_show_calls(checks, "-ERR", [PLAIN])
        self.assertFalse(checks.good)


class Tool(EavesdropperCase):
    def run_tool(self, frames):
        pcap.write(self.folder / "wire.pcap", frames)
        return subprocess.run([SOURCE / "tools/wiretap-check", self.folder / "wire.pcap"], capture_output=True, text=True)

    def test_it_says_what_a_listener_gets(self):
        done = self.run_tool(self.plain_frames())
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("READABLE", done.stdout)
        self.assertIn(DIGITS, done.stdout)
        done = self.run_tool(self.private_frames())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("A listener gets nothing.", done.stdout)

    def test_what_is_no_capture(self):
        file = self.folder / "x"
        for content in (b"hello, this is no capture at all", b""):
            file.write_bytes(content)
            done = subprocess.run([SOURCE / "tools/wiretap-check", file], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn("is not a pcap file", done.stderr)
        self.assertEqual(subprocess.run([SOURCE / "tools/wiretap-check", self.folder / "none"],
                                        capture_output=True).returncode, 2)

    def test_a_capture_cut_short_anywhere(self):
        pcap.write(self.folder / "whole", self.plain_frames()[:6])
        whole = (self.folder / "whole").read_bytes()
        for size in range(24, len(whole), 37):
            (self.folder / "cut").write_bytes(whole[:size])
            Tap(self.folder / "cut")


if __name__ == "__main__":
    unittest.main()
