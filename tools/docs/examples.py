"""The examples of READMEs and docs pages: found, and put where a configuration would have them."""

import re
import shlex
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
SHELLS = ("sh", "console", "shell", "bash")

_FENCE = re.compile(r"^```([\w+-]*)\s*$")
_FILE = re.compile(r"<!--\s*file:\s*(\S+)\s*-->")
_TAG = re.compile(r"<([A-Za-z][\w-]*)((?:\s+[\w:-]+\s*=\s*\"[^\"]*\")*)")


class Example:
    """One fenced block: where it stands, its language, its text, and the file it says it is of."""

    def __init__(self, page, line, language, text, file=None):
        self.page, self.line, self.language, self.text, self.file = page, line, language, text, file

    def __str__(self):
        return f"{self.page}:{self.line}"


class Misplaced(Exception):
    """An XML example that says not where it belongs."""


def pages(root=SOURCE):
    """Every page that an operator or a module author reads."""
    root = Path(root)
    return [root / "README.md", *sorted((root / "docs").glob("*.md")),
            *[page for folder in ("modules", "examples") for page in sorted((root / folder).glob("*/README.md"))]]


def blocks(text, page):
    """All fenced blocks of one page."""
    found, opened, before = [], None, ""
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if opened is None and fence:
            opened = Example(page, number + 1, fence[1], "", (_FILE.search(before) or [None, None])[1])
        elif opened is not None and line.rstrip() == "```":
            opened.file = opened.file or (_FILE.search(opened.text) or [None, None])[1]
            found.append(opened)
            opened, before = None, ""
        elif opened is not None:
            opened.text += line + "\n"
        elif line.strip():
            before = line
    return found


def headings(text):
    """The names of the "## " sections, in order."""
    inside, found = False, []
    for line in text.splitlines():
        if line.startswith("```"):
            inside = not inside
        elif line.startswith("## ") and not inside:
            found.append(line[3:].strip())
    return found


def section(text, name):
    """What stands in one "## " section."""
    return re.split(r"(?m)^## ", text.partition(f"\n## {name}\n")[2])[0]


def _root(text):
    """(tag, name) of the first elements, outermost first."""
    plain = re.sub(r"<!--.*?-->|<\?.*?\?>", "", text, flags=re.DOTALL)
    return [(tag, (re.search(r'name\s*=\s*"([^"]*)"', attributes) or [None, ""])[1]) for tag, attributes in _TAG.findall(plain)]


def _wrapped(text, before, after):
    """On the first and last line: the lines of the example keep their numbers."""
    return f"{before}{text.rstrip()}{after}\n"


def place(example):
    """(path below conf/, text of that file) of an XML example; the outermost element decides, or the file it names."""
    elements = _root(example.text)
    if not elements:
        raise Misplaced(f"{example}: no element in it")
    tag, name = elements[0]
    whole = tag in ("include", "configuration", "profile", "document", "context", "domain")
    if example.file:
        return example.file, example.text if whole else _wrapped(example.text, "<include>", "</include>")
    if tag == "load":
        shipped = "autoload_configs/modules.conf.xml"
        return shipped, (SOURCE / "conf" / shipped).read_text().replace("</modules>", f"{example.text}</modules>")
    if tag == "include" and len(elements) > 1:
        tag, name = elements[1]
    into = {
        "document": ("strowger.xml", "", ""),
        "configuration": (f"autoload_configs/{name}.xml", "", ""),
        "profile": (f"sip_profiles/{name}.xml", "", ""),
        "context": (f"dialplan/{name}.xml", "", ""),
        "domain": ("directory/example.xml", "", ""),
        "extension": ("dialplan/default/example.xml", "<include>", "</include>"),
        "condition": ("dialplan/default/example.xml", '<include><extension name="example">', "</extension></include>"),
        "action": ("dialplan/default/example.xml", '<include><extension name="example"><condition>',
                   "</condition></extension></include>"),
        "user": ("directory/default/example.xml", "<include>", "</include>"),
        "gateway": ("sip_profiles/external/readme.xml", "<include>", "</include>"),
        "X-PRE-PROCESS": ("private-example.xml", "<include>", "</include>"),
    }.get(tag)
    if not into:
        raise Misplaced(f"{example}: nobody knows where <{tag}> belongs; show what is around it, or write "
                        "<!-- file: PATH below conf/ --> above it")
    path, before, after = into
    return path, example.text if whole else _wrapped(example.text, before, after)


def commands(example):
    """What a shell example gives to strowger_cli: the commands of -x, and lines typed at its prompt."""
    found = []
    for line in example.text.splitlines():
        typed = re.match(r"strowger@[^>]*> *(.+)", line)
        if typed:
            found.append(typed[1].strip())
        elif "strowger_cli" in line and " -x" in line:
            words = shlex.split(line.lstrip("$# "), comments=True)
            found.append(words[words.index("-x") + 1])
    return found


def tables(text):
    """[(head of the first column, [cells of a row])] of every row of every table."""
    rows, head = [], None
    for line in text.splitlines():
        if not line.startswith("|"):
            head = None
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if head is None:
            head = cells[0]
        elif not set(line) <= set("|-: "):
            rows.append((head, cells))
    return rows


def names(cell):
    """The names in backticks."""
    return re.findall(r"`([^`]+)`", cell)
