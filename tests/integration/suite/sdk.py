"""An installed Strowger, and modules that are built against it outside the tree."""

import os
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.pbx import SOURCE, Installed
from support import BUILD

EXAMPLES = ("mod_hello", "mod_clock", "mod_callback", "mod_lcr", "mod_tap", "mod_memstore")


class Failed(AssertionError):
    """A command failed; `said` is what it printed, in one line: CMake breaks its messages where it likes."""

    def __init__(self, words, text):
        super().__init__(f"{' '.join(str(word) for word in words)}:\n{text[-4000:]}")
        self.text, self.said = text, re.sub(r"\s+", " ", text)


def built_by():
    """The compiler of the build under test: modules are made by the same one."""
    for line in (BUILD / "CMakeCache.txt").read_text().splitlines():
        if line.startswith("CMAKE_CXX_COMPILER:"):
            return line.partition("=")[2]
    raise AssertionError(f"{BUILD} names no compiler")


class Sdk:
    """`folder` holds the installation (`prefix`) and the modules' projects; it goes with close()."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="strowger-sdk-"))
        self.prefix = self.folder / "prefix"
        self.modules = self.prefix / "lib/strowger/modules"
        # What an author who has several compilers, and ccache, would have set.
        self.environment = os.environ | {"CXX": built_by(), "CCACHE_BASEDIR": str(self.folder), "CCACHE_NOHASHDIR": "1"}
        if shutil.which("ccache"):
            self.environment["CMAKE_CXX_COMPILER_LAUNCHER"] = "ccache"
        self.run("cmake", "--install", BUILD, "--prefix", self.prefix)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def installed(self):
        return Installed(self.prefix / "bin", self.modules, self.prefix / "share/strowger/conf")

    def run(self, *words, cwd=None, env=None):
        """Gives what it printed; raises Failed."""
        done = subprocess.run([str(word) for word in words], cwd=cwd or self.folder, env=self.environment | (env or {}),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise Failed(words, done.stdout)
        return done.stdout

    def copy_of_example(self, name, into=None):
        project = self.folder / (into or name)
        shutil.copytree(SOURCE / "examples" / name, project)
        return project

    def configure(self, project, *more, env=None):
        return self.run("cmake", "-G", "Ninja", "-B", project / "build", "-S", project, f"-DCMAKE_PREFIX_PATH={self.prefix}",
                        *more, env=env)

    def make(self, project):
        """Configures, builds, runs the module's own tests, and puts it where the PBX looks."""
        self.configure(project)
        self.run("cmake", "--build", project / "build", "-j", 1)
        self.run("ctest", "--test-dir", project / "build", "--output-on-failure", "--no-tests=error")
        for module in (project / "build").glob("*.so"):
            shutil.copy(module, self.modules)

    def make_all(self, projects):
        with ThreadPoolExecutor(2) as workers:
            list(workers.map(self.make, projects))
