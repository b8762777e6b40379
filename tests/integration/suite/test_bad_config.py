"""Broken configuration: every problem is said with its file and line, and what ran goes on running."""

import os
import shutil
import signal
import unittest

from fresh_pbx import FreshPbx
from harness.pbx import SOURCE
from sip_client import Client, sdp
from support import PbxCase

INTERNAL = (SOURCE / "conf/sip_profiles/internal.xml").read_text()
SWITCH = (SOURCE / "conf/autoload_configs/switch.conf.xml").read_text()
TONE = """<include>
  <extension name="added">
    <condition field="destination_number" expression="^4711$">
      <action application="answer"/>
      <action application="echo"/>
    </condition>
  </extension>
</include>
"""


def line_of(text, part):
    return text[:text.index(part)].count("\n") + 1


class Check(FreshPbx):
    """strowger -check"""

    def check(self, files):
        pbx = self.fresh(files)
        status, text = self.run_to_its_end(pbx, "-check")
        return status, text.splitlines()

    def test_what_is_shipped_is_good(self):
        status, lines = self.check({})
        self.assertEqual(status, 0, lines)
        self.assertEqual(lines[-1], "the configuration can be used")
        self.assertEqual([line for line in lines if line.startswith(("error", "warning"))], [])

    def test_params_of_all_parts_at_once(self):
        profile = INTERNAL.replace('name="nonce-ttl" value="60"', 'name="nonce-tll" value="60"').replace(
            'name="tls-only" value="false"', 'name="tls-only" value="perhaps"')
        switch = SWITCH.replace('name="max-sessions"', 'name="max-sesions"').replace('value="32768"', 'value="many"')
        sqlite = ('<configuration name="sqlite.conf"><settings>\n<param name="databse" value="x"/>\n'
                  '</settings></configuration>')
        status, lines = self.check({"sip_profiles/internal.xml": profile, "autoload_configs/switch.conf.xml": switch,
                                    "autoload_configs/sqlite.conf.xml": sqlite})
        self.assertEqual(status, 1, lines)
        self.assertEqual(lines[-1], "the configuration cannot be used")
        text = "\n".join(lines)
        for level, file, line, said in (
                ("warning", "sip_profiles/internal.xml", line_of(profile, "nonce-tll"), '"nonce-ttl"'),
                ("error", "sip_profiles/internal.xml", line_of(profile, "perhaps"), "expected true or false"),
                ("warning", "autoload_configs/switch.conf.xml", line_of(switch, "max-sesions"), '"max-sessions"'),
                ("error", "autoload_configs/switch.conf.xml", line_of(switch, "many"), "1024 to 65535"),
                ("warning", "autoload_configs/sqlite.conf.xml", 2, '"database"')):
            place = f"{level}: {file}:{line}: "
            found = [each for each in lines if each.startswith(place)]
            self.assertEqual(len(found), 1, f"{place}\n{text}")
            self.assertIn(said, found[0])

    def test_a_warning_alone_is_no_reason_to_refuse(self):
        status, lines = self.check({"sip_profiles/internal.xml": INTERNAL.replace("nonce-ttl", "nonce-tll")})
        self.assertEqual(status, 0, lines)
        self.assertEqual(len([line for line in lines if line.startswith("warning")]), 1)

    def test_files_that_cannot_be_read(self):
        status, lines = self.check({
            "dialplan/broken.xml": "<include>\n<context>\n</include>\n",
            "directory/lost.xml": '<include>\n\n<X-PRE-PROCESS cmd="include" data="nowhere.xml"/>\n</include>\n',
            "autoload_configs/a.xml": '<include>\n<X-PRE-PROCESS cmd="include" data="b.inc"/>\n</include>\n',
            "autoload_configs/b.inc": '<include><X-PRE-PROCESS cmd="include" data="a.xml"/></include>\n'})
        self.assertEqual(status, 1)
        errors = [line for line in lines if line.startswith("error: ")]
        self.assertEqual(len(errors), 3, lines)
        self.assertIn("error: autoload_configs/b.inc:1: autoload_configs/a.xml includes itself: strowger.xml → "
                      "autoload_configs/a.xml → autoload_configs/b.inc → autoload_configs/a.xml", errors)
        self.assertTrue(errors[1].startswith("error: dialplan/broken.xml:3: broken XML: "), errors)
        self.assertIn("error: directory/lost.xml:3: directory/nowhere.xml cannot be read: No such file or directory",
                      errors)

    def test_a_main_file_that_is_none(self):
        for text in ("", "\0\1\2\3" * 50, "<document", "<other/>", "<document>" * 5000):
            status, lines = self.check({"strowger.xml": text})
            self.assertEqual(status, 1, text[:10])
            self.assertIn("error: strowger.xml", "\n".join(lines))

    def test_a_critical_module_that_is_not_there(self):
        modules = (SOURCE / "conf/autoload_configs/modules.conf.xml").read_text()
        status, lines = self.check({"autoload_configs/modules.conf.xml": modules.replace("mod_apps", "mod_aps")})
        self.assertEqual(status, 1)
        line = line_of(modules, "mod_apps")
        self.assertTrue(any(each.startswith(f"error: autoload_configs/modules.conf.xml:{line}: ") for each in lines),
                        lines)


