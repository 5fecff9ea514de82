"""Success stories of the handbook: who was helped, how, and who agreed to be named. Read strictly: a story names nobody
who is not under `consent`. Reads no files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge import strict_yaml
from knowledge.front_matter import ADDRESS, MATTER
from knowledge.problem import Problem
from knowledge.schema import Fields, Value
from knowledge.text import words

FOLDER = "stories"
SUFFIX = ".md"
README = "README.md"  # about the folder, and no story
KEYS = ("title", "told", "by", "with", "team", "consent", "capability", "url")
FORM = "begin it with lines between `---`: title, told, consent"
CONSENT_FIX = (
    "list under `consent` everyone the story names, and its team, once they agreed; `[]` where it names nobody"
)


@dataclass(frozen=True)
class Story:
    """`id` is the file's name. `named` are the people it names; `body` is Markdown."""

    id: str
    title: str
    told_on: date
    body: str
    named: tuple[str, ...] = ()
    team: str = ""
    capability: str = ""
    url: str = ""


def read_story(name: str, text: str, problems: list[Problem], *, capabilities: Sequence[str] | None) -> Story | None:
    """The story in the file; None, noted, where something is wrong. `capabilities` None: theirs are not known."""
    file = f"{FOLDER}/{name}"
    found = MATTER.match(text)
    if found is None:
        problems.append(Problem(file, 1, "", "a story without front matter", FORM))
        return None
    document = strict_yaml.read(found[1], file=file, first_line=2)
    problems += document.problems
    if document.root is None:
        return None
    before, body = len(problems), text[found.end() :].strip()
    if not body:
        problems.append(Problem(file, 1, "", "the story says nothing", "write it below the front matter"))
    story = _story(name, Value(document.root, file, problems).fields(*KEYS), body, capabilities)
    return story if len(problems) == before else None


def _story(name: str, fields: Fields, body: str, capabilities: Sequence[str] | None) -> Story | None:
    title = fields.need("title", Value.name, "write a few words that say what came of it")
    told = fields.need("told", Value.day, "write the day it was told, as 2026-01-31")
    consent = fields.need("consent", _names, CONSENT_FIX)
    named = (*([by] if (by := fields.get("by", Value.name, "")) else []), *fields.get("with", _names, ()))
    team = fields.get("team", Value.name, "")
    if title is None or told is None or consent is None:
        return None
    _check_consent(fields["consent"], consent, {*named, *([team] if team else [])})
    capability = fields.get("capability", lambda value: _capability(value, capabilities), "")
    return Story(name, title, told, body, named, team, capability, fields.get("url", _address, ""))


def _address(value: Value) -> str | None:
    return value.shaped(ADDRESS, "is no address", "write the page's whole address, from https:// on")


def _names(value: Value) -> tuple[str, ...] | None:
    return tuple(name for each in value.items() if (name := each.name()))


def _check_consent(value: Value, consent: Sequence[str], needed: set[str]) -> None:
    for name in sorted(needed - set(consent)):
        value.wrong(f'"{name}" is named and not under consent', "ask them first, or take the name out")
    for name in sorted(set(consent) - needed):
        value.wrong(f'"{name}" is under consent and not named', "take it out, or correct how it is written")


def _capability(value: Value, known: Sequence[str] | None) -> str | None:
    name = value.name()
    if name is not None and known is not None and name not in known:
        value.dangling(name, "capabilities in capabilities.yaml", tuple(known))
        return None
    return name


def with_words(stories: Sequence[Story], wanted: str, *, most: int) -> tuple[Story, ...]:
    """Those that have every word that is looked for, those with most of them in the title first."""
    asked = set(words(wanted))
    if not asked:
        return ()
    found = [each for each in stories if asked <= set(words(f"{each.title} {each.body}"))]
    return tuple(sorted(found, key=lambda each: (-len(asked & set(words(each.title))), each.id))[:most])
