"""Every check of the demo fails when what it looks for is there: shown with captures made by hand."""

import contextlib
import io
import json
import random
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import pcap_writer as pcap
from harness import demo, tones
from harness.demo import DIGITS, Checks, Wire, check_recordings, check_show_calls, check_wire
from harness.pbx import SOURCE
from harness.wiretap import Tap

PBX, PHONE = ("10.77.0.1", 20000), ("10.77.2.2", 30000)
SIP_PBX, SIP_PHONE = ("10.77.0.1", 5061), ("10.77.2.2", 40000)
SIP_UDP = ("10.77.1.2", 5060), ("10.77.0.1", 5060)
PRIVATE = Wire("b", sip=False, audio=False, privacy="private", signalling="tls, digest 1001@10.77.0.1",
               media="RTP/SAVP SDES", suite="AES_CM_128_HMAC_SHA1_80", phone="10.77.2.2")
PLAIN = Wire("a", sip=True, audio=True, privacy="exposed", signalling="udp, digest 1000@10.77.0.1")
SIP_ONLY = Wire("b", sip=False, audio=True, privacy="exposed", signalling="tls, digest 1001@10.77.0.1",
                phone="10.77.2.2")
INVITE = (b"INVITE sip:1001@10.77.0.1 SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\nm=audio 4000 RTP/AVP 0\r\n"
          b"a=rtpmap:0 PCMU/8000\r\n")
CRYPTO = b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\r\n"
INFO = (b"INFO sip:x SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\n" +
        b"".join(b"Signal=%c\r\n" % ord(digit) for digit in DIGITS))
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

    def tls_frames(self):
        return [pcap.tcp(SIP_PHONE, SIP_PBX, flags=0x02), pcap.tcp(SIP_PHONE, SIP_PBX, TLS)]

    def private_frames(self):
        return self.tls_frames() + [*pcap.noise_stream(PBX, PHONE, self.random, ssrc=1),
                                    *pcap.noise_stream(PHONE, PBX, self.random, ssrc=2)]

    def audio_frames(self):
        return [*pcap.tone_stream(PBX, PHONE, 440, ssrc=1), *pcap.tone_stream(PHONE, PBX, 770, ssrc=2)]

    def digit_frames(self):
        return pcap.digit_events(PHONE, PBX, DIGITS, ssrc=2)

    def plain_frames(self):
        return [pcap.udp(*SIP_UDP, INVITE), *self.audio_frames(), *self.digit_frames()]


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

    def test_silence_in_the_clear_is_found(self):
        silence = [pcap.udp(PBX, PHONE, pcap.rtp(number, number * 160, 9, 0, b"\xff" * 160)) for number in range(50)]
        self.assertEqual(self.failures(PRIVATE, self.private_frames() + silence), ["media streams that are no noise"])

    def test_a_private_wire_without_media_in_both_directions_fails(self):
        one_way = pcap.noise_stream(PBX, PHONE, self.random)
        too_little = one_way + pcap.noise_stream(PHONE, PBX, self.random, ssrc=3)[:49]
        elsewhere = one_way + pcap.noise_stream(("10.77.2.9", 30000), PBX, self.random, ssrc=3)
        for media in ([], one_way, too_little, elsewhere):
            self.assertEqual(self.failures(PRIVATE, self.tls_frames() + media), ["media was seen, both ways"])

    def test_digits_in_the_clear_are_found(self):
        for digits in (DIGITS, "5"):
            frames = self.private_frames() + pcap.digit_events(PHONE, PBX, digits, ssrc=9)
            self.assertEqual(self.failures(PRIVATE, frames), ["digits in RTP"])

    def test_digits_in_sip_info_are_found(self):
        frames = self.private_frames() + [pcap.tcp(SIP_PHONE, SIP_PBX, INFO)]
        self.assertEqual(self.failures(PRIVATE, frames), ["SIP can be read", "digits in SIP"])

    def test_digits_that_are_not_there_are_missed(self):
        sip = [pcap.udp(*SIP_UDP, INVITE)]
        self.assertEqual(self.failures(PLAIN, sip + self.audio_frames()), ["digits in RTP"])
        wrong = pcap.digit_events(PHONE, PBX, DIGITS[:-1], ssrc=2)
        self.assertEqual(self.failures(PLAIN, sip + self.audio_frames() + wrong), ["digits in RTP"])

    def test_digits_in_sip_info_are_not_those_in_rtp(self):
        frames = [pcap.udp(*SIP_UDP, INVITE), pcap.udp(*SIP_UDP, INFO), *self.audio_frames()]
        self.assertEqual(self.failures(PLAIN, frames), ["digits in RTP"])

    def test_a_second_connection_is_found(self):
        frames = self.private_frames() + [pcap.tcp(SIP_PBX, ("10.77.2.2", 5061), flags=0x02)]
        self.assertEqual(self.failures(PRIVATE, frames), ["connections opened to the phone"])

    def test_an_answer_to_a_connection_is_no_second_one(self):
        frames = self.private_frames() + [pcap.tcp(SIP_PBX, SIP_PHONE, flags=0x12)]
        self.assertEqual(self.failures(PRIVATE, frames), [])

    def test_an_unmasked_key_is_found(self):
        frames = self.plain_frames() + [pcap.udp(*SIP_UDP, INVITE + CRYPTO)]
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


