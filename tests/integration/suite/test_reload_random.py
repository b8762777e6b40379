"""A hundred random operations on modules while SIPp calls: no crash, no stuck channel, every refusal explained.

SEED in the environment repeats a run's operations."""

import os
import random
import re
import signal
import subprocess
import time
import unittest

import sipp
from harness.pbx import descriptors
from reload_case import SHIPPED, SLOWER, ReloadCase
from support import loopback, wait_until

CALLED = loopback()
DIALPLAN = f"""<include>
  <extension name="plain">
    <condition field="destination_number" expression="^plain$">
      <action application="bridge" data="sofia/external/sip:plain@{CALLED}:5060"/>
    </condition>
  </extension>
  <extension name="secure">
    <condition field="destination_number" expression="^secure$">
      <action application="bridge" data="{{rtp_secure_media=mandatory}}sofia/external/sip:9196@@ADDRESS@:5060"/>
    </condition>
  </extension>
</include>
"""
OPERATIONS = 100
CALLS = {"plain": 40 // SLOWER, "secure": 10 // SLOWER}  # a second
PHONES = 10 // SLOWER  # that register, a second
PAUSE = 0.25
ENDLESS = 1_000_000
# Why an operation may be refused; each says what to do, or who is in the way.
EXPLAINED = (
    r"(mod_\w+) is in use: [^;]*\d+ (uses? of what it registered|coroutines?: |tasks on the pool|handlers? that wait)",
    r"(mod_\w+) is loaded already; \"reload \1\" takes a new file",
    r"mod_\w+ is not loaded",
    r"mod_\w+ needs mod_\w+, which is not loaded: load ",
    r"(mod_\w+, )*mod_\w+ needs? mod_\w+: unload .+ first",
    r"mod_\w+ is still stopping \(.+\) and cannot run twice: wait for its end",
    r"mod_\w+ is stopping already: ",
    r"mod_\w+ was stopped and is left mapped: \d+ ",
)


def operations(seed):
    """The same for the same seed. More loads than unloads, so that calls work now and then; mod_commands is never unloaded
    over its own socket."""
    dice = random.Random(seed)
    made = []
    while len(made) < OPERATIONS:
        name = dice.choice(SHIPPED)
        verb = dice.choices(("reload", "load", "unload"), (50, 30, 20))[0]
        if (verb, name) == ("unload", "mod_commands"):
            continue
        words = [verb]
        if verb != "load":
            words += ["-f"] if dice.random() < 0.1 else []
            words += ["-w", str(dice.choice((0, 1)))]
        made.append(" ".join([*words, name]))
    return made


class RandomOperations(ReloadCase):
    overlay_files = {"dialplan/public/random.xml": DIALPLAN}
    sets = {"internal_auth_calls": "false"}

    def setUp(self):
        self.folder = self.pbx.folder / "sipp"
        called = sipp.answering(self.folder, CALLED, 5060)
        self.addCleanup(called.stop)

    def sipp(self, name, scenario, port, *words):
        made = sipp.Sipp(self.folder, name, scenario, f"{self.pbx.address}:{port}", loopback(), 5060, "-recv_timeout",
                         5000 * SLOWER, *words, media_port=40000)
        self.addCleanup(made.stop)
        return made

    def calls(self, service, count, rate, name):
        return self.sipp(name, "uac.xml", 5080, "-s", service, "-m", count, "-r", rate, "-d", 200)

    def phones(self, rate):
        users = self.folder / "users.csv"
        users.write_text("SEQUENTIAL\n" + "".join(
            f"{user};[authentication username={user} password={self.pbx.password}];{self.pbx.address}\n"
            for user in range(1000, 1020)))
        return self.sipp("phones", "register.xml", 5060, "-inf", users, "-m", ENDLESS, "-r", rate)

    def carry_out(self, command):
        """Returns why it was refused, or None."""
        good, text = self.pbx.cli(command, timeout=60 * SLOWER)
        self.assertIsNone(self.pbx.process.poll(), f"the PBX ended at {command}\n{self.pbx.log_text()[-6000:]}")
        if good:
            return None
        self.assertTrue(any(re.search(why, text) for why in EXPLAINED), f"{command} was refused without a reason: {text}")
        return text

    def test_under_calls(self):
        seed = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
        print(f"\nSEED={seed}", flush=True)
        files = descriptors(self.pbx.pid)
        busy = [self.calls(service, ENDLESS, rate, service) for service, rate in CALLS.items()] + [self.phones(PHONES)]
        begun, refused = time.monotonic(), []
        for number, command in enumerate(operations(seed), 1):
            with self.subTest(seed=seed, number=number, command=command):
                refused.append(self.carry_out(command))
                for row in self.rows():
                    self.assertRegex(row["state"], "^(running$|stopping: )", row)
            time.sleep(PAUSE)  # calls come and go
        took = time.monotonic() - begun
        refused = [each for each in refused if each]
        print(f"{OPERATIONS - len(refused)} carried out and {len(refused)} refused in {took:.0f} s", flush=True)
        for name, each in zip((*CALLS, "register"), busy):
            outcome = self.ended(each)
            print(f"{name}: {outcome.completed} completed, {outcome.failed} failed", flush=True)
            self.assertGreater(outcome.completed, 0)
        for name in SHIPPED:
            if name not in {row["module"] for row in self.rows() if row["state"] == "running"}:
                self.cli(f"load {name}")
        self.wait_no_channels(45 * SLOWER)
        self.assert_settled(timeout=45)
        for service in CALLS:
            last = self.calls(service, 20, 20, f"last-{service}").finish(60 * SLOWER)
            self.assertEqual((last.completed, last.failed), (20, 0))
        self.wait_no_channels(20 * SLOWER)
        self.assertTrue(wait_until(lambda: descriptors(self.pbx.pid) <= files, 20 * SLOWER), "sockets of calls stayed open")

    def ended(self, peer):
        """What is under way ends; nothing new begins."""
        peer.process.send_signal(signal.SIGUSR1)
        try:
            return peer.finish(30 * SLOWER)
        except subprocess.TimeoutExpired:
            self.fail("SIPp's calls did not end")



if __name__ == "__main__":
    unittest.main()
