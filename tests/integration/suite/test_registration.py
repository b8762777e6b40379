"""Registrations: digest, the store, and the flow a phone is reached on."""

import json
import os
import signal
import threading
import time
import unittest

from harness.pbx import SOURCE
from sip_client import Client, sdp
from support import PbxCase


PROFILE = (SOURCE / "conf/sip_profiles/internal.xml").read_text().replace(
    "<settings>", '<settings>\n<param name="rfc8760-auth-algorithms" value="SHA-256,MD5"/>')


class Registration(PbxCase):
    tls = True
    overlay_files = {"sip_profiles/internal.xml": PROFILE}

    def client(self, transport="udp", user="1000", password=None):
        port = 5061 if transport == "tls" else 5060
        made = Client(self.pbx.address, port, transport, user=user, password=password or self.pbx.password)
        self.addCleanup(made.close)
        return made

    def test_both_algorithms_on_every_transport(self):
        for transport in ("udp", "tcp", "tls"):
            for algorithm in ("MD5", "SHA-256"):
                phone = self.client(transport, user="1002")
                answer = phone.register(prefer=algorithm)
                self.assertEqual(answer.status, 200, (transport, algorithm, answer.start))
                self.assertTrue(any(phone.address in value for value in answer.all("Contact")))
                self.assertEqual(phone.register(expires=0).status, 200)

    def registered_users(self):
        rows = json.loads(self.cli("show registrations as json")).get("rows", [])
        return {row["reg_user"] for row in rows}

    def test_unauthenticated_requests_are_challenged(self):
        uri = f"sip:9196@{self.pbx.address}"
        for transport in ("udp", "tcp", "tls"):
            with self.subTest(transport=transport):
                phone = self.client(transport, user="1009")  # no other test's
                phone.send_raw(phone.request("REGISTER", headers=[f"Contact: {phone.contact()}"]))
                answer = phone.response("REGISTER")
                self.assertEqual(answer.status, 401)
                self.assertTrue(any("SHA-256" in value for value in answer.all("WWW-Authenticate")))
                self.assertNotIn("1009", self.registered_users())
                phone.send_raw(phone.request("INVITE", uri, to=f"<{uri}>", headers=[f"Contact: {phone.contact()}"],
                                             body=sdp(phone.address, 4000)))
                self.assertEqual(phone.response("INVITE").status, 407)
                self.wait_no_channels()
                # With its password the same phone is in the list.
                self.assertEqual(phone.register().status, 200)
                self.assertIn("1009", self.registered_users())
                self.assertEqual(phone.register(expires=0).status, 200)
                self.assertNotIn("1009", self.registered_users())

    def test_wrong_password_then_refused_and_slowed_down(self):
        phone = self.client(user="1003", password="wrong")
        for _ in range(4):
            self.assertEqual(phone.register().status, 401)
        self.assertIn(phone.register().status, (401, 403))  # the fifth
        before = time.monotonic()
        answer = phone.register()
        self.assertEqual(answer.status, 403)
        self.assertGreater(time.monotonic() - before, 0.9)
        # Another source is not locked out by it.
        other = Client(self.pbx.address, user="1003", password=self.pbx.password, address="127.0.0.77")
        self.addCleanup(other.close)
        self.assertEqual(other.register().status, 200)
        other.register(expires=0)

    def test_an_unknown_user_looks_like_a_wrong_password(self):
        phone = self.client(user="nobody", password="wrong")
        self.assertEqual(phone.register().status, 401)

    def test_sofia_contact_tells_the_transport_it_came_by(self):
        domain = self.pbx.address

        def contact_of(user, transport, text):
            phone = self.client(transport, user=user)
            self.assertEqual(phone.register(contact=text.format(at=f"{phone.address}:{phone.own_port}")).status, 200)
            return phone, self.cli(f"sofia_contact {user}@{domain}")

        _, text = contact_of("1010", "tls", "<sip:1010@{at};transport=tls>")
        self.assertIn(";transport=tls", text)
        _, text = contact_of("1011", "tls", "<sip:1011@{at}>")
        self.assertIn(";transport=tls", text)
        _, text = contact_of("1012", "tls", "<sips:1012@{at}>")
        self.assertIn(";transport=tls", text)
        _, text = contact_of("1013", "udp", "<sip:1013@{at};transport=tls>")
        self.assertNotIn("transport=tls", text)
        _, text = contact_of("1014", "tcp", "<sip:1014@{at}>")
        self.assertNotIn("transport=tls", text)
        phones = [contact_of("1015", "tls", "<sip:1015@{at}>")[0], contact_of("1015", "udp", "<sip:1015@{at}>")[0]]
        text = self.cli(f"sofia_contact 1015@{domain}")
        self.assertEqual(len(text.split(",")), 2, text)
        self.assertEqual(text.count(";transport=tls"), 1)
        self.assertEqual(len(phones), 2)
        self.assertEqual(self.cli(f"sofia_contact 1019@{domain}"), "error/user_not_registered")
        # The primer's own recipe.
        for user, secure in (("1011", "true"), ("1013", "false"), ("1019", "false")):
            self.assertEqual(self.cli(f"eval ${{regex(${{sofia_contact({user}@{domain})}}|transport=tls)}}"), secure)

    def test_too_brief_and_all_removed(self):
        phone = self.client(user="1004")
        answer = phone.register(expires=5)
        self.assertEqual(answer.status, 423)
        self.assertIsNotNone(answer.one("Min-Expires"))
        self.assertEqual(phone.register().status, 200)
        answer, _ = phone.authenticated("REGISTER", headers=["Contact: *", "Expires: 0"])
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.all("Contact"), [])

    def test_a_dead_flow_gives_480_at_once_until_the_phone_is_back(self):
        phone = self.client("tls", user="1005")
        self.assertEqual(phone.register().status, 200)
        caller = self.client(user="1000")
        phone.close()
        time.sleep(0.5)
        before = time.monotonic()
        answer, _ = caller.invite("1005", sdp(caller.address, 4000))
        self.assertEqual(answer.status, 480)
        self.assertLess(time.monotonic() - before, 3)
        back = self.client("tls", user="1005")
        self.assertEqual(back.register().status, 200)
        uri = f"sip:1005@{self.pbx.address}"
        thread = threading.Thread(target=lambda: caller.invite("1005", sdp(caller.address, 4000), timeout=20))
        thread.start()
        got = back.receive(10)
        while got.method is None:
            got = back.receive(10)
        self.assertEqual(got.method, "INVITE", uri)
        self.assertIn("RTP/SAVP", got.body)
        self.assertIn("a=crypto:", got.body)
        via = "\r\n".join(f"Via: {value}" for value in got.all("Via"))
        back.send_raw(f"SIP/2.0 486 Busy Here\r\n{via}\r\nFrom: {got.one('From')}\r\nTo: {got.one('To')};tag=x\r\n"
                      f"Call-ID: {got.one('Call-ID')}\r\nCSeq: {got.one('CSeq')}\r\nContent-Length: 0\r\n\r\n")
        thread.join(25)
        self.wait_no_channels()


class KilledWhileRegistering(PbxCase):
    """What got its 200 survives kill -9."""

    def test_every_200_is_kept(self):
        users = [f"10{number:02}" for number in range(20)]
        confirmed = set()
        running = True

        def register_some(user):
            for _ in range(4):  # the registrar keeps five contacts
                try:
                    with Client(self.pbx.address, user=user, password=self.pbx.password) as phone:
                        if running and phone.register().status == 200:
                            confirmed.add((user, f"{phone.address}:{phone.own_port}"))
                except OSError:
                    return

        threads = [threading.Thread(target=register_some, args=(user,)) for user in users]
        for thread in threads:
            thread.start()
        while len(confirmed) < 25:
            time.sleep(0.005)
        os.kill(self.pbx.pid, signal.SIGKILL)
        running = False
        self.pbx.process.wait(10)
        sure = set(confirmed)
        for thread in threads:
            thread.join(20)
        self.assertGreater(len(sure), 10)
        self.pbx.start()
        text = self.cli("show registrations")
        for user, where in sure:
            self.assertIn(where, text, f"{user} got its 200")


if __name__ == "__main__":
    unittest.main()
