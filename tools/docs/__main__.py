"""python3 -m docs [--check] BUILD, for tools/generate-docs."""

import subprocess
import sys
from pathlib import Path

from . import events


def main(words):
    checks = "--check" in words
    build = Path([each for each in words if each != "--check"][0])
    program = build / "tests/docs/facts/sample_facts"
    printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    try:
        text = events.page(events.facts_in_sources(), events.read_sample(printed), events.SENTENCES.read_text())
    except events.Disagreement as wrong:
        print(wrong, file=sys.stderr)
        return 1
    if checks:
        if not events.PAGE.exists() or events.PAGE.read_text() != text:
            print("docs/events.md is not what the sources say: run tools/generate-docs", file=sys.stderr)
            return 1
        return 0
    events.PAGE.write_text(text)
    print(f"wrote {events.PAGE.relative_to(events.SOURCE)}")
    return 0


sys.exit(main(sys.argv[1:]))
