"""READMEs and docs pages are true: their sections, every example in them, and the names they give."""

import json
import re
import subprocess
import unittest

from docs import events, examples
from docs.examples import SOURCE
from support import PbxCase, sanitizer_reports

SECTIONS = ["Name", "Description", "Configuration", "Examples", "Facts", "Limits"]
MODULES = sorted(each.parent for each in (SOURCE / "modules").glob("*/CMakeLists.txt"))
READMES = [folder / "README.md" for folder in MODULES]
OF_EXAMPLES = sorted(each.parent / "README.md" for each in (SOURCE / "examples").glob("*/CMakeLists.txt"))

# Pages about modules that their reader has yet to build: what they type is tried by the examples' own tests.
NOT_BUILT_YET = ("docs/modules.md", "examples/")
# What an example may say on purpose, as (how its page begins, regular expression of the line that -check prints).
EXPECTED = [
    (NOT_BUILT_YET, r"^error: autoload_configs/modules\.conf\.xml:\d+: \S+/mod_\w+\.so cannot be read"),
]
# Named in examples, but not run: afterwards nothing else could be tried.
NOT_RUN = {"shutdown", "load", "unload"}
# They need a channel or a phone that is not there.
MAY_FAIL = re.compile(r"^(uuid_\w+|originate)\b|\b[A-Z][A-Z_]+\b|[<…]")


def all_examples(*languages):
    found = []
    for page in examples.pages():
        found += [each for each in examples.blocks(page.read_text(), page.relative_to(SOURCE).as_posix())
                  if each.language in languages]
    return found


class Shape(unittest.TestCase):
    def test_every_module_has_a_readme_with_the_same_sections(self):
        self.assertIn("mod_sofia", [each.name for each in MODULES])
        for readme in READMES + OF_EXAMPLES:
            with self.subTest(module=readme.parent.name):
                text = readme.read_text()
                self.assertTrue(text.startswith(f"# {readme.parent.name}"), text[:40])
                self.assertEqual(examples.headings(text), SECTIONS)
                for name in SECTIONS:
                    self.assertTrue(examples.section(text, name).strip(), f"{name} is empty")

    def test_links_lead_somewhere(self):
        for page in examples.pages():
            prose = re.sub(r"(?ms)^```.*?^```$", "", page.read_text())
            for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
                if "://" not in link:
                    self.assertTrue((page.parent / link).exists(), f"{page}: {link}")

    def test_facts_of_a_module_stand_in_its_readme(self):
        seen = 0
        for name, (_, file) in events.facts_in_sources().items():
            if file.startswith("modules/"):
                seen += 1
                text = (SOURCE / "modules" / file.split("/")[1] / "README.md").read_text()
                self.assertIn(f"`{name}`", examples.section(text, "Facts"), file)
        self.assertGreaterEqual(seen, 5)


class Names(unittest.TestCase):
    """Params, their defaults, and variables are those of the sources."""

    _SPEC = re.compile(r'\{\s*"([\w-]+)",\s*(?:param_type::)?(?:text|boolean|integer|duration_ms|duration_s|choice|port|address),'
                       r'\s*"([^"]*)"')

    @staticmethod
    def sources(*folders):
        return "\n".join(file.read_text() for folder in folders for file in sorted(folder.rglob("*.cpp")))

    def rows(self, readme, head):
        text = examples.section(readme.read_text(), "Configuration")
        return [cells for first, cells in examples.tables(text) if first == head]

    def test_every_param_that_is_declared_is_described_with_its_default(self):
        seen = 0
        for folder, readme in zip(MODULES, READMES):
            rows = self.rows(readme, "param")
            for name, otherwise in self._SPEC.findall(self.sources(folder)):
                with self.subTest(module=folder.name, param=name):
                    row = [cells for cells in rows if name in examples.names(cells[0])]
                    self.assertTrue(row, "it stands in no table of its section Configuration")
                    if otherwise:
                        self.assertIn(f"`{otherwise}`", [cells[1] for cells in row])
                    seen += 1
        self.assertGreater(seen, 50)

    def test_nothing_is_described_that_no_source_knows(self):
        core = self.sources(SOURCE / "core/src")
        seen = 0
        for folder, readme in zip(MODULES, READMES):
            text = self.sources(folder) + core
            for head in ("param", "variable"):
                for cells in self.rows(readme, head):
                    for name in examples.names(cells[0]):
                        seen += 1
                        self.assertIn(f'"{name}"', text, f"{readme.parent.name}: {name}")
        self.assertGreater(seen, 50)


