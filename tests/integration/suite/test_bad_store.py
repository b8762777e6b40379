"""A registration store that cannot be used refuses the start, says why and what to do, and is left as it was."""

import os
import sqlite3
import unittest
from pathlib import Path

from fresh_pbx import FreshPbx
from sip_client import Client

# Mounts the folder over itself, read-only, for this process alone.
READ_ONLY = ("unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"')


def everything(folder):
    """{file: bytes}. SQLite may have looked, for which it makes an empty log and its index: these are left out."""
    found = {each.name: each.read_bytes() for each in Path(folder).iterdir()}
    if found.get("registrations.db-wal") == b"":
        del found["registrations.db-wal"]
    return {name: text for name, text in found.items() if not name.endswith("-shm")}


class Store(FreshPbx):
    def with_registration(self):
        """A PBX that ran, kept a registration, and stopped in order."""
        pbx = self.fresh().start()
        with Client(pbx.address, user="1000", password=pbx.password) as phone:
            self.assertEqual(phone.register().status, 200)
        self.assertEqual(pbx.stop(), 0)
        pbx.file = pbx.base / "db/registrations.db"
        self.assertTrue(pbx.file.exists())
        return pbx

    def assert_refused_untouched(self, pbx, *said, wrapper=()):
        before = everything(pbx.base / "db")
        self.refused(pbx, str(pbx.file), *said, wrapper=wrapper)
        self.assertTrue(everything(pbx.base / "db") == before, "the files have changed")

    def assert_starts_with_registration(self, pbx):
        pbx.start()
        self.assertIn("1000", pbx.cli("show registrations")[1])
        self.assertEqual(pbx.stop(), 0)

    def test_no_database(self):
        pbx = self.with_registration()
        whole = pbx.file.read_bytes()
        for text in (os.urandom(20000), b"<configuration/>\n", b"SQLite format 3\0" + os.urandom(4000)):
            pbx.file.write_bytes(text)
            self.assert_refused_untouched(pbx, "left untouched")
        pbx.file.write_bytes(whole)
        self.assert_starts_with_registration(pbx)

    def test_damaged_in_the_middle_or_cut_short(self):
        pbx = self.with_registration()
        whole = pbx.file.read_bytes()
        for text in (whole[:200] + b"\xff" * (len(whole) - 200), whole[:len(whole) // 2], whole[:4096] + os.urandom(len(whole) - 4096)):
            pbx.file.write_bytes(text)
            self.assert_refused_untouched(pbx, "damaged", "left untouched")

    def test_another_programs_database(self):
        pbx = self.with_registration()
        pbx.file.unlink()
        with sqlite3.connect(pbx.file) as other:
            other.execute("CREATE TABLE registrations (reg_user TEXT, url TEXT)")
            other.execute("INSERT INTO registrations VALUES ('1000', 'sip:1000@192.0.2.1')")
        other.close()
        self.assert_refused_untouched(pbx, "another program's SQLite database", "sqlite.conf.xml")

    def test_locked_by_another_process(self):
        pbx = self.with_registration()
        other = sqlite3.connect(pbx.file, isolation_level=None)
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        self.refused(pbx, str(pbx.file), "is locked by another program", "Stop what uses it")
        other.execute("ROLLBACK")
        other.close()
        self.assert_starts_with_registration(pbx)

    @unittest.skipIf(os.geteuid() != 0, "only root can mount; what a plain user may not write is a unit test's")
    def test_on_a_read_only_disk(self):
        pbx = self.with_registration()
        self.assert_refused_untouched(pbx, "read-only", wrapper=(*READ_ONLY, pbx.base / "db"))
        pbx.file.unlink()
        status, text = self.run_to_its_end(pbx, wrapper=(*READ_ONLY, pbx.base / "db"))
        self.assertEqual(status, 1, text)
        self.assertIn("registrations.db", text)
        self.assertEqual(everything(pbx.base / "db"), {})

    def test_a_folder_in_its_place(self):
        pbx = self.fresh()
        pbx.file = pbx.base / "db/registrations.db"
        pbx.file.mkdir()
        self.refused(pbx, str(pbx.file), "sqlite.conf.xml")

    def test_loading_while_it_is_damaged_keeps_the_rest_running(self):
        pbx = self.fresh().start()
        pbx.file = pbx.base / "db/registrations.db"
        self.assertTrue(pbx.cli("unload mod_sqlite")[0])
        whole = pbx.file.read_bytes()
        pbx.file.write_bytes(os.urandom(5000))
        good, text = pbx.cli("load mod_sqlite")
        self.assertFalse(good)
        self.assertIn(str(pbx.file), text)
        with Client(pbx.address, user="1000", password=pbx.password) as phone:
            self.assertGreaterEqual(phone.register().status, 500)  # without a store there is no 200
        pbx.file.write_bytes(whole)
        # The one that failed may need a moment to be gone; the refusal says so.
        pbx.wait_cli("load mod_sqlite", lambda text: "still stopping" not in text)
        with Client(pbx.address, user="1000", password=pbx.password) as phone:
            self.assertEqual(phone.register().status, 200)
        self.assertEqual(pbx.stop(), 0)


if __name__ == "__main__":
    unittest.main()
