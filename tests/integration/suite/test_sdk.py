"""The example modules, and the skeleton of tools/new-module: built outside the tree against an installed Strowger, tested by
their own tests, loaded into a running PBX, used, and unloaded."""

import calendar
import json
import re
import secrets
import shutil
import socket
import struct
import time
import unittest
from pathlib import Path

from harness.pbx import SOURCE
from sdk import EXAMPLES, Failed, Sdk
from sip_client import Client, sdp
from support import PbxCase, wait_until

DIALPLAN = """<include>
  <extension name="hello">
    <condition field="destination_number" expression="^hello$">
      <action application="hello" data="${caller_id_number}"/>
    </condition>
  </extension>
  <extension name="tapped">
    <condition field="destination_number" expression="^tapped$">
      <action application="answer"/>
      <action application="tap"/>
      <action application="echo"/>
    </condition>
  </extension>
  <extension name="table">
    <condition field="destination_number" expression="^lcr-(\\d+)$">
      <action application="transfer" data="$1 LCR"/>
    </condition>
  </extension>
  <extension name="callback">
    <condition field="destination_number" expression="^callback-(\\d+)$">
      <action application="bridge" data="callback/sofia/external/sip:boss@127.0.0.1:$1"/>
    </condition>
  </extension>
</include>
"""
# ITU-T G.711, table 5: 1000 Hz at 0 dBm0 in mu-law, 20 ms.
MILLIWATT = bytes([0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E]) * 20
UNIQUE = """
template <class T>
struct [[gnu::visibility("default")]] shared { static inline int count = 0; };
int more() { return ++shared<int>::count; }
"""

sdk = None


def setUpModule():
    global sdk
    sdk = Sdk()
    try:
        sdk.run(sdk.prefix / "bin/strowger-new-module", "weather")
        sdk.make_all([*(sdk.copy_of_example(name) for name in EXAMPLES), sdk.folder / "mod_weather", network_test()])
    except BaseException:
        sdk.close()
        raise


def network_test():
    """The page's test of a protocol: of Strowger::testing alone, without a module."""
    project = sdk.folder / "network"
    shutil.copytree(SOURCE / "core/testing/examples", project)
    (project / "CMakeLists.txt").write_text("""cmake_minimum_required(VERSION 3.25)
project(network CXX)
find_package(Strowger REQUIRED)
enable_testing()
strowger_add_test(network_test SOURCES fake_network_test.cpp)
""")
    return project


def tearDownModule():
    sdk.close()


