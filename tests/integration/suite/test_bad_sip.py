"""Hostile and broken SIP: it is answered as the RFCs say or dropped, and nothing falls over."""

import random
import socket
import ssl
import time
import unittest

from harness.pbx import descriptors
from sip_client import Client, sdp
from support import PbxCase, wait_until

TRANSPORTS = (("udp", 5060), ("tcp", 5060), ("tls", 5061))


def without(request, name):
    return "\r\n".join(line for line in request.split("\r\n") if not line.startswith(name + ":"))


class BadSip(PbxCase):
    tls = True

    def setUp(self):
        self.udp = Client(self.pbx.address, user="1000", password=self.pbx.password)
        self.addCleanup(self.udp.close)

    def still_alive(self):
        with Client(self.pbx.address) as probe:
            probe.send_raw(probe.request("OPTIONS"))
            self.assertEqual(probe.response("OPTIONS").status, 200)

    def test_garbage_datagrams(self):
        chance = random.Random(1)
        whole = self.udp.request("OPTIONS").encode()
        for size in (1, 4, 100, 1400, 9000):
            self.udp.send_raw(chance.randbytes(size))
        for size in range(0, len(whole), 7):
            self.udp.send_raw(whole[:size])
        for _ in range(300):
            broken = bytearray(whole)
            for _ in range(chance.randint(1, 12)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            self.udp.send_raw(bytes(broken))
        self.udp.send_raw(b"OPTIONS sip:x SIP/2.0\r\n" + b"X: y\r\n" * 5000 + b"\r\n")
        self.udp.send_raw(b"\r\n\r\n")
        self.udp.send_raw(b"\0" * 500)
        self.still_alive()

    def test_missing_headers_are_answered_400(self):
        for transport, port in TRANSPORTS:
            for name in ("To", "From", "CSeq", "Call-ID"):
                with self.subTest(transport=transport, name=name), Client(self.pbx.address, port, transport) as phone:
                    phone.send_raw(without(phone.request("OPTIONS"), name))
                    self.assertEqual(phone.receive(5).start, f"SIP/2.0 400 Bad Request: it has no {name} header")
                    phone.send_raw(phone.request("OPTIONS"))
                    self.assertEqual(phone.receive(5).status, 200)

    def test_requests_without_via_are_dropped(self):
        # RFC 3261, 18.2.2: only the Via says where an answer goes.
        for transport, port in TRANSPORTS:
            for method in ("OPTIONS", "REGISTER", "INVITE", "BYE", "ACK"):
                with self.subTest(transport=transport, method=method), Client(self.pbx.address, port, transport) as phone:
                    phone.send_raw(without(phone.request(method), "Via"))
                    phone.send_raw(phone.request("OPTIONS", call_id="the-next-one"))
                    answer = phone.receive(5)
                    self.assertEqual((answer.status, answer.one("Call-ID")), (200, "the-next-one"))
        self.wait_no_channels()

    def test_wrong_version_method_and_hops(self):
        cases = ((lambda text: text.replace("SIP/2.0\r\n", "SIP/7.0\r\n", 1), (400, 505)),
                 (lambda text: text.replace("OPTIONS", "FROBNICATE"), (405, 501)),
                 (lambda text: text.replace("Max-Forwards: 70", "Max-Forwards: 0"), (200, 483)),
                 (lambda text: text.replace(" OPTIONS\r\nMax", " INVITE\r\nMax"), (400,)))
        for change, expected in cases:
            with Client(self.pbx.address) as phone:
                phone.send_raw(change(phone.request("OPTIONS")))
                self.assertIn(phone.receive(3).status, expected)

    def test_in_dialog_requests_without_a_dialog(self):
        self.udp.send_raw(self.udp.request("BYE", to_tag="none"))
        self.assertEqual(self.udp.response("BYE").status, 481)
        self.udp.send_raw(self.udp.request("ACK", to_tag="none"))
        self.udp.send_raw(self.udp.request("CANCEL"))
        self.assertEqual(self.udp.response("CANCEL").status, 481)

    def test_wrong_content_length_on_streams(self):
        for transport, port in (("tcp", 5060), ("tls", 5061)):
            for length in ("99999999999", "-1", "x", "70000000"):
                with Client(self.pbx.address, port, transport) as phone:
                    phone.send_raw(phone.request("OPTIONS").replace("Content-Length: 0", f"Content-Length: {length}"))
                    self.closed_or_refused(phone, f"{transport} {length}")
            with Client(self.pbx.address, port, transport) as phone:
                phone.send_raw(phone.request("OPTIONS").replace("Content-Length: 0\r\n", ""))
                self.closed_or_refused(phone, f"{transport} none")
        self.still_alive()

    def closed_or_refused(self, phone, what):
        try:
            self.assertIn(phone.receive(5).status, (400, 513), what)  # RFC 3261, 21.5.7: too large
        except ConnectionError:
            pass

    def test_oversized_stream_messages(self):
        start = b"OPTIONS sip:x SIP/2.0\r\n"
        for transport, port in TRANSPORTS[1:]:
            for name, data in (("head", start + b"X-Long: " + b"y" * 2_000_000),
                               ("first line", b"OPTIONS sip:" + b"x" * 2_000_000),
                               ("number of headers", start + b"X: y\r\n" * 5000 + b"Content-Length: 0\r\n\r\n")):
                with self.subTest(transport=transport, name=name), Client(self.pbx.address, port, transport) as phone:
                    # Closed, while it is still sent or after. Staying silent would be a TimeoutError.
                    with self.assertRaises((ConnectionError, ssl.SSLError)):
                        phone.send_raw(data)
                        phone.receive(5)
            with Client(self.pbx.address, port, transport) as phone:
                phone.send_raw(phone.request("OPTIONS", headers=["X-Long: " + "y" * 10_000]))
                self.assertEqual(phone.response("OPTIONS").status, 200)
        self.still_alive()

    def test_messages_in_pieces_and_together(self):
        with Client(self.pbx.address, 5060, "tcp") as phone:
            one = phone.request("OPTIONS").encode()
            for at in range(len(one)):
                phone.send_raw(one[at:at + 1])
            self.assertEqual(phone.response("OPTIONS").status, 200)
            phone.send_raw(phone.request("OPTIONS") + phone.request("OPTIONS") + "\r\n\r\n" + phone.request("OPTIONS"))
            for _ in range(3):
                self.assertEqual(phone.response("OPTIONS").status, 200)

    def test_a_thousand_connections_that_send_nothing(self):
        self.assertEqual(self.udp.register().status, 200)  # what is opened once is open now
        files, held = descriptors(self.pbx.pid), []
        try:
            for number in range(1000):
                made = socket.socket()
                made.bind((f"127.1.{number % 100}.{number // 100 + 1}", 0))
                made.connect((self.pbx.address, 5061 if number % 2 else 5060))
                held.append(made)
            # Connections of tests before this one may still have been counted.
            self.assertTrue(wait_until(lambda: descriptors(self.pbx.pid) > files + 900), descriptors(self.pbx.pid))
            before = time.monotonic()
            self.still_alive()
            self.assertEqual(self.udp.register().status, 200)
            self.assertLess(time.monotonic() - before, 3)
            with Client(self.pbx.address, 5061, "tls") as phone:
                phone.send_raw(phone.request("OPTIONS"))
                self.assertEqual(phone.response("OPTIONS").status, 200)
        finally:
            for each in held:
                each.close()
        self.assertTrue(wait_until(lambda: descriptors(self.pbx.pid) <= files, 20),
                        f"{files} descriptors before, {descriptors(self.pbx.pid)} after")
        self.still_alive()

    def test_one_address_cannot_take_all_connections(self):
        held = []
        try:
            for _ in range(300):
                held.append(socket.create_connection((self.pbx.address, 5060), 5, ("127.0.0.99", 0)))
            time.sleep(0.5)
            closed = 0
            for each in held:
                each.setblocking(False)
                try:
                    closed += each.recv(1) == b""
                except BlockingIOError:
                    pass
                except ConnectionError:
                    closed += 1
            self.assertGreater(closed, 100)
            self.still_alive()
        finally:
            for each in held:
                each.close()

    def refused(self, body, status, number="9196"):
        answer, _ = self.udp.invite(number, body)
        self.assertEqual(answer.status, status, body)
        self.wait_no_channels()

    def test_sdp_that_cannot_be_used(self):
        address = self.udp.address
        self.refused("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n", 488)
        self.refused(sdp(address, 4000, ("m=audio {port} RTP/AVP 96", "a=rtpmap:96 no-such-codec/8000")), 488)
        self.refused("this is no SDP at all\r\n", 488)

    def test_nothing_was_left_behind(self):
        self.still_alive()
        self.wait_no_channels()


if __name__ == "__main__":
    unittest.main()
