"""The README's module, built outside the tree against an installed Strowger, and loaded into a running one."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness.pbx import SOURCE, Installed
from sip_client import Client, sdp
from support import BUILD, SANITIZED, PbxCase

DIALPLAN = """<include>
  <extension name="hello">
    <condition field="destination_number" expression="^hello$">
      <action application="answer"/>
      <action application="hello" data="and welcome"/>
    </condition>
  </extension>
</include>
"""


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{words}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


class ReadmeModule(PbxCase):
    overlay_files = {"dialplan/public/hello.xml": DIALPLAN}

    @classmethod
    def make_pbx(cls, **how):
        cls.work = Path(tempfile.mkdtemp(prefix="strowger-sdk-"))
        prefix, project = cls.work / "prefix", cls.work / "project"
        run("cmake", "--install", BUILD, "--prefix", prefix)
        project.mkdir()
        readme = (SOURCE / "README.md").read_text()
        (project / "mod_hello.cpp").write_text(re.search(r"```cpp\n(.*?)```", readme, re.S).group(1))
        (project / "CMakeLists.txt").write_text(re.search(r"```cmake\n(.*?)```", readme, re.S).group(1))
        cache = dict(line.split("=", 1) for line in (BUILD / "CMakeCache.txt").read_text().splitlines() if "=" in line)
        flags = [f"-DCMAKE_BUILD_TYPE={cache['CMAKE_BUILD_TYPE:STRING']}"]
        if SANITIZED:
            kind = "address,undefined" if cache["STROWGER_SANITIZER:STRING"] == "address" else "thread"
            flags.append(f"-DCMAKE_CXX_FLAGS=-fsanitize={kind}")
        if cache["CMAKE_BUILD_TYPE:STRING"] == "Debug":  # as Strowger itself: the tag must match
            flags[-1:] = [flags[-1] + (" " if SANITIZED else ""), "-DCMAKE_CXX_FLAGS_DEBUG=-g -D_GLIBCXX_ASSERTIONS"]
        run("cmake", "-G", "Ninja", "-B", project / "build", "-S", project, f"-DCMAKE_PREFIX_PATH={prefix}", *[flag.strip() for flag in flags])
        run("cmake", "--build", project / "build")
        pbx = super().make_pbx(**how)
        pbx.installed = Installed(prefix / "bin", prefix / "lib/strowger/modules", SOURCE / "conf")
        shutil.copy(project / "build/mod_hello.so", pbx.installed.modules)
        return pbx

    @classmethod
    def tearDownClass(cls):
        try:
            super().tearDownClass()
        finally:
            shutil.rmtree(cls.work, ignore_errors=True)

    def test_it_is_loaded_used_and_unloaded(self):
        self.cli("load mod_hello")
        self.assertIn("Says hello in the log.", self.cli("show applications"))
        with Client(self.pbx.address, 5080, user="4711") as caller:
            answer, _ = caller.invite("hello", sdp(caller.address, 4000))
            self.assertEqual(answer.status, 200)
            self.assertEqual(caller.receive().method, "BYE")
        self.wait_no_channels()
        self.cli("unload mod_hello")
        self.assertNotIn("mod_hello", Path(f"/proc/{self.pbx.pid}/maps").read_text())
        self.pbx.wait_log("hello, 4711 and welcome")


if __name__ == "__main__":
    unittest.main()