class OnlySipEncrypted(EavesdropperCase):
    """Figure 2: an eavesdropper gets what travels as RTP, audio and digits, and nothing of what is inside SIP."""

    def frames(self):
        return self.tls_frames() + self.audio_frames() + self.digit_frames()

    def test_it_passes(self):
        self.assertEqual(self.failures(SIP_ONLY, self.frames()), [])

    def test_sip_in_the_clear_fails(self):
        frames = self.frames() + [pcap.tcp(SIP_PHONE, SIP_PBX, INVITE)]
        self.assertEqual(self.failures(SIP_ONLY, frames), ["SIP can be read"])

    def test_digits_must_be_in_rtp(self):
        frames = self.tls_frames() + self.audio_frames()
        self.assertEqual(self.failures(SIP_ONLY, frames), ["digits in RTP"])

    def test_digits_in_sip_info_fail(self):
        frames = self.tls_frames() + self.audio_frames() + [pcap.tcp(SIP_PHONE, SIP_PBX, INFO)]
        self.assertEqual(self.failures(SIP_ONLY, frames), ["SIP can be read", "digits in RTP", "digits in SIP"])

    def test_encrypted_media_fails(self):
        self.assertEqual(self.failures(SIP_ONLY, self.private_frames()), ["audio can be heard", "digits in RTP"])

    def test_no_tls_fails(self):
        frames = [pcap.tcp(SIP_PHONE, SIP_PBX, flags=0x02), *self.audio_frames(), *self.digit_frames()]
        self.assertEqual(self.failures(SIP_ONLY, frames), ["TLS was seen"])


class Pieces(EavesdropperCase):
    """A key is found however the message that has it was cut."""
    INVITE_WITH_KEY = INVITE + b"a=x:" + b"y" * 200 + b"\r\n" + CRYPTO
    IPV6 = ("2001:db8::1", 5060), ("2001:db8::2", 5060)

    def keys(self, frames):
        return self.tap(frames).keys

    def test_fragments_of_ipv4(self):
        whole = pcap.udp(*SIP_UDP, self.INVITE_WITH_KEY)
        for size in (8, 64, 200, 296):
            pieces = pcap.in_fragments(whole, size)
            self.assertGreater(len(pieces), 1)
            self.assertEqual(self.keys(pieces), 1, size)
            self.assertEqual(self.keys(pieces[::-1]), 1, size)
            self.assertEqual(self.keys(pieces + pieces), 2, size)
        frames = self.plain_frames() + pcap.in_fragments(whole, 64)
        self.assertEqual(self.failures(PLAIN, frames), ["a=crypto can be read"])

    def test_fragments_of_ipv6(self):
        whole = pcap.udp6(*self.IPV6, self.INVITE_WITH_KEY)
        self.assertEqual(self.keys([whole]), 1)
        for size in (8, 64, 200, 296):
            pieces = pcap.in_fragments6(whole, size)
            self.assertGreater(len(pieces), 1)
            self.assertEqual(self.keys(pieces), 1, size)
            self.assertEqual(self.keys(pieces[::-1]), 1, size)

    def test_headers_before_the_udp_of_ipv6(self):
        options = bytes([17, 0, 1, 4, 0, 0, 0, 0])  # destination options: padding
        whole = pcap.udp6(*self.IPV6, self.INVITE_WITH_KEY, options, first=60)
        self.assertEqual(self.keys([whole]), 1)
        self.assertEqual(self.keys(pcap.in_fragments6(whole, 64)), 1)

    def test_fragments_of_two_messages_between_each_other(self):
        one = pcap.in_fragments(pcap.udp(*SIP_UDP, self.INVITE_WITH_KEY), 64, number=1)
        two = pcap.in_fragments(pcap.udp(*SIP_UDP, self.INVITE_WITH_KEY), 64, number=2)
        self.assertEqual(self.keys([each for pair in zip(one, two) for each in pair]), 2)

    def test_a_fragment_of_which_the_rest_was_never_seen(self):
        pieces = pcap.in_fragments(pcap.udp(*SIP_UDP, self.INVITE_WITH_KEY), 64)
        key_in = (8 + self.INVITE_WITH_KEY.index(b"a=crypto:")) // 64  # 8: UDP's header
        self.assertGreater(key_in, 1)
        for number in range(key_in):
            self.assertEqual(self.keys(pieces[:number] + pieces[number + 1:]), 1, number)

    def test_media_in_fragments_is_heard(self):
        frames = [piece for frame in pcap.tone_stream(PBX, PHONE, 440) for piece in pcap.in_fragments(frame, 96)]
        self.assertTrue(self.tap(frames).tone_heard(440))

    def test_segments_of_tcp(self):
        for at in range(1, len(INVITE + CRYPTO)):
            message = INVITE + CRYPTO
            frames = [pcap.tcp(SIP_PHONE, SIP_PBX, message[:at]), pcap.tcp(SIP_PHONE, SIP_PBX, message[at:])]
            self.assertEqual(self.keys(frames), 1, at)


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
    A = {"leg": "a", "signalling": "udp, digest 1000@10.77.0.1", "media": "RTP/AVP", "suite": "-", "privacy": "exposed"}
    B = {"leg": "b", "signalling": "tls, digest 1001@10.77.0.1", "media": "RTP/SAVP SDES",
         "suite": "AES_CM_128_HMAC_SHA1_80", "privacy": "private"}

    def failures(self, *rows):
        checks = Checks()
        check_show_calls(checks, json.dumps({"row_count": len(rows), "rows": rows}), [PLAIN, PRIVATE])
        return [row[0].removeprefix("show calls: leg ") for row in checks.rows if not row[3]]

    def test_the_right_words_pass(self):
        self.assertEqual(self.failures(self.A, self.B), [])

    def test_one_other_word_fails(self):
        for column, word in (("privacy", "unverified"), ("privacy", "exposed"),
                             ("signalling", "udp, digest 1001@10.77.0.1"), ("signalling", "tls, digest 1000@10.77.0.1"),
                             ("signalling", "tls, nobody proved who is there"),
                             ("media", "RTP/AVP"), ("media", "RTP/SAVP"), ("suite", "-"),
                             ("suite", "AES_CM_128_HMAC_SHA1_32")):
            self.assertEqual(self.failures(self.A, self.B | {column: word}), [f"b: {column}"], word)
        for column, word in (("privacy", "private"), ("signalling", "tls, digest 1000@10.77.0.1"),
                             ("media", "RTP/SAVP SDES"), ("suite", "AES_CM_128_HMAC_SHA1_80")):
            self.assertEqual(self.failures(self.A | {column: word}, self.B), [f"a: {column}"], word)

    def test_legs_the_other_way_round_fail(self):
        self.assertEqual(len(self.failures(self.A | {"leg": "b"}, self.B | {"leg": "a"})), 8)

    def test_a_missing_leg_or_column_or_one_too_many_fails(self):
        of_b = ["b: signalling", "b: media", "b: suite", "b: privacy"]
        self.assertEqual(self.failures(self.A), of_b)
        self.assertEqual(self.failures(self.A, self.B, self.B), of_b)
        without = {name: word for name, word in self.B.items() if name != "suite"}
        self.assertEqual(self.failures(self.A, without), ["b: suite"])

    def test_no_call_fails(self):
        self.assertEqual(len(self.failures()), 8)
        checks = Checks()
        check_show_calls(checks, "-ERR", [PLAIN])
        self.assertFalse(checks.good)


