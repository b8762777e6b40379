"""docs/modules.md: its code is the tree's, and its commands, typed one after the other, do what it says."""

import re
import subprocess
import unittest
from pathlib import Path

from harness import included_code
from harness.pbx import SOURCE
from sdk import EXAMPLES, Sdk
from sip_client import Client, sdp
from support import PbxCase, wait_until

PAGE = (SOURCE / "docs/modules.md").read_text()
WALK = re.compile(r"<!-- walk: (\S+) -->\n```sh\n(.*?)```", re.S)


class Pages(unittest.TestCase):
    def test_included_code_is_the_trees(self):
        for page in included_code.PAGES:
            blocks = included_code.included(page)
            self.assertTrue(blocks)
            for path, part, text in blocks:
                self.assertEqual(text, included_code.code(path, part),
                                 f"{page} differs from {path}: python3 tools/harness/included_code.py puts it right")

    def test_every_marked_block_is_found(self):
        """A marker that the expression misses would compare nothing."""
        for page in included_code.PAGES:
            self.assertEqual((SOURCE / page).read_text().count("<!-- from: "), len(included_code.included(page)), page)
        self.assertEqual(PAGE.count("<!-- walk: "), len(WALK.findall(PAGE)))

    def test_every_example_has_its_page_part(self):
        for name in EXAMPLES:
            self.assertIn(f"### {name}: ", PAGE)
            self.assertIn(f"<!-- from: examples/{name}/", PAGE)
            self.assertEqual(re.findall(r"(?m)^## (.*)$", (SOURCE / "examples" / name / "README.md").read_text()),
                             ["Name", "Description", "Configuration", "Examples", "Facts", "Limits"])
        self.assertEqual(sorted(EXAMPLES), sorted(each.name for each in (SOURCE / "examples").iterdir() if each.is_dir()))

    def test_hello_has_thirty_lines(self):
        self.assertLessEqual(len(included_code.code("examples/mod_hello/mod_hello.cpp").splitlines()), 30)


class Walk(PbxCase):
    """A new author's first hour, word by word."""

    @classmethod
    def make_pbx(cls, **how):
        cls.sdk = Sdk()
        pbx = super().make_pbx(**how)
        pbx.installed = cls.sdk.installed
        return pbx

    @classmethod
    def tearDownClass(cls):
        try:
            super().tearDownClass()
        finally:
            cls.sdk.close()

    def setUp(self):
        self.blocks = WALK.findall(PAGE)
        self.here = self.sdk.folder

    def type_next(self, name):
        """Types the page's next block, which must be the one of that name; gives what it printed."""
        found, text = self.blocks.pop(0)
        self.assertEqual(found, name)
        if name == "cli":
            self.prelude = text.partition("\n")[0]  # the function; the rest is used once
        script = f"set -eu\n{getattr(self, 'prelude', '')}\n{text}\npwd > '{self.sdk.folder}/here'\n"
        done = subprocess.run(["bash", "-c", script], cwd=self.here, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env=self.sdk.environment | {"STROWGER": str(self.sdk.prefix), "PBX": str(self.pbx.base)})
        self.assertEqual(done.returncode, 0, f"{text}\n{done.stdout}{done.stderr}")
        self.here = Path((self.sdk.folder / "here").read_text().strip())
        return done.stdout

    def generations(self, text):
        """States of a module's generations, as `module status` shows them."""
        return re.findall(r"(?m)^\s*state:?\s+(\w+)", text)

    def call_hello(self):
        phone = Client(self.pbx.address, user="1000", password=self.pbx.password)
        self.addCleanup(phone.close)
        answer, hang_up = phone.invite("hello", sdp(phone.address, 4000))
        self.assertEqual(answer.status, 200)
        return hang_up

    def mapped(self):
        return "mod_hello" in Path(f"/proc/{self.pbx.pid}/maps").read_text()

    def test_word_by_word(self):
        self.assertIn("Strowger", self.type_next("cli"))
        self.type_next("folder")
        for path, part, text in included_code.included("docs/modules.md")[:3]:
            self.assertIsNone(part)
            (self.here / Path(path).name).write_text(text)
        self.assertIn("100% tests passed", self.type_next("build"))
        self.assertEqual(self.generations(self.type_next("load")), ["running"])
        self.type_next("extension")
        hang_up_first = self.call_hello()
        self.pbx.wait_log("hello, 1000")

        said = self.type_next("change")
        self.assertEqual(sorted(self.generations(said)), ["running", "stopping"])
        hang_up_second = self.call_hello()
        self.pbx.wait_log("good morning, 1000")
        self.assertEqual(hang_up_first().status, 200)
        self.pbx.wait_log("goodbye, 1000")
        self.assertTrue(wait_until(lambda: len(self.generations(self.cli("module status mod_hello"))) == 1))
        self.assertEqual(self.generations(self.type_next("status")), ["running"])

        good, why = self.pbx.cli("unload mod_hello")
        self.assertFalse(good)
        self.assertIn("1 use of what it registered", why)
        self.assertEqual(hang_up_second().status, 200)
        self.wait_no_channels()
        self.type_next("unload")
        self.assertFalse(self.mapped())
        self.assertIn("cmake --build build", self.type_next("new-module"))
        self.assertEqual(self.blocks, [])


if __name__ == "__main__":
    unittest.main()