class Examples(PbxCase):
    overlay_files = {"dialplan/public/sdk.xml": DIALPLAN}

    @classmethod
    def make_pbx(cls, **how):
        pbx = super().make_pbx(**how)
        pbx.installed = sdk.installed
        return pbx

    def load(self, name):
        self.cli(f"load {name}")
        self.assertTrue(self.mapped(name))

    def unload(self, name):
        """When its calls have ended, and older generations with them."""
        self.wait_no_channels()
        self.assertTrue(wait_until(lambda: self.cli("show modules").count(f"{name} ") == 1))
        self.cli(f"unload {name}")
        self.assertFalse(self.mapped(name))

    def mapped(self, name):
        return name in Path(f"/proc/{self.pbx.pid}/maps").read_text()

    def configure(self, name, text):
        (self.pbx.conf / "autoload_configs" / f"{name}.conf.xml").write_text(text)

    def legs(self):
        rows = json.loads(self.cli("show calls as json")).get("rows", [])
        return [(row["call"], row["leg"]) for row in rows]

    def client(self, **how):
        made = Client(self.pbx.address, 5080, **how)
        self.addCleanup(made.close)
        return made

    def accept(self, phone, request):
        """Answers an INVITE with 200, and takes its ACK."""
        phone.send_raw(phone.answer_to(request, 200, sdp(phone.address, 4000)))
        phone.expect("ACK")

    def test_hello(self):
        self.load("mod_hello")
        self.assertIn("Greets whoever calls.", self.cli("show applications"))
        caller = self.client(user="4711")
        answer, hang_up = caller.invite("hello", sdp(caller.address, 4000))
        self.assertEqual(answer.status, 200)
        self.pbx.wait_log("hello, 4711")
        good, why = self.pbx.cli("unload mod_hello")
        self.assertFalse(good)
        self.assertIn("1 use of what it registered", why)
        hang_up()
        self.pbx.wait_log("goodbye, 4711")
        self.unload("mod_hello")

    def test_clock(self):
        self.load("mod_clock")
        for command, ahead in (("clock show", 0), ("clock in 86400", 86400)):
            shown = calendar.timegm(time.strptime(self.cli(command), "%Y-%m-%d %H:%M:%S UTC"))
            self.assertLess(abs(shown - time.time() - ahead), 30)
        self.assertRegex(self.cli("eval ${clock(show local)}"), r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}$")
        for wrong in ("clock", "clock in soon", "clock show mars"):
            self.assertFalse(self.pbx.cli(wrong)[0], wrong)
        self.unload("mod_clock")

    def test_lcr(self):
        cheap, dear, caller = self.client(), self.client(), self.client(user="4711")
        row = '<route prefix="{}" price="{}" dial="sofia/external/sip:${{destination_number}}@127.0.0.1:{}"/>\n'
        good = row.format("49", "0.02", dear.own_port) + row.format("49", "0.01", cheap.own_port)
        table = '<configuration name="lcr.conf"><routes>\n{}</routes></configuration>\n'
        self.configure("lcr", table.format(good))
        self.addCleanup((self.pbx.conf / "autoload_configs/lcr.conf.xml").unlink)
        self.cli("reloadxml")
        self.load("mod_lcr")
        self.configure("lcr", table.format(good + '<route prefix="4 9" price="1" dial="error/USER_BUSY"/>\n'))
        taken, why = self.pbx.cli("reloadxml")
        self.assertFalse(taken)
        self.assertIn('lcr.conf.xml:4: prefix="4 9": expected digits', why)
        outcome = caller.calling("lcr-4930123", sdp(caller.address, 4000))
        first = cheap.expect("INVITE")
        self.assertTrue(first.start.startswith("INVITE sip:4930123@127.0.0.1"), first.start)
        cheap.send_raw(cheap.answer_to(first, 503))
        self.accept(dear, dear.expect("INVITE"))
        answer, hang_up = outcome()
        self.assertEqual(answer.status, 200)
        hang_up()
        gone = dear.expect("BYE")
        dear.send_raw(dear.answer_to(gone, 200))
        unknown, _ = caller.invite("lcr-33123", sdp(caller.address, 4000))
        self.assertEqual(unknown.status, 404)
        self.unload("mod_lcr")

    def test_tap(self):
        self.load("mod_tap")
        caller = self.client(user="4711")
        mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(mouth.close)
        mouth.bind((caller.address, 0))
        answer, hang_up = caller.invite("tapped", sdp(caller.address, mouth.getsockname()[1]))
        self.assertEqual(answer.status, 200)
        to = (re.search(r"c=IN IP4 (\S+)", answer.body).group(1), int(re.search(r"m=audio (\d+)", answer.body).group(1)))
        channel = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", self.cli("show channels as json")).group()
        self.assertEqual(self.cli(f"tap level {channel}"), "in no G.711, out no G.711")
        count = 0

        def loud():
            nonlocal count
            mouth.sendto(struct.pack("!BBHII", 0x80, 0, count, count * 160, 0x1234) + MILLIWATT, to)
            count += 1
            return self.cli(f"tap level {channel}") == "in 0.0 dBm0, out 0.0 dBm0"
        self.assertTrue(wait_until(loud), self.cli(f"tap level {channel}"))
        self.cli(f"tap off {channel}")
        self.assertIn("is not tapped", self.pbx.cli(f"tap level {channel}")[1])
        hang_up()
        self.unload("mod_tap")

    def test_callback(self):
        caller, boss = self.client(user="4711"), self.client()
        self.configure("callback", '<configuration name="callback.conf"><settings>'
                       f'<param name="dial-caller" value="sofia/external/sip:${{caller_id_number}}@127.0.0.1:{caller.own_port}"/>'
                       '<param name="delay" value="1"/></settings></configuration>')
        self.addCleanup((self.pbx.conf / "autoload_configs/callback.conf.xml").unlink)
        self.cli("reloadxml")
        self.load("mod_callback")
        number = f"callback-{boss.own_port}"
        call = {"uri": f"sip:{number}@{caller.domain}", "to": f"<sip:{number}@{caller.domain}>", "tag": "me",
                "call_id": secrets.token_hex(8), "branch": "z9hG4bK" + secrets.token_hex(8),
                "headers": [f"Contact: {caller.contact()}"]}
        caller.send_raw(caller.request("INVITE", body=sdp(caller.address, 4000), **call))
        while caller.response("INVITE", final=False).status != 180:
            pass
        caller.send_raw(caller.request("CANCEL", **call))
        self.assertEqual(caller.response("INVITE").status, 487)
        back = caller.expect("INVITE")  # the ACK of the 487 may be missing: it is only a test
        self.assertIn(f"sip:{number}@", back.one("From"))
        self.accept(caller, back)
        called = boss.expect("INVITE")
        self.assertIn("sip:4711@", called.one("From"))
        self.accept(boss, called)
        self.assertTrue(wait_until(lambda: self.legs() == [("1", "a"), ("1", "b")]), "one call of two legs")
        self.cli("reload mod_callback")  # the call is the old generation's, and goes on
        self.assertEqual(self.legs(), [("1", "a"), ("1", "b")])
        self.assertEqual(self.cli("show modules").count("mod_callback "), 2)
        self.cli("hupall")
        for phone in (caller, boss):
            phone.send_raw(phone.answer_to(phone.expect("BYE"), 200))
        self.unload("mod_callback")

    def test_memstore(self):
        good, why = self.pbx.cli("load mod_memstore")
        self.assertFalse(good)
        self.assertIn("mod_sqlite has registered that name", why)
        self.cli("unload mod_sqlite")
        self.load("mod_memstore")
        with Client(self.pbx.address, user="1000", password=self.pbx.password) as phone:
            self.assertEqual(phone.register().status, 200)
            self.assertIn(f"{phone.address}:{phone.own_port}", self.cli("show registrations"))
            self.assertIn("1 registration(s)", self.cli("status"))
            self.assertEqual(phone.register(expires=0).status, 200)
        self.assertIn("0 registration(s)", self.cli("status"))
        self.unload("mod_memstore")
        self.cli("load mod_sqlite")

    def test_skeleton(self):
        self.load("mod_weather")
        self.assertEqual(self.cli("weather Almon"), "hello, Almon")
        sample = (sdk.folder / "mod_weather/autoload_configs/weather.conf.xml").read_text()
        self.configure("weather", sample.replace("hello", "rain"))
        self.addCleanup((self.pbx.conf / "autoload_configs/weather.conf.xml").unlink)
        self.cli("reloadxml")
        self.assertEqual(self.cli("weather Almon"), "rain, Almon")
        self.cli("reload mod_weather")
        self.assertEqual(self.cli("weather Almon"), "rain, Almon")
        self.unload("mod_weather")


