"""mod_sqlite is reloaded while phones register: they wait for it, and no registration is lost."""

import json
import sqlite3
import threading
import time
import unittest

import sipp
from reload_case import PAUSE, SLOWER, ReloadCase
from sip_client import Client
from support import SANITIZED, loopback

PASSWORD = "of-this-test"
USERS = [str(number) for number in range(3000, 3300)]
DIRECTORY = "<include>\n" + "".join(
    f'<user id="{user}"><params><param name="password" value="{PASSWORD}"/></params></user>\n' for user in USERS) + "</include>\n"


class StoreCase(ReloadCase):
    overlay_files = {"directory/default/reload.xml": DIRECTORY}

    def phone(self, user):
        made = Client(self.pbx.address, user=user, password=PASSWORD)
        self.addCleanup(made.close)
        return made

    def listed(self):
        return {row["reg_user"] for row in json.loads(self.cli("show registrations as json")).get("rows", [])}

    def in_the_file(self):
        database = sqlite3.connect(f"file:{self.pbx.base}/db/registrations.db?mode=ro", uri=True)
        try:
            return {row[0] for row in database.execute("SELECT user FROM registrations")}
        finally:
            database.close()


class WhilePhonesRegister(StoreCase):
    def test_each_gets_its_200_and_is_kept(self):
        outcome = []
        rate = 50 // SLOWER
        phones = threading.Thread(target=lambda: outcome.append(sipp.registrations(
            self.pbx.folder / "sipp", f"{self.pbx.address}:5060", [(user, PASSWORD) for user in USERS], len(USERS), rate,
            loopback(), 5060, self.pbx.address, timeout=60 * SLOWER)))
        phones.start()
        reloads = 0
        while phones.is_alive():
            self.cli("reload mod_sqlite")
            reloads += 1
            time.sleep(PAUSE)
        phones.join()
        # A 5xx would have failed its phone. In a build that takes its time the control loop may be late: that is 503 too.
        completed, failed = outcome[0].completed, outcome[0].failed
        self.assertEqual(completed + failed, len(USERS))
        self.assertLessEqual(failed, len(USERS) // 20 if SANITIZED else 0)
        self.assertGreater(reloads, 10)
        self.assertEqual(len(self.listed()), completed)
        self.assertEqual(self.in_the_file(), self.listed())
        self.assert_settled()


class Away(StoreCase):
    """mod_sqlite is away for a moment, or for long."""

    def ask(self, phone):
        """A REGISTER with the right password, whose answer is not waited for."""
        phone.send_raw(phone.request("REGISTER", headers=[f"Contact: {phone.contact()}"]))
        proof = phone.authorization(phone.response("REGISTER"), "REGISTER", f"sip:{phone.domain}")
        phone.send_raw(phone.request("REGISTER", headers=[f"Contact: {phone.contact()}", proof], cseq=2))

    def test_for_a_moment(self):
        phone = self.phone("3000")
        self.cli("unload mod_sqlite")
        self.ask(phone)
        time.sleep(0.3)
        self.assertTrue(phone.nothing_came())
        self.cli("load mod_sqlite")
        self.assertEqual(phone.response("REGISTER").status, 200)
        self.assertIn("3000", self.in_the_file())

    def test_for_long(self):
        first, later = self.phone("3001"), self.phone("3002")
        self.cli("unload mod_sqlite")
        begun = time.monotonic()
        self.ask(first)
        answer = first.response("REGISTER", timeout=10)
        self.assertEqual((answer.status, answer.one("Retry-After")), (503, "5"))
        self.assertGreater(time.monotonic() - begun, 3)
        begun = time.monotonic()
        self.ask(later)  # nobody is made to wait for nothing twice
        self.assertEqual(later.response("REGISTER").status, 503)
        self.assertLess(time.monotonic() - begun, 1 * SLOWER)
        self.cli("load mod_sqlite")
        self.assertEqual(later.register().status, 200)
        self.assertEqual(self.in_the_file() & {"3001", "3002"}, {"3002"})


class BadFile(StoreCase):
    def test_a_file_that_is_refused_changes_nothing(self):
        phone = self.phone("3000")
        self.assertEqual(phone.register().status, 200)
        for what, content, said in self.bad_files("mod_sqlite"):
            with self.subTest(what):
                before = self.running("mod_sqlite")[0]
                self.give("mod_sqlite", content)
                accepted, text = self.pbx.cli("reload mod_sqlite")
                self.assertFalse(accepted)
                self.assertIn(said, text)
                self.assertIn("3000", self.listed())
                if what == "that does not start":
                    # It stands alone in the database's way, so the old one had to stop for it.
                    self.assertIn("the old one runs again", text)
                else:
                    self.assertEqual(self.running("mod_sqlite")[0], before)
                self.assertEqual(self.phone("3001").register().status, 200)
                self.assert_settled()


if __name__ == "__main__":
    unittest.main()
