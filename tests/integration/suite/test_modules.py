"""The life of modules in the running program."""

import re
import socket
import struct
import threading
import time
import unittest
from pathlib import Path

from sip_client import Client, sdp
from support import PbxCase

SHIPPED = ("mod_sqlite", "mod_srtp", "mod_rtp", "mod_dialplan", "mod_apps", "mod_sofia", "mod_commands")


LATER = """<include>
  <extension name="later">
    <condition field="destination_number" expression="^later-(\\d+)-(.+)$">
      <action application="answer"/>
      <action application="sleep" data="1500"/>
      <action application="bridge" data="sofia/external/sip:far@$2:$1"/>
    </condition>
  </extension>
</include>
"""


def media_socket(address):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((address, 0))
    return made


def heard(mouth, to, ear):
    """What `ear` hears of the silence (PCMU) that `mouth` sends; None when nothing comes through."""
    ear.settimeout(0.1)
    for number in range(50):
        mouth.sendto(struct.pack("!BBHII", 0x80, 0, number, number * 160, 0x1234) + b"\xff" * 160, to)
        try:
            return ear.recv(2048)[12:]
        except TimeoutError:
            pass


class Modules(PbxCase):
    overlay_files = {"dialplan/public/later.xml": LATER}

    def mappings(self, name):
        return [line for line in Path(f"/proc/{self.pbx.pid}/maps").read_text().splitlines() if name in line]

    def test_all_are_there(self):
        text = self.cli("show modules")
        for name in SHIPPED:
            self.assertRegex(text, rf"(?m)^{name} .*running")

    def test_each_is_unloaded_really_and_loaded_again(self):
        for name in ("mod_apps", "mod_dialplan", "mod_srtp", "mod_rtp", "mod_sofia", "mod_sqlite"):
            with self.subTest(name):
                self.assertTrue(self.mappings(name))
                self.cli(f"unload {name}")
                self.assertEqual(self.mappings(name), [])
                self.assertNotIn(name + " ", self.cli("show modules"))
                self.cli(f"load {name}")
                self.assertIn(name, self.cli("show modules"))
        with Client(self.pbx.address, 5080) as caller:
            answer, hang_up = caller.invite("9196", sdp(caller.address, 4000))
            self.assertEqual(answer.status, 200)
            hang_up()
        self.wait_no_channels()

    def test_reload_while_a_call_is_up(self):
        with Client(self.pbx.address, 5080) as caller:
            answer, hang_up = caller.invite("9196", sdp(caller.address, 4000))
            self.assertEqual(answer.status, 200)
            for name in ("mod_srtp", "mod_rtp", "mod_dialplan", "mod_apps", "mod_commands"):
                self.cli(f"reload {name}")
            self.assertIn("1 channel(s) now", self.cli("status"))
            good, text = self.pbx.cli("unload mod_sofia")
            self.assertFalse(good)
            self.assertRegex(text, r"1 |one ")
            self.assertEqual(hang_up().status, 200)
        self.wait_no_channels()
        deadline = time.monotonic() + 10
        while any(len({re.search(r"\S+$", line).group() for line in self.mappings(name)}) > 1 for name in SHIPPED):
            self.assertLess(time.monotonic(), deadline, "an old generation stayed mapped")
            time.sleep(0.1)

    def test_a_leg_from_before_a_reload_of_mod_rtp_is_bridged_after_it(self):
        """Both legs of a call are made by one generation of the media engine: the caller's."""
        with Client(self.pbx.address, 5080) as caller, Client(self.pbx.address, 5080) as callee, \
                media_socket(caller.address) as mouth, media_socket(callee.address) as ear:
            answer, hang_up = caller.invite(f"later-{callee.own_port}-{callee.address}",
                                            sdp(caller.address, mouth.getsockname()[1]))
            self.assertEqual(answer.status, 200)
            self.cli("reload mod_rtp")
            called = callee.receive(10)
            self.assertEqual(called.method, "INVITE")
            callee.send_raw(callee.answer_to(called, 200, sdp(callee.address, ear.getsockname()[1])))
            self.assertEqual(callee.receive(5).method, "ACK")
            to = (re.search(r"c=IN IP4 (\S+)", answer.body).group(1), int(re.search(r"m=audio (\d+)", answer.body).group(1)))
            self.assertEqual(heard(mouth, to, ear), b"\xff" * 160)
            self.assertEqual(hang_up().status, 200)
            self.assertEqual(callee.receive(5).method, "BYE")
            self.wait_no_channels(40)  # nobody answers that BYE

    def test_refusals(self):
        for command, said in (("load mod_nothing", "mod_nothing"), ("unload mod_nothing", "mod_nothing"), ("load", "<module or path> is missing"),
                              ("load ../../../etc/passwd", ""), ("load mod_apps", "already"), ("unload -w x mod_apps", "-w"),
                              ("reload", "<module> is missing"), ("lod mod_apps", "Did you mean 'load'")):
            good, text = self.pbx.cli(command)
            self.assertFalse(good, command)
            self.assertIn(said, text, command)

    def test_many_at_once(self):
        def work():
            for _ in range(10):
                self.pbx.cli("reload mod_apps")
                self.pbx.cli("show modules")
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertIn("mod_apps", self.cli("show modules"))


if __name__ == "__main__":
    unittest.main()
