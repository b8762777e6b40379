"""Certificates that cannot be used: the TLS listener is down and says why and what to do; all else runs."""

import os
import re
import shutil
import signal
import ssl
import subprocess
import unittest

from fresh_pbx import FreshPbx
from harness.pbx import SOURCE
from sip_client import Client
from support import for_everybody

INTERNAL = (SOURCE / "conf/sip_profiles/internal.xml").read_text()
TLS_ONLY = INTERNAL.replace('name="tls-only" value="false"', 'name="tls-only" value="true"')


def openssl(*words, given=None):
    return subprocess.run(["openssl", *map(str, words)], input=given, check=True, capture_output=True, text=True).stdout


def pem_parts(text):
    """(private key, certificates) of a file like agent.pem."""
    key = re.search(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----\n", text, re.S).group()
    return key, text.replace(key, "")


def expired(folder):
    """A key and a certificate that ended yesterday."""
    key = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    (folder / "key.pem").write_text(key)
    request = openssl("req", "-new", "-key", folder / "key.pem", "-subj", "/CN=old")
    (folder / "request.pem").write_text(request)
    return key + openssl("x509", "-req", "-in", folder / "request.pem", "-signkey", folder / "key.pem", "-days", "-1")


class CertificateCase(FreshPbx):
    """The internal profile has certificates of its own, `own`, that each test spoils; the external's are good."""

    def prepared(self, files=None, extra=()):
        pbx = self.fresh(files, tls=True, extra=extra)
        pbx.own = pbx.conf / "own"
        shutil.copytree(pbx.certs, pbx.own)
        pbx.sets["internal_ssl_dir"] = str(pbx.own)
        pbx.agent = pbx.own / "agent.pem"
        return pbx

    def tls_line(self, pbx, profile="internal"):
        """That profile's line of `sofia status` for TLS."""
        text = pbx.cli("sofia status")[1]
        found = [line for line in text.splitlines() if re.match(rf"\s*{profile}\s", line) and "transport=tls" in line]
        self.assertEqual(len(found), 1, text)
        return found[0]

    def assert_down(self, pbx, *said):
        line = self.tls_line(pbx)
        self.assertIn("DOWN (TLS): ", line)
        for each in said:
            self.assertIn(each, line)
        self.assertIn("RUNNING", self.tls_line(pbx, "external"))
        self.assert_closed(pbx, 5061)
        for port, transport in ((5060, "udp"), (5060, "tcp"), (5080, "udp"), (5081, "tls")):
            self.assert_answers(pbx, port, transport)

    def hang_up(self, pbx, said):
        """SIGHUP; returns when the log says that."""
        before = len(pbx.log_text())
        os.kill(pbx.pid, signal.SIGHUP)
        pbx.wait_cli("status", lambda _: said in pbx.log_text()[before:])

    def served(self, pbx):
        return ssl.get_server_certificate((pbx.address, 5061))


class Certificates(CertificateCase):
    def test_each_way_to_be_useless(self):
        def missing(agent):
            agent.unlink()

        def no_file(agent):
            agent.unlink()
            os.mkfifo(agent)  # opening it must not wait for a writer either

        def broken(agent):
            text = agent.read_text()
            agent.write_text(text[:200] + text[270:])

        def cut_short(agent):
            key, certificates = pem_parts(agent.read_text())
            agent.write_text(key + certificates[:len(certificates) // 3])

        def mismatch(agent):
            _, certificates = pem_parts(agent.read_text())
            agent.write_text(openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256") + certificates)

        def no_key(agent):
            agent.write_text(pem_parts(agent.read_text())[1])

        def too_old(agent):
            agent.write_text(expired(agent.parent))

        pbx = self.prepared()
        good = pbx.agent.read_text()
        for spoil, said in ((missing, ("agent.pem does not exist", "gentls_cert create_server")),
                            (no_file, ("agent.pem is not a file",)), (broken, ("is damaged",)), (cut_short, ("is damaged",)),
                            (mismatch, ("do not belong together",)), (no_key, ("has no private key",)),
                            (too_old, ("expired on ", "make a new one"))):
            with self.subTest(spoil.__name__):
                pbx.agent.unlink(missing_ok=True)
                pbx.agent.write_text(good)
                spoil(pbx.agent)
                status, text = self.run_to_its_end(pbx, "-check")
                self.assertEqual(status, 0, text)
                self.assertRegex(text, "warning: .*internal.xml:.* profile internal cannot listen for TLS with this: .*" + said[0])
                pbx.start()
                self.assert_down(pbx, *said)
                self.assertEqual(pbx.stop(), 0)
                # Said in the log too, and nothing of the key with it.
                self.assertIn(said[0], pbx.log_text())
                self.assertNotIn("PRIVATE KEY", pbx.log_text())

    def test_with_tls_only_nothing_else_is_listened_on(self):
        pbx = self.prepared({"sip_profiles/internal.xml": TLS_ONLY})
        pbx.agent.unlink()
        pbx.start()
        self.assertIn("DOWN (TLS): ", self.tls_line(pbx))
        self.assert_closed(pbx, 5060)
        self.assert_closed(pbx, 5061)
        with Client(pbx.address, 5060) as probe, self.assertRaises(OSError):
            probe.send_raw(probe.request("OPTIONS"))
            probe.receive(1)
        self.assert_answers(pbx, 5080)
        self.assertEqual(pbx.stop(), 0)

    def test_sighup_takes_the_repaired_file_and_keeps_the_good_one(self):
        pbx = self.prepared()
        good = pbx.agent.read_text()
        pbx.agent.unlink()
        pbx.start()
        self.assert_down(pbx, "does not exist")
        pbx.agent.write_text(good)
        self.hang_up(pbx, "reading the configuration anew")
        pbx.wait_cli("sofia status profile internal", lambda text: "DOWN" not in text)
        self.assert_answers(pbx, 5061, "tls")
        before = self.served(pbx)
        pbx.agent.write_text("spoilt")
        self.hang_up(pbx, "keeps its certificates")
        self.assertEqual(self.served(pbx), before)
        self.assertIn("RUNNING", self.tls_line(pbx))
        pbx.agent.unlink()
        pbx.gentls_cert("create_server", "-cn", "renewed", "-alt", f"IP:{pbx.address}", "-out", "renewed")
        shutil.copy(pbx.certs / "renewed.pem", pbx.agent)
        self.hang_up(pbx, "reading the configuration anew")
        pbx.wait_cli("status", lambda _: self.served(pbx) != before)
        self.assertEqual(pbx.stop(), 0)


@unittest.skipIf(os.geteuid() != 0, "only root can become another user")
class OtherUser(CertificateCase):
    """-u nobody: a key that only root may read would serve until the next reload and no longer."""

    def prepared(self, files=None, extra=("-u", "nobody")):
        pbx = super().prepared(files, extra)
        for folder in (pbx.conf, pbx.certs, pbx.own):
            folder.chmod(0o755)
        (pbx.certs / "agent.pem").chmod(0o644)
        pbx.agent.chmod(0o600)
        shutil.chown(pbx.conf / "private.xml", "nobody")
        return pbx

    def test_a_key_for_root_only_and_the_line_that_repairs_it(self):
        pbx = self.prepared()
        pbx.own.chmod(0o700)
        pbx.start()
        file = pbx.agent
        self.assert_down(pbx, f"user nobody may not read {file}: run chown root:nogroup {file} && chmod 640 {file} && "
                              f"chown root:nogroup {pbx.own} && chmod 750 {pbx.own}")
        command = self.tls_line(pbx).split("run ", 1)[1].strip()
        subprocess.run(command, shell=True, check=True)
        self.hang_up(pbx, "reading the configuration anew")
        pbx.wait_cli("sofia status profile internal", lambda text: "DOWN" not in text)
        self.assert_answers(pbx, 5061, "tls")
        self.assertEqual(pbx.stop(), 0)

    def test_started_by_a_plain_user(self):
        pbx = self.prepared(extra=())
        pbx.installed = for_everybody(pbx.folder)
        for each in ("db", "log", "run"):
            shutil.chown(pbx.base / each, "nobody")
        pbx.start(wrapper=("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"))
        self.assert_down(pbx, f"user nobody may not read {pbx.agent}: run chown root:nogroup {pbx.agent} && chmod 640")
        self.assertEqual(pbx.stop(), 0)

    def test_a_folder_on_the_way_is_closed(self):
        pbx = self.prepared()
        pbx.agent.chmod(0o644)
        inner = pbx.own / "closed" / "inner"
        inner.mkdir(parents=True)
        shutil.copy(pbx.agent, inner)
        inner.parent.chmod(0o700)
        pbx.sets["internal_ssl_dir"] = str(inner)
        pbx.start()
        self.assert_down(pbx, f"chmod o+x {inner.parent}")
        self.assertEqual(pbx.stop(), 0)

    def test_a_key_for_the_users_group_is_good(self):
        pbx = self.prepared()
        shutil.chown(pbx.agent, "root", "nogroup")
        pbx.agent.chmod(0o640)
        pbx.start()
        self.assertIn("RUNNING", self.tls_line(pbx))
        self.assert_answers(pbx, 5061, "tls")
        self.assertEqual(pbx.stop(), 0)

    def test_roots_own_groups_do_not_help(self):
        pbx = self.prepared()
        shutil.chown(pbx.agent, "root", "root")
        pbx.agent.chmod(0o640)
        pbx.start()
        self.assert_down(pbx, "user nobody may not read ")
        self.assertEqual(pbx.stop(), 0)

    def test_tls_only_is_down_altogether(self):
        pbx = self.prepared({"sip_profiles/internal.xml": TLS_ONLY})
        pbx.start()
        self.assertIn("DOWN (TLS): user nobody may not read ", self.tls_line(pbx))
        self.assert_closed(pbx, 5060)
        self.assert_answers(pbx, 5080)
        self.assertEqual(pbx.stop(), 0)


if __name__ == "__main__":
    unittest.main()
