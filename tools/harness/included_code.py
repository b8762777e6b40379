"""Code that a page includes from the tree. A page marks a block by the line before it:

    <!-- from: examples/mod_hello/mod_hello.cpp -->          the whole file
    <!-- from: examples/mod_clock/mod_clock.cpp answer -->   what stands between its lines
                                                             // [begin answer] and // [end answer]

    python3 tools/harness/included_code.py     puts today's code into all pages
"""

import re
import sys
import textwrap
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/modules.md")
BLOCK = re.compile(r"(<!-- from: (\S+)(?: (\w+))? -->\n+```\w*\n)(.*?)(```)", re.S)


def code(path, part=None):
    """The file's text, or the part of it of that name, without the marks of parts."""
    lines = (SOURCE / path).read_text().splitlines(keepends=True)
    if part:
        begin, end = (next(number for number, line in enumerate(lines) if line.strip() == f"// [{word} {part}]")
                      for word in ("begin", "end"))
        lines = lines[begin + 1:end]
    text = "".join(line for line in lines if not re.fullmatch(r"// \[(begin|end) \w+\]", line.strip()))
    return textwrap.dedent(text)


def included(page):
    """Of each marked block: (file, part or None, the block's text)."""
    return [(path, part or None, text) for _, path, part, text, _ in BLOCK.findall((SOURCE / page).read_text())]


def renewed(text):
    return BLOCK.sub(lambda block: block[1] + code(block[2], block[3]) + block[5], text)


def main():
    for page in PAGES:
        text = (SOURCE / page).read_text()
        (SOURCE / page).write_text(renewed(text))
        print(f"{page}: {len(included(page))} blocks")


if __name__ == "__main__":
    sys.exit(main())
