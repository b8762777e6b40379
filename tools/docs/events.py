"""docs/events.md: what a subscriber hears. Names and values come from tests/docs/facts, which shows every fact once; the
sentences stand in events.txt. What the two do not agree on is an error."""

import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PAGE = SOURCE / "docs/events.md"
SENTENCES = Path(__file__).with_name("events.txt")
ANY_VARIABLE = "variable_NAME"

_NAME = re.compile(r'static\s+constexpr\s+(?:std::string_view|auto|const\s+char\s*\*|char)\s+name(?:\[\])?\s*[={]\s*"([^"]+)"')
_STRUCT = re.compile(r"\bstruct\s+(\w+)\s*(?:final\s*)?(?::[^{;]*)?\{")


class Disagreement(Exception):
    """The sentences, the samples and the sources do not say the same; the text lists where."""


class Described:
    """A fact or a group of fields, as events.txt has it."""

    def __init__(self, name):
        self.name = name
        self.when = self.secrets = self.title = ""
        self.has = []       # names of groups
        self.fields = {}    # name: (meaning, name of the field that is the example)


class Sample:
    def __init__(self):
        self.facts = {}     # name: {field: last value that is not empty}
        self.secrets = []


def facts_in_sources(root=SOURCE):
    """{fact's name: (struct, file)} of all facts that the core and the modules define."""
    found = {}
    for folder in ("core", "modules"):
        for file in sorted((Path(root) / folder).rglob("*.[ch]pp")):
            text = file.read_text()
            for name in _NAME.finditer(text):
                structs = _STRUCT.findall(text[:name.start()])
                found[name[1]] = (structs[-1] if structs else "", file.relative_to(root).as_posix())
    return found


def read_sample(text):
    """What the program sample_facts printed."""
    sample = Sample()
    fields = None
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "fact":
            fields = sample.facts.setdefault(rest, {})
        elif kind == "field":
            name, _, value = rest.partition("\t")
            fields[name] = value or fields.get(name, "")
        elif kind == "secret":
            sample.secrets.append(rest)
        else:
            raise Disagreement(f"sample_facts printed a line that is none of its own: {line}")
    return sample


def read_sentences(text):
    """(groups, [heading or fact, in order]); a heading is a string."""
    groups, order, current = {}, [], None
    for number, line in enumerate(text.splitlines(), 1):
        word, _, rest = line.strip().partition(" ")
        if not word or word == "#":
            continue
        if word == "heading":
            order.append(rest)
        elif word == "group":
            current = groups[rest] = Described(rest)
        elif word == "fact":
            current = Described(rest)
            order.append(current)
        elif word == "title":
            current.title = rest
        elif word == "when":
            current.when = rest
        elif word == "secrets":
            current.secrets = rest
        elif word == "has":
            current.has = rest.split()
        elif word == "-" and ": " in rest:
            name, _, meaning = rest.partition(": ")
            shown = re.fullmatch(r"(.+) \((\S+)\)", name)
            current.fields[shown[1] if shown else name] = (meaning, shown[2] if shown else name)
        else:
            raise Disagreement(f"events.txt:{number}: expected heading, group, title, fact, when, has, secrets or \"- field: meaning\"")
    return groups, order


def _described(field, fields):
    return field in fields or (field.startswith("variable_") and ANY_VARIABLE in fields)


