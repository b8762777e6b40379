"""gentls_cert, judged by OpenSSL's own tools."""

import os
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import BUILD

TOOL = BUILD / "bin" / "gentls_cert"


def run(*words):
    return subprocess.run([TOOL, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)


class GentlsCert(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.dir = Path(self.temporary.name) / "ssl"

    def tearDown(self):
        self.temporary.cleanup()

    def make(self):
        self.assertEqual(run("setup", "-cn", "pbx.example.com", "-alt", "DNS:pbx.example.com", "-org", "Example",
                             "-dir", self.dir).returncode, 0)
        self.assertEqual(run("create_server", "-cn", "pbx.example.com", "-alt", "DNS:pbx.example.com", "-org", "Example",
                             "-dir", self.dir).returncode, 0)
        self.assertEqual(run("create_client", "-cn", "Client1", "-out", "Client1", "-dir", self.dir).returncode, 0)

    def verify(self, file, *words):
        return subprocess.run(["openssl", "verify", "-CAfile", self.dir / "cafile.pem", *words, self.dir / file],
                              capture_output=True, text=True).returncode == 0

    def test_the_primers_commands(self):
        self.make()
        self.assertTrue(self.verify("agent.pem", "-purpose", "sslserver", "-verify_hostname", "pbx.example.com"))
        self.assertTrue(self.verify("Client1.pem", "-purpose", "sslclient"))
        self.assertFalse(self.verify("agent.pem", "-purpose", "sslclient"))
        self.assertFalse(self.verify("Client1.pem", "-purpose", "sslserver"))
        self.assertFalse(self.verify("agent.pem", "-verify_hostname", "other.example.com"))
        text = subprocess.run(["openssl", "x509", "-noout", "-inform", "pem", "-text", "-in", self.dir / "agent.pem"],
                              capture_output=True, text=True).stdout
        self.assertIn("CN = pbx.example.com", text)
        self.assertIn("DNS:pbx.example.com", text)

    def test_files_are_closed_to_others(self):
        self.make()
        mode = lambda name: stat.S_IMODE(os.stat(self.dir / name).st_mode)  # noqa: E731
        self.assertEqual(mode("CA/cakey.pem"), 0o600)
        self.assertEqual(mode("agent.pem"), 0o640)
        self.assertEqual(mode("cafile.pem"), 0o644)
        self.assertEqual(sorted(os.listdir(self.dir)), ["CA", "Client1.pem", "agent.pem", "cafile.pem"])

    def test_an_option_is_never_taken_as_a_name(self):
        for words, missing in ((("setup", "-cn", "-alt", "-org"), "-cn"), (("setup", "-cn", "a", "-alt", "-org"), "-alt"),
                               (("setup", "-cn", "a", "-org"), "-org"), (("create_client", "-cn"), "-cn")):
            done = run(*words, "-dir", self.dir) if words[-1] != "-cn" else run(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(f"The value after {missing} is missing.", done.stderr)
        self.assertFalse(self.dir.exists())

    def test_it_never_asks_without_a_terminal(self):
        self.make()
        before = (self.dir / "CA/cacert.pem").read_bytes()
        done = run("setup", "-cn", "x", "-dir", self.dir)
        self.assertEqual(done.returncode, 1)
        self.assertIn("exists already", done.stderr)
        self.assertEqual((self.dir / "CA/cacert.pem").read_bytes(), before)
        self.assertEqual(run("remove", "-dir", self.dir).returncode, 1)
        self.assertTrue((self.dir / "CA").exists())
        self.assertEqual(run("remove", "-yes", "-dir", self.dir).returncode, 0)
        self.assertFalse((self.dir / "CA").exists())

    def test_remove_does_not_follow_a_link(self):
        elsewhere = Path(self.temporary.name) / "precious"
        elsewhere.mkdir()
        (elsewhere / "file").write_text("kept")
        self.dir.mkdir()
        (self.dir / "CA").symlink_to(elsewhere)
        self.assertEqual(run("remove", "-yes", "-dir", self.dir).returncode, 0)
        self.assertEqual((elsewhere / "file").read_text(), "kept")

    def test_wrong_words(self):
        for words, said in ((("frobnicate",), "none of setup"), (("setup", "-cn", "a", "-key", "dsa"), "rsa or ec"),
                            (("setup", "-cn", "a", "-days", "x"), "number of days"), (("setup",), "-cn is missing"),
                            (("setup", "-cn", "a", "-alt", "EMAIL:x"), "expected DNS:name"), ((), "What shall it do?"),
                            (("create_server", "-cn", "a", "-dir", self.dir), "no certificate authority")):
            done = run(*words)
            self.assertNotEqual(done.returncode, 0, words)
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