class Verdict(unittest.TestCase):
    """What the demo makes of its checks: words and an exit status."""

    def run_demo(self, **replaced):
        said, complained = io.StringIO(), io.StringIO()
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch.object(demo.os, "geteuid", return_value=0))
            for name, by in replaced.items():
                stack.enter_context(mock.patch.object(demo, name, by))
            stack.enter_context(contextlib.redirect_stdout(said))
            stack.enter_context(contextlib.redirect_stderr(complained))
            status = demo.main(["figure-1"], Path(folder))
        return status, said.getvalue(), complained.getvalue()

    def figure(self, *rows):
        checks = Checks()
        for row in rows:
            checks.add(*row)
        return lambda name, folder: checks

    def test_all_checks_hold(self):
        status, said, _ = self.run_demo(run_figure=self.figure(("one", "yes", "yes"), ("two", "0", "0")))
        self.assertEqual(status, 0)
        self.assertIn("figure-1: all as it must be\n", said)
        self.assertRegex(said, r"(?m)^  ok  one +yes$")

    def test_one_check_fails(self):
        status, said, _ = self.run_demo(run_figure=self.figure(("one", "yes", "yes"), ("two", "0", "7")))
        self.assertEqual(status, 1)
        self.assertIn("figure-1: NOT as it must be\n", said)
        self.assertNotIn("all as it must be", said)
        self.assertRegex(said, r"(?m)^  NO  two +7 +<-- expected 0$")

    def test_a_figure_that_breaks(self):
        def broken(name, folder):
            raise TimeoutError("the phone never registered")
        status, said, complained = self.run_demo(run_figure=broken)
        self.assertEqual(status, 1)
        self.assertIn("figure-1: could not be measured: TimeoutError: the phone never registered", complained)
        self.assertNotIn("as it must be", said)

    def test_a_stage_that_cannot_be_built_is_closed(self):
        stage = mock.Mock()
        stage.build.side_effect = RuntimeError("Strowger did not start")
        status, said, complained = self.run_demo(Stage=mock.Mock(return_value=stage))
        self.assertEqual(status, 1)
        self.assertIn("figure-1: could not be measured: RuntimeError: Strowger did not start", complained)
        self.assertNotIn("as it must be", said)
        stage.close.assert_called_once_with()

    def test_no_checks_at_all_are_not_good(self):
        self.assertFalse(Checks().good)


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
