"""docs/events.md is complete and true: it is what the generator makes of the sources as they are."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from docs import events

SENTENCES = """# Intro.

heading Things
fact A_THING
when when it happens
secrets none
- Colour: its colour
"""
SAMPLE = "fact A_THING\nfield Colour\tred\nsecret 0815\n"
DEFINED = {"A_THING": ("a_thing", "core/include/strowger/things.hpp")}


def sampled():
    done = subprocess.run([os.environ["STROWGER_SAMPLE_FACTS"]], check=True, capture_output=True, text=True)
    return done.stdout


class ThePage(unittest.TestCase):
    def test_it_is_what_the_sources_say(self):
        made = events.page(events.facts_in_sources(), events.read_sample(sampled()), events.SENTENCES.read_text())
        self.assertEqual(events.PAGE.read_text(), made, "run tools/generate-docs")

    def test_it_names_facts_of_the_core_and_of_modules(self):
        text = events.PAGE.read_text()
        for name, who in (("CHANNEL_ANSWER", "the core"), ("MODULE_LOAD", "the core"), ("sofia::register", "mod_sofia")):
            self.assertRegex(text, rf"(?m)^\| \[{name}\]\(#[^)]+\) \| {who} \|")
        self.assertIn("| `Caller-Caller-ID-Number` | the caller's number | `1000` |", text)

    def test_secrets_are_masked_in_it(self):
        text = events.PAGE.read_text()
        printed = sampled()
        secrets = events.read_sample(printed).secrets
        self.assertEqual(len(secrets), 2)
        for secret in secrets:
            self.assertNotIn(secret, text)
        self.assertIn("Application-Data\tINFO pin ********\n", printed)
        for shown in ("| `variable_pin`: `********` |", "inline:***` |", "| `*` |"):
            self.assertIn(shown, text)


class Disagreements(unittest.TestCase):
    """Whatever is missing is named."""

    def refused(self, said, defined=None, sample=SAMPLE, sentences=SENTENCES):
        with self.assertRaises(events.Disagreement) as wrong:
            events.page(defined or DEFINED, events.read_sample(sample), sentences)
        self.assertIn(said, str(wrong.exception))

    def test_good_ones_give_a_page(self):
        made = events.page(DEFINED, events.read_sample(SAMPLE), SENTENCES)
        self.assertIn("| `Colour` | its colour | `red` |", made)
        self.assertIn("Published by the core when it happens. In C++: `a_thing` of `<strowger/things.hpp>`. Secrets: none.", made)

    def test_a_fact_without_a_sample(self):
        self.refused("B_THING (modules/mod_b/src/b.hpp) is shown by no sample", DEFINED | {"B_THING": ("b", "modules/mod_b/src/b.hpp")})

    def test_a_fact_without_a_sentence(self):
        self.refused("B_THING (modules/mod_b/src/b.hpp) has no sentence", DEFINED | {"B_THING": ("b", "modules/mod_b/src/b.hpp")},
                     SAMPLE + "fact B_THING\n")

    def test_a_fact_that_is_gone(self):
        self.refused("A_THING is a fact of no source file", {"B_THING": ("b", "core/b.hpp")})

    def test_a_field_without_a_sentence(self):
        self.refused("A_THING: its field Size has no sentence", sample="fact A_THING\nfield Size\t3\nfield Colour\tred\nsecret 1\n")

    def test_a_field_that_is_gone(self):
        self.refused("A_THING: events.txt describes Colour, which no sample of it has", sample="fact A_THING\nsecret 1\n")

    def test_a_secret_in_a_field(self):
        self.refused("A_THING: its field Colour shows a secret", sample="fact A_THING\nfield Colour\ta0815b\nsecret 0815\n")

    def test_a_fact_without_a_word_on_secrets(self):
        self.refused('must say "when" and "secrets"', sentences=SENTENCES.replace("secrets none\n", ""))

    def test_a_line_that_nobody_understands(self):
        self.refused("events.txt:4: expected heading", sentences="# Intro.\n\nfact A_THING\nwen x\n")


class Definitions(unittest.TestCase):
    """What counts as the definition of a fact."""

    def test_found_in_headers_and_sources_of_core_and_modules(self):
        with tempfile.TemporaryDirectory() as root:
            for name, text in (
                    ("core/include/strowger/x.hpp", 'struct x_fact : base {\n    static constexpr std::string_view name = "X";\n};'),
                    ("modules/mod_y/src/y.cpp", 'struct y final {\n  static constexpr std::string_view name{"mod_y::Y"};\n};'),
                    ("modules/mod_y/src/z.hpp", 'struct z {\n    static constexpr std::string_view name =\n        "Z";\n};'),
                    ("tests/unit/t.cpp", 'struct t { static constexpr std::string_view name = "T"; };')):
                file = Path(root) / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            self.assertEqual(events.facts_in_sources(root), {
                "X": ("x_fact", "core/include/strowger/x.hpp"), "mod_y::Y": ("y", "modules/mod_y/src/y.cpp"),
                "Z": ("z", "modules/mod_y/src/z.hpp")})


if __name__ == "__main__":
    unittest.main()