class Checked(PbxCase):
    """A copy of the shipped configuration, with one file of an example's in it at a time."""
    tls = True

    @classmethod
    def setUpClass(cls):
        cls.pbx = cls.make_pbx()
        cls.pbx.console.touch()  # it is never started

    def check(self, files):
        """What -check says with these files in place: (exit status, lines)."""
        before = {}
        for path, text in files.items():
            file = self.pbx.conf / path
            before[file] = file.read_text() if file.exists() else None
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        try:
            done = subprocess.run(self.pbx.command_line("-check"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, timeout=60)
        finally:
            for file, text in before.items():
                if text is None:
                    file.unlink()
                else:
                    file.write_text(text)
        self.assertEqual(sanitizer_reports(done.stdout), [], done.stdout)
        return done.returncode, done.stdout.splitlines()

    def complaints(self, example, expected=()):
        """Everything that is wrong with an XML example; empty: it can be used as it stands."""
        try:
            path, text = examples.place(example)
        except examples.Misplaced as why:
            return [str(why)]
        status, lines = self.check({path: text})
        wrong = [line for line in lines
                 if line.startswith(("error: ", "warning: ")) or line.startswith(f"notice: {path}:")]
        if status != 0 and not wrong:
            wrong = lines
        wrong = [line for line in wrong
                 if not any(example.page.startswith(page) and re.search(said, line) for page, said in expected)]
        return [f"{example}: {line}" for line in wrong]


class XmlExamples(Checked):
    def test_what_is_shipped_has_no_problem(self):
        status, lines = self.check({})
        self.assertEqual(status, 0, lines)
        self.assertEqual([line for line in lines if line.startswith(("error", "warning"))], [])

    def test_every_example_can_be_used_as_it_stands(self):
        found = all_examples("xml")
        pages = {each.page for each in found}
        for module in ("mod_apps", "mod_dialplan", "mod_rtp", "mod_sofia", "mod_sqlite", "mod_srtp"):
            self.assertIn(f"modules/{module}/README.md", pages)
        wrong = [line for each in found for line in self.complaints(each, EXPECTED)]
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_the_file_of_every_example_is_read(self):
        """An example in a file that nobody includes would pass whatever it said."""
        for path in sorted({examples.place(each)[0] for each in all_examples("xml")}):
            with self.subTest(file=path):
                status, lines = self.check({path: "<include>\n<broken>\n</include>\n"})
                self.assertEqual(status, 1)
                self.assertTrue(any(line.startswith(f"error: {path}:3: broken XML") for line in lines), lines)


class BrokenExamples(Checked):
    """Each is found out; else the tests above could not fail."""

    def refused(self, text, said):
        example = examples.blocks(f"# A page\n\n{text}", "broken.md")[0]
        wrong = self.complaints(example)
        self.assertTrue(wrong, "nobody complained")
        self.assertIn(said, "\n".join(wrong))

    def test_a_param_that_nobody_knows(self):
        self.refused('```xml\n<configuration name="sqlite.conf"><settings>\n<param name="databse" value="/x"/>\n'
                     '</settings></configuration>\n```\n', "warning: autoload_configs/sqlite.conf.xml:2: ")

    def test_a_param_that_is_a_notice_only(self):
        self.refused('```xml\n<configuration name="switch.conf"><settings>\n<param name="switchname" value="x"/>\n'
                     '</settings></configuration>\n```\n', "notice: autoload_configs/switch.conf.xml:2: ")

    def test_a_value_that_does_not_fit(self):
        self.refused('```xml\n<profile name="x">\n<settings><param name="sip-port" value="many"/></settings>\n</profile>\n```\n',
                     "error: sip_profiles/x.xml:2: ")

    def test_a_gateway_without_an_account(self):
        self.refused('```xml\n<gateway name="provider">\n<param name="proxy" value="192.0.2.1"/>\n</gateway>\n```\n',
                     "error: sip_profiles/external/readme.xml:1: ")

    def test_an_expression_that_never_matches(self):
        self.refused('```xml\n<extension name="x">\n<condition field="destination_number" expression="^(10$">\n'
                     '<action application="answer"/></condition>\n</extension>\n```\n',
                     "warning: dialplan/default/example.xml:2: the expression is broken")

    def test_an_attribute_that_nobody_reads(self):
        self.refused('```xml\n<!-- file: dialplan/public/x.xml -->\n<include>\n<extension name="x">\n<condition>\n'
                     '<action aplication="answer"/></condition></extension></include>\n```\n',
                     "warning: dialplan/public/x.xml:5: ")

    def test_broken_xml(self):
        self.refused('```xml\n<user id="1030">\n<params>\n</user>\n```\n', "error: directory/default/example.xml:3: broken XML")

    def test_a_fragment_without_a_place(self):
        self.refused('```xml\n<param name="sip-port" value="5060"/>\n```\n', "nobody knows where <param> belongs")


class Commands(PbxCase):
    """What the examples type is typed into a running PBX."""

    def missing(self, command):
        """Whether the PBX has no such command, by what it says of one that surely is none."""
        nonsense = "zzqqxx"
        good, text = self.pbx.cli(nonsense)
        self.assertFalse(good)
        self.assertIn(nonsense, text)
        start = text[:text.index(nonsense) + len(nonsense)]
        return self.pbx.cli(command)[1].startswith(start.replace(nonsense, command.split()[0]))

    def complaint(self, command):
        name = command.split()[0]
        if self.missing(f"help {name}" if name in NOT_RUN else command):
            return f"there is no command {name}"
        if name in NOT_RUN:
            known = [row["command"] for row in json.loads(self.cli("show commands as json"))["rows"]]
            return None if name in known else f"there is no command {name}"
        good, text = self.pbx.cli(command)
        return None if good or MAY_FAIL.search(command) else f"{command}: {text}"

    def test_every_command_of_an_example_works(self):
        done = set()
        for example in all_examples(*examples.SHELLS, ""):
            if example.page.startswith(NOT_BUILT_YET):
                continue
            for command in examples.commands(example):
                with self.subTest(example=str(example), command=command):
                    self.assertIsNone(self.complaint(command))
                    done.add((example.page, command))
        self.assertIn(("modules/mod_sofia/README.md", "sofia status"), done)
        self.assertIn(("modules/mod_sqlite/README.md", "reload mod_sqlite"), done)

    def test_a_broken_example_is_found_out(self):
        page = '```sh\nstrowger_cli -x "shwo calls"\n$ strowger_cli -x "sofia statsu"\nstrowger@pbx> relaod mod_rtp\n```\n'
        typed = examples.commands(examples.blocks(page, "broken.md")[0])
        self.assertEqual(typed, ["shwo calls", "sofia statsu", "relaod mod_rtp"])
        self.assertEqual(self.complaint(typed[0]), "there is no command shwo")
        self.assertIn("sofia statsu: ", self.complaint(typed[1]))
        self.assertEqual(self.complaint(typed[2]), "there is no command relaod")
        self.assertIsNone(self.complaint("shutdown"))

    def test_every_command_and_application_stands_in_its_readme(self):
        for what in ("command", "application"):
            rows = json.loads(self.cli(f"show {what}s as json"))["rows"]
            self.assertGreater(len(rows), 10)
            for row in rows:
                with self.subTest(module=row["module"], name=row[what]):
                    text = (SOURCE / "modules" / row["module"] / "README.md").read_text()
                    self.assertTrue(re.search(rf"`{row[what]}[ `|]", text), "its README does not name it")


if __name__ == "__main__":
    unittest.main()