def check(defined, sample, groups, facts):
    """Every fact of the sources is shown and described, every field is described, nothing else is; no secret is shown."""
    wrong = []
    described = {each.name: each for each in facts}
    for name, (_, file) in defined.items():
        if name not in sample.facts:
            wrong.append(f"{name} ({file}) is shown by no sample: add one to tests/docs/facts")
        if name not in described:
            wrong.append(f"{name} ({file}) has no sentence: add it to tools/docs/events.txt")
    for name in [*sample.facts, *described]:
        if name not in defined:
            wrong.append(f"{name} is a fact of no source file")
    seen = {name: set() for name in groups}
    for each in facts:
        shown = sample.facts.get(each.name, {})
        if not each.when or not each.secrets:
            wrong.append(f"{each.name}: events.txt must say \"when\" and \"secrets\"")
        for group in each.has:
            seen[group] |= set(shown)
        everything = dict(each.fields)
        for group in each.has:
            everything |= groups[group].fields
        wrong += [f"{each.name}: its field {field} has no sentence" for field in shown if not _described(field, everything)]
        wrong += [f"{each.name}: events.txt describes {field}, which no sample of it has"
                  for field, (_, example) in each.fields.items() if example not in shown]
    for name, group in groups.items():
        wrong += [f"group {name}: events.txt describes {field}, which no sample has"
                  for field, (_, example) in group.fields.items() if example not in seen[name]]
    for name, fields in sample.facts.items():
        wrong += [f"{name}: its field {field} shows a secret" for field, value in fields.items()
                  if any(secret in value for secret in sample.secrets)]
    if not sample.secrets:
        wrong.append("the samples were given no secret, so nothing was tried")
    if wrong:
        raise Disagreement("\n".join(wrong))


def _example(field, shown, values):
    value = values.get(shown, "").replace("|", "\\|")
    if field != shown:
        return f"`{shown}`: `{value}`"
    return f"`{value}`" if value else ""


def _anchor(heading):
    """As forges make them of headings."""
    return re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-")


def _table(fields, values):
    lines = ["| field | meaning | example |", "|---|---|---|"]
    for field, (meaning, shown) in fields.items():
        name, comma, which = field.partition(",")
        lines.append(f"| `{name}`{comma}{which} | {meaning} | {_example(field, shown, values)} |".replace("|  |", "| |"))
    return [*lines, ""]


def _who(file):
    return "the core" if file.startswith("core/") else file.split("/")[1]


def _where(struct, file):
    """Facts of the core are part of the SDK; a module's own are heard by name."""
    include = "core/include/"
    return f" In C++: `{struct}` of `<{file[len(include):]}>`." if file.startswith(include) else ""


def _fact(each, defined, sample, groups):
    struct, file = defined[each.name]
    lines = [f"### {each.name}", "", f"Published by {_who(file)} {each.when}.{_where(struct, file)} Secrets: {each.secrets}.", ""]
    if each.fields:
        lines += _table(each.fields, sample.facts[each.name])
    if each.has:
        links = " and ".join(f"[{groups[name].title.lower()}](#{_anchor(groups[name].title)})" for name in each.has)
        lines += [f"{'Further fields' if each.fields else 'Fields'}: {links}.", ""]
    elif not each.fields:
        lines += ["It has no fields.", ""]
    return lines


def _group(group, facts, sample):
    values = {}
    for each in facts:
        if group.name in each.has:
            for field, value in sample.facts[each.name].items():
                values[field] = value or values.get(field, "")
    return [f"## {group.title}", "", group.when, "", *_table(group.fields, values)]


def page(defined, sample, sentences):
    """The whole text of docs/events.md; raises Disagreement."""
    groups, order = read_sentences(sentences)
    facts = [each for each in order if isinstance(each, Described)]
    check(defined, sample, groups, facts)
    intro, _, rest = sentences.partition("\n\n")
    lines = ["# Events", "", "<!-- Made by tools/generate-docs of tools/docs/events.txt and tests/docs/facts. Do not edit. -->", ""]
    lines += [line.lstrip("# ").rstrip() for line in intro.splitlines()] + [""]
    lines += ["| fact | published by | when |", "|---|---|---|"]
    for each in facts:
        lines.append(f"| [{each.name}](#{_anchor(each.name)}) | {_who(defined[each.name][1])} | {each.when} |")
    lines.append("")
    for each in order:
        lines += [f"## {each}", ""] if isinstance(each, str) else _fact(each, defined, sample, groups)
    for group in groups.values():
        lines += _group(group, facts, sample)
    return "\n".join(lines).rstrip("\n") + "\n"