class Start(FreshPbx):
    def test_broken_xml_refuses_the_start(self):
        pbx = self.fresh({"dialplan/broken.xml": "<include>\n<context>\n</include>\n"})
        self.refused(pbx, "dialplan/broken.xml:3: broken XML")

    def test_a_wrong_profile_is_down_and_the_other_runs(self):
        profile = INTERNAL.replace('name="tls-only" value="false"', 'name="tls-only" value="perhaps"')
        pbx = self.fresh({"sip_profiles/internal.xml": profile}).start()
        text = pbx.cli("sofia status")[1]
        self.assertRegex(text, r"(?m)^\s*internal\s.*DOWN: .*sip_profiles/internal\.xml:%d: " % line_of(profile, "perhaps"))
        self.assert_answers(pbx, 5080)
        self.assertEqual(pbx.stop(), 0)

    def test_an_unknown_param_is_warned_about_in_the_log(self):
        pbx = self.fresh({"sip_profiles/internal.xml": INTERNAL.replace("nonce-ttl", "nonce-tll")}).start()
        self.assertEqual(pbx.stop(), 0)
        pbx.wait_log('expected perhaps "nonce-ttl"')

    def test_freeswitch_xml_is_read_where_there_is_no_strowger_xml(self):
        pbx = self.fresh()
        (pbx.conf / "strowger.xml").rename(pbx.conf / "freeswitch.xml")
        pbx.start()
        self.assert_answers(pbx)
        self.assertEqual(pbx.stop(), 0)


@unittest.skipIf(os.geteuid() != 0, "only root can become another user")
class OtherUser(FreshPbx):
    def test_a_file_for_root_only_refuses_the_reload_with_advice(self):
        pbx = self.fresh(extra=("-u", "nobody")).start()  # private.xml is for its owner, who is root
        good, text = pbx.cli("reloadxml")
        self.assertFalse(good)
        self.assertRegex(text, r"error: vars\.xml:\d+: private\.xml cannot be read: Permission denied; give it, with chown")
        shutil.chown(pbx.conf / "private.xml", "nobody")
        self.assertTrue(pbx.cli("reloadxml")[0])
        self.assertEqual(pbx.stop(), 0)


class Reload(PbxCase):
    """A file that breaks while calls are up."""

    def setUp(self):
        self.added = self.pbx.conf / "dialplan/public/added.xml"
        self.added.parent.mkdir(exist_ok=True)
        self.addCleanup(self.cli, "reloadxml")
        self.addCleanup(self.added.unlink, missing_ok=True)

    def call(self, caller, number, expected):
        answer, hang_up = caller.invite(number, sdp(caller.address, 4000))
        self.assertEqual(answer.status, expected)
        return hang_up

    def sighup_until(self, log_size_before, said):
        os.kill(self.pbx.pid, signal.SIGHUP)
        self.pbx.wait_cli("status", lambda _: said in self.pbx.log_text()[log_size_before:])

    def test_reloadxml_with_a_broken_file_changes_nothing(self):
        with Client(self.pbx.address, 5080) as caller:
            first = self.call(caller, "9196", 200)
            self.added.write_text(TONE.replace("</condition>", "", 1))
            good, text = self.pbx.cli("reloadxml")
            self.assertFalse(good)
            self.assertRegex(text, r"error: dialplan/public/added\.xml:\d+: broken XML")
            self.assertIn("nothing has changed", text)
            self.call(caller, "4711", 404)
            second = self.call(caller, "9196", 200)
            self.assertIn("2 channel(s) now", self.cli("status"))
            self.added.write_text(TONE)
            self.cli("reloadxml")
            third = self.call(caller, "4711", 200)
            for each in (first, second, third):
                self.assertEqual(each().status, 200)
        self.wait_no_channels()

    def test_sighup_reads_anew_and_reopens_the_log(self):
        with Client(self.pbx.address, 5080) as caller:
            up = self.call(caller, "9196", 200)
            before = len(self.pbx.log_text())
            self.added.write_text("<include>")
            self.sighup_until(before, "nothing has changed")
            self.assertIn("dialplan/public/added.xml:1", self.pbx.log_text()[before:])
            self.call(caller, "4711", 404)
            self.added.write_text(TONE)
            log = self.pbx.base / "log/strowger.log"
            log.rename(log.with_suffix(".1"))
            os.kill(self.pbx.pid, signal.SIGHUP)
            self.pbx.wait_cli("status", lambda _: log.exists())
            self.call(caller, "4711", 200)()
            self.assertEqual(up().status, 200)
        self.pbx.wait_cli("status", lambda _: "4711" in log.read_text())
        self.wait_no_channels()

    def test_reloadxml_with_a_wrong_param_of_a_module_changes_nothing(self):
        file = self.pbx.conf / "sip_profiles/external.xml"
        whole = file.read_text()
        self.addCleanup(file.write_text, whole)
        file.write_text(whole.replace('name="disable-register" value="true"', 'name="disable-register" value="ja"'))
        self.added.write_text(TONE)
        good, text = self.pbx.cli("reloadxml")
        self.assertFalse(good)
        self.assertIn(f"error: sip_profiles/external.xml:{line_of(whole, 'disable-register')}: disable-register is \"ja\"", text)
        with Client(self.pbx.address, 5080) as caller:
            self.call(caller, "4711", 404)
            self.assertEqual(self.call(caller, "9196", 200)().status, 200)
        self.wait_no_channels()


if __name__ == "__main__":
    unittest.main()
