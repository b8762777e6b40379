"""A PBX whose module files a test may exchange, and what is seen of its modules from outside."""

import json
import re
import shutil
from pathlib import Path

from harness.pbx import Installed
from support import BUILD, SANITIZED, PbxCase, wait_until

SHIPPED = ("mod_sqlite", "mod_srtp", "mod_rtp", "mod_dialplan", "mod_apps", "mod_commands", "mod_sofia")
SLOWER = 5 if SANITIZED else 1  # what is waited for, in builds that take their time
PAUSE = 0.3 if SANITIZED else 0  # between reloads, so that the control loop is not late all the time: that gives 503

# core/include/strowger/abi.hpp: where the fields of a module's stamp begin, and their size.
MAGIC = b"STROWGER-MODULE\0"
FIELDS = {"tag": (24, 192), "name": (216, 64)}


def restamp(file, field, change):
    """The bytes of a module's file, with that field of its stamp changed."""
    whole = bytearray(Path(file).read_bytes())
    at, size = FIELDS[field]
    at += whole.index(MAGIC)
    text = bytes(whole[at:at + size]).rstrip(b"\0").decode()
    whole[at:at + size] = change(text).encode().ljust(size, b"\0")
    return bytes(whole)


class ReloadCase(PbxCase):
    @classmethod
    def make_pbx(cls, **how):
        pbx = super().make_pbx(**how)
        own = pbx.folder / "modules"
        shutil.copytree(pbx.installed.modules, own)
        pbx.installed = Installed(pbx.installed.bin, own, pbx.installed.conf)
        return pbx

    def give(self, name, content):
        """Puts a file of these bytes in the place of a module's. A running PBX has its own copy of the old one."""
        file = self.pbx.installed.modules / f"{name}.so"
        new = file.with_suffix(".new")
        new.write_bytes(content)
        new.replace(file)

    def bad_files(self, name):
        """[(what, bytes, said)]: files of that module's name that can't take its place."""
        built = BUILD / "lib/strowger/modules" / f"{name}.so"
        whole = built.read_bytes()
        refuses = restamp(BUILD / "tests/loader/modules/mod_refuses.so", "name", lambda _: name)
        return [("no module", b"a text\n", "not an ELF file"), ("truncated", whole[:len(whole) // 3], "truncated"),
                ("of another SDK", restamp(built, "tag", lambda tag: tag.replace("SDK ", "SDK 9", 1)), "was built for SDK 9"),
                ("that does not start", refuses, f"{name}: its port is in use")]

    def rows(self, name=None):
        rows = json.loads(self.cli("show modules as json"))["rows"]
        return [row for row in rows if name in (None, row["module"])]

    def running(self, name):
        """(generation, uses) of the one that runs."""
        found = [row for row in self.rows(name) if row["state"] == "running"]
        self.assertEqual(len(found), 1, self.rows(name))
        return int(found[0]["generation"]), int(found[0]["uses"])

    def channels(self):
        return int(re.search(r"(?m)^(\d+) channel\(s\) now", self.cli("status")).group(1))

    def copies(self, name):
        """The files of that module that are mapped into the PBX."""
        lines = Path(f"/proc/{self.pbx.pid}/maps").read_text().splitlines()
        return {line.split()[-1] for line in lines if re.search(rf"/{name}-\d+\.so$", line)}

    def assert_settled(self, names=SHIPPED, timeout=20):
        """One generation of each, running; nothing of any other is mapped."""
        def settled():
            rows = self.rows()
            return sorted(row["module"] for row in rows) == sorted(names) and \
                all(row["state"] == "running" for row in rows) and \
                all(len(self.copies(name)) == (name in names) for name in SHIPPED) and \
                len(list((self.pbx.run / f"modules-{self.pbx.pid}").iterdir())) == len(names)
        self.assertTrue(wait_until(settled, timeout * SLOWER), self.cli("show modules"))
        self.assertNotIn("left mapped", self.pbx.log_text())