class Refusals(unittest.TestCase):
    """What must not become a module is refused while it is configured or built, with a sentence."""

    def hello(self, change=lambda text: text):
        project = sdk.copy_of_example("mod_hello", secrets.token_hex(4))
        source = project / "mod_hello.cpp"
        source.write_text(change(source.read_text()))
        return project

    def not_built(self, change):
        project = self.hello(change)
        sdk.configure(project)
        with self.assertRaises(Failed) as failed:
            sdk.run("cmake", "--build", project / "build", "--target", "mod_hello")
        self.assertFalse((project / "build/mod_hello.so").exists())
        self.assertIn("is no module that can be loaded and unmapped", failed.exception.said)
        return failed.exception.said

    def test_a_second_symbol(self):
        said = self.not_built(lambda text: text + 'extern "C" [[gnu::visibility("default")]] int second() { return 2; }\n')
        self.assertIn("second: exported, and another module may have the same name", said)

    def test_no_table(self):
        said = self.not_built(lambda text: text.replace("STROWGER_MODULE(hello)", ""))
        self.assertIn("strowger_module: missing", said)

    def test_a_unique_symbol(self):
        """g++ makes one, unless it is told not to; clang never does, so that the same source is a module there."""
        project = self.hello(lambda text: text + UNIQUE)
        build = ("cmake", "--build", project / "build", "--target", "mod_hello")
        if "clang" in sdk.run(sdk.environment["CXX"], "--version").lower():
            sdk.configure(project)
            sdk.run(*build)
            return
        with open(project / "CMakeLists.txt", "a") as file:
            file.write("target_compile_options(mod_hello PRIVATE -fgnu-unique)\n")
        sdk.configure(project)
        with self.assertRaises(Failed) as failed:
            sdk.run(*build)
        self.assertRegex(failed.exception.said, r"count\S*: a unique symbol, which keeps")

    def test_another_compiler(self):
        ours = sdk.run(sdk.environment["CXX"], "--version").lower()
        other = "g++" if "clang" in ours else "clang++"
        self.assertIsNotNone(shutil.which(other), f"{other} is needed to show that it is refused")
        with self.assertRaises(Failed) as failed:
            sdk.configure(self.hello(), env={"CXX": other})
        said = failed.exception.said
        self.assertIn("This Strowger was built with " + ("Clang" if "clang" in ours else "GNU"), said)
        self.assertIn("it would refuse mod_hello", said)

    def test_a_module_that_stays_mapped_fails_its_own_tests(self):
        project = self.hello(lambda text: text.replace(
            "        return {};", '        static thread_local std::string kept;\n        kept += "x";\n        return {};'))
        with self.assertRaises(Failed) as failed:
            sdk.make(project)
        self.assertIn("quarantined: its code stays mapped", failed.exception.said)

    def test_wrong_words_in_cmake(self):
        for line, said in (("strowger_add_module(mod-x SOURCES mod_hello.cpp)", "is no module's name"),
                           ("strowger_add_module(mod_x)", "has no SOURCES"),
                           ("strowger_add_module(mod_x SOURCES mod_hello.cpp NEEDS mod_x)", "cannot need itself"),
                           ("strowger_add_module(mod_x SORCES mod_hello.cpp)", "does not know"),
                           ("strowger_add_test(test_x MODULES mod_hello)", "wants SOURCES")):
            with self.subTest(line):
                project = self.hello()
                (project / "CMakeLists.txt").write_text(
                    f"cmake_minimum_required(VERSION 3.25)\nproject(x CXX)\nfind_package(Strowger REQUIRED)\n{line}\n")
                with self.assertRaises(Failed) as failed:
                    sdk.configure(project)
                self.assertIn(said, failed.exception.said)


