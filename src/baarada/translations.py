"""The French texts: ``python -m baarada.translations update | check | compile``.

Texts in programs and templates are English; ``locale/fr/LC_MESSAGES/django.po`` has the French of each.
Django's own ``makemessages`` needs programs that Windows and a bare Debian do not have: here Django takes
templates apart, Babel finds the texts, polib writes the file.
"""

import difflib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.utils.translation.template import templatize

HERE = Path(__file__).parent
CATALOGUE = HERE / "locale" / "fr" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    name + lazy: spec
    for name, spec in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
    for lazy in ("", "_lazy")
} | {"_": None, "gettext_noop": None}
NOTE = "Translators"
SAME = "same in both languages"
"""A comment of the translator on a text that is written alike in English and in French."""
LIKENESS = 0.75
"""From how alike two English texts are, the French of the old one is offered for the new one."""

HEADER = {
    "Project-Id-Version": "baarada",
    "Language": "fr",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
}

Key = tuple[str | None, str]
"""Context and English text."""


@dataclass
class Text:
    """An English text that pages show."""

    plural: str = ""
    files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def sources(folder: Path = HERE) -> Iterator[Path]:
    """Every program and template that may hold texts."""
    for path in sorted(folder.rglob("*")):
        is_template = "templates" in path.parts and path.suffix in (".html", ".txt")
        if is_template or path.suffix == ".py":
            yield path


def collect(folder: Path = HERE) -> dict[Key, Text]:
    """All texts to translate, with where they stand."""
    found: dict[Key, Text] = {}
    for path in sources(folder):
        name = path.relative_to(folder).as_posix()
        for plural, key, notes in _of_file(path):
            text = found.setdefault(key, Text())
            text.plural = text.plural or plural
            if name not in text.files:
                text.files.append(name)
            text.notes += [note for note in notes if note not in text.notes]
    return found


def _of_file(path: Path) -> Iterator[tuple[str, Key, list[str]]]:
    code = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What is left of the page's own indentation would not be Python's.
        code = "\n".join(line.lstrip() for line in templatize(code, origin=str(path)).split("\n"))
    for _line, messages, notes, context in extract(
        "python", BytesIO(code.encode()), KEYWORDS, comment_tags=(NOTE,)
    ):
        one, many = messages if isinstance(messages, tuple) else (messages, "")
        if one:
            yield many or "", (context, one), list(notes)


def load(path: Path = CATALOGUE) -> polib.POFile:
    """The catalogue, an empty one if there is none yet."""
    if path.exists():
        return polib.pofile(str(path), encoding="utf-8", wrapwidth=100)
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = dict(HEADER)
    return catalogue


def update(path: Path = CATALOGUE, folder: Path = HERE) -> tuple[int, int]:
    """Bring the catalogue to the texts of the moment; returns how many are new, and how many went.

    French is never thrown away while it may serve: a new text much like one that went gets its
    French, marked fuzzy until a person has looked.
    """
    texts = collect(folder)
    old = load(path)
    held = {(e.msgctxt, e.msgid): e for e in old if not e.obsolete}
    gone = {key: e for key, e in held.items() if key not in texts and (e.msgstr or e.msgstr_plural)}
    new = polib.POFile(wrapwidth=100)
    new.metadata = dict(HEADER)
    for key, text in sorted(texts.items(), key=lambda item: (item[1].files[0], item[0][1], item[0][0] or "")):
        new.append(_entry(key, text, held.get(key), gone))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(new) + "\n", encoding="utf-8", newline="\n")
    return sum(key not in held for key in texts), sum(key not in texts for key in held)


def _entry(key: Key, text: Text, held: polib.POEntry | None, gone: dict[Key, polib.POEntry]) -> polib.POEntry:
    context, msgid = key
    entry = polib.POEntry(
        msgctxt=context,
        msgid=msgid,
        msgid_plural=text.plural,
        occurrences=[(name, "") for name in text.files],
        comment="\n".join(text.notes),
    )
    if "%" in "".join(_placeholders(msgid + text.plural)):
        entry.flags.append("python-format")
    if text.plural:
        entry.msgstr_plural = {0: "", 1: ""}
    if held is None:
        held = _alike(msgid, gone)
        if held is not None:
            entry.flags.append("fuzzy")
            entry.previous_msgid = held.msgid
    if held is not None:
        entry.tcomment = held.tcomment
        entry.flags += [f for f in held.flags if f not in entry.flags]
        if text.plural:
            entry.msgstr_plural = dict(held.msgstr_plural) or {0: held.msgstr, 1: held.msgstr}
        else:
            entry.msgstr = held.msgstr or held.msgstr_plural.get(0, "")
        if bool(text.plural) != bool(held.msgid_plural) and "fuzzy" not in entry.flags:
            entry.flags.append("fuzzy")
    return entry


