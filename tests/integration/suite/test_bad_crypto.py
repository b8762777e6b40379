"""SDP whose a=crypto cannot be used, where SRTP is mandatory and where it is not."""

import base64
import unittest

from sip_client import Client, sdp
from support import PbxCase, far_end

KEY = base64.b64encode(bytes(range(30))).decode()  # RFC 4568, 6.2: 16 octets of key and 14 of salt
GOOD = f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"
BAD = ("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:short", f"a=crypto:1 NO_SUCH_SUITE inline:{KEY}",
       f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY} UNENCRYPTED_SRTP",
       f"a=crypto:x AES_CM_128_HMAC_SHA1_80 inline:{KEY}", "a=crypto:1 AES_CM_128_HMAC_SHA1_80",
       "a=crypto:x", "a=crypto:")
PCMU = "a=rtpmap:0 PCMU/8000"
SAVP, AVP = ("m=audio {port} RTP/SAVP 0", PCMU), ("m=audio {port} RTP/AVP 0", PCMU)
INCOMPATIBLE = 'Q.850;cause=88;text="INCOMPATIBLE_DESTINATION"'

MANDATORY_USER = """<include>
  <user id="1007">
    <params>
      <param name="password" value="$${default_password}"/>
    </params>
    <variables>
      <variable name="rtp_secure_media_inbound" value="mandatory"/>
    </variables>
  </user>
</include>
"""


class Inbound(PbxCase):
    overlay_files = {"directory/default/1007.xml": MANDATORY_USER}

    def call(self, user, *lines):
        """The final response to such an offer of that user; a call that came about is hung up."""
        with Client(self.pbx.address, user=user, password=self.pbx.password) as phone:
            answer, hang_up = phone.invite("9196", sdp(phone.address, 4000, lines))
            hang_up()
        self.wait_no_channels()
        return answer

    def refused(self, user, *lines):
        answer = self.call(user, *lines)
        self.assertEqual((answer.status, answer.one("Reason")), (488, INCOMPATIBLE), lines)

    def accepted(self, user, *lines):
        answer = self.call(user, *lines)
        self.assertEqual(answer.status, 200, lines)
        return answer.body

    def test_mandatory_and_no_crypto(self):
        self.refused("1007", *AVP)
        self.refused("1007", *SAVP)

    def test_mandatory_and_bad_crypto(self):
        for line in BAD:
            with self.subTest(line):
                self.refused("1007", *AVP, line)
                self.refused("1007", *SAVP, line)
                self.refused("1007", *SAVP, line, *AVP)
                self.refused("1007", *SAVP, line, *AVP, line)

    def test_mandatory_and_good_crypto(self):
        for lines in ((*SAVP, GOOD), (*AVP, GOOD), (*SAVP, BAD[0], GOOD.replace(":1", ":2")), (*AVP, *SAVP, GOOD)):
            with self.subTest(lines):
                self.assertIn("a=crypto:", self.accepted("1007", *lines))

    def test_optional_and_bad_crypto(self):
        for line in BAD:
            with self.subTest(line):
                self.refused("1000", *SAVP, line)
                self.assertNotIn("a=crypto", self.accepted("1000", *AVP, line))
                body = self.accepted("1000", *SAVP, line, *AVP)
                self.assertIn("m=audio 0 RTP/SAVP", body)  # RFC 3264, 6: port 0 refuses a stream
                self.assertRegex(body, r"m=audio [1-9]\d* RTP/AVP 0")
                self.assertNotIn("a=crypto", body)

    def test_optional_and_no_crypto(self):
        self.assertNotIn("a=crypto", self.accepted("1000", *AVP))


class Outbound(PbxCase):
    """A called side that answers 200 with what cannot be used is acknowledged and hung up."""
    overlay_files = {"dialplan/public/far.xml": far_end("far", "{rtp_secure_media=mandatory}")}

    def setUp(self):
        self.caller, self.far = Client(self.pbx.address, 5080), Client(self.pbx.address, 5080)
        self.addCleanup(self.caller.close)
        self.addCleanup(self.far.close)

    def answered_with(self, *lines):
        """Calls the far end, which answers so; returns what waits for the caller's outcome."""
        outcome = self.caller.calling(f"far-{self.far.own_port}", sdp(self.caller.address, 4000, AVP))
        invite = self.far.expect("INVITE")
        self.assertIn(" RTP/SAVP ", invite.body)
        self.assertNotIn(" RTP/AVP ", invite.body)
        self.assertIn("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:", invite.body)
        self.far.send_raw(self.far.answer_to(invite, 200, sdp(self.far.address, 4002, lines)))
        self.far.expect("ACK")
        return outcome

    def test_bad_crypto(self):
        for lines in (*((*SAVP, line) for line in BAD), SAVP, AVP, (*AVP, GOOD)):
            with self.subTest(lines):
                outcome = self.answered_with(*lines)
                bye = self.far.expect("BYE")
                self.assertEqual(bye.one("Reason"), INCOMPATIBLE)
                self.far.send_raw(self.far.answer_to(bye, 200))
                response, _ = outcome()
                self.assertEqual((response.status, response.one("Reason")), (488, INCOMPATIBLE))
                self.wait_no_channels()

    def test_good_crypto(self):
        outcome = self.answered_with(*SAVP, GOOD)
        response, hang_up = outcome()
        self.assertEqual(response.status, 200)
        self.assertNotIn("a=crypto", response.body)  # the caller offered none
        hang_up()
        self.far.send_raw(self.far.answer_to(self.far.expect("BYE"), 200))
        self.wait_no_channels()


if __name__ == "__main__":
    unittest.main()