class NewModule(unittest.TestCase):
    def refused(self, *words):
        with self.assertRaises(Failed) as failed:
            sdk.run(sdk.prefix / "bin/strowger-new-module", *words)
        self.assertEqual(failed.exception.text.count("\n"), 1, "one sentence")
        return failed.exception.text

    def test_bad_names(self):
        for name in ("", "Weather", "2fast", "a-b", "../x", "mod_", "x" * 41, "a b"):
            self.assertIn("is no name for a module", self.refused(name))
        self.assertIn("one of Strowger's own", self.refused("mod_sofia"))
        self.assertIn("expected NAME [FOLDER]", self.refused())

    def test_an_existing_folder_is_left_alone(self):
        before = sorted((sdk.folder / "mod_weather").rglob("*"))
        self.assertIn("exists already", self.refused("weather"))
        self.assertIn("exists already", self.refused("other", "mod_weather"))
        self.assertEqual(sorted((sdk.folder / "mod_weather").rglob("*")), before)

    def test_what_it_writes_and_prints(self):
        said = sdk.run(SOURCE / "tools/new-module", "mod_rain", sdk.folder / "rain")
        files = sorted(str(each.relative_to(sdk.folder / "rain")) for each in (sdk.folder / "rain").rglob("*") if each.is_file())
        self.assertEqual(files, ["CMakeLists.txt", "README.md", "autoload_configs/rain.conf.xml", "mod_rain.cpp",
                                 "mod_rain_test.cpp"])
        self.assertFalse([file for file in files if "@" in (sdk.folder / "rain" / file).read_text()])
        self.assertIn(f"-DCMAKE_PREFIX_PATH={SOURCE}/build/install", said)
        said = sdk.run(sdk.prefix / "bin/strowger-new-module", "rain")
        self.assertIn(f"-DCMAKE_PREFIX_PATH={sdk.prefix}\n", said)


if __name__ == "__main__":
    unittest.main()