def _alike(msgid: str, gone: dict[Key, polib.POEntry]) -> polib.POEntry | None:
    best = difflib.get_close_matches(msgid, [key[1] for key in gone], n=1, cutoff=LIKENESS)
    return next((e for key, e in gone.items() if best and key[1] == best[0]), None)


def check(path: Path = CATALOGUE, folder: Path = HERE) -> list[str]:
    """What keeps the French from being complete and right, one sentence each."""
    texts = collect(folder)
    catalogue = load(path)
    held = {(e.msgctxt, e.msgid): e for e in catalogue if not e.obsolete}
    problems = [f"{_shown(key)} is missing: run update" for key in texts if key not in held]
    problems += [f"{_shown(key)} is used nowhere: run update" for key in held if key not in texts]
    problems += [f"“{e.msgid}” is obsolete: run update" for e in catalogue.obsolete_entries()]
    phrases = {msgid for _context, msgid in texts if len(msgid.split()) > 2}
    for key, entry in held.items():
        if key in texts:
            problems += [f"{_shown(key)} {what}" for what in _wrong(entry, texts[key], phrases)]
    return problems


def _shown(key: Key) -> str:
    context, msgid = key
    return f"“{msgid}”" + (f" ({context})" if context else "")


def _wrong(entry: polib.POEntry, text: Text, phrases: set[str]) -> Iterator[str]:
    if text.plural != entry.msgid_plural:
        yield "has another plural than the catalogue: run update"
        return
    if "fuzzy" in entry.flags:
        yield f"is fuzzy: look at “{entry.msgstr}”, then take the mark away"
    forms = list(entry.msgstr_plural.values()) if text.plural else [entry.msgstr]
    if not all(form.strip() for form in forms):
        yield "has no French"
        return
    wanted = _placeholders(entry.msgid) | _placeholders(text.plural)
    for number, form in enumerate(forms):
        found = _placeholders(form)
        # "One person" need not say the number; nothing else may be left out.
        spare = wanted - (_placeholders(entry.msgid) & _placeholders(text.plural)) if text.plural else set()
        if not wanted - spare - (_NUMBER if text.plural and number == 0 else set()) <= found <= wanted:
            yield f"has other placeholders than “{form}”"
        if form == entry.msgid and SAME not in entry.tcomment:
            yield f"is not translated (if it is, add the comment: # {SAME})"
        elif form != entry.msgid:
            copied = next((phrase for phrase in phrases if phrase in form), None)
            if copied:
                yield f"has English in its French: “{copied}”"


_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
_NUMBER = {"%(n)s", "%(n)d", "%(count)s", "%(count)d", "%(counter)s", "%d", "%s"}


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text.replace("%%", "")))


def compile_catalogue(path: Path = CATALOGUE) -> Path | None:
    """Write the form that the program reads; returns its path, None where there is no catalogue."""
    if not path.exists():
        return None
    target = path.with_suffix(".mo")
    load(path).save_as_mofile(str(target))
    return target


def compile_if_stale() -> None:
    """Write the form that the program reads, if it is older than the texts."""
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < CATALOGUE.stat().st_mtime:
        compile_catalogue()


def main(args: list[str]) -> int:
    """Run one of the three; returns 0 if all is well."""
    match args:
        case ["update"]:
            new, gone = update()
            print(f"{CATALOGUE}: {new} new, {gone} gone")
        case ["compile"]:
            compile_catalogue()
        case ["check"]:
            problems = check()
            # Django reads it while it is set up: tests that come next must find the texts just checked.
            compile_if_stale()
            print("\n".join(problems) or "French is complete.")
            return 1 if problems else 0
        case _:
            print("Say one of: update, check, compile.", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
