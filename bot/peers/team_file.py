"""Who the platform team is for imported messages: the handbook's named members, or those of a file.

The file is a handbook's people.yaml, a list, or plain lines of user ids.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import MentorError
from bot.storage import team
from knowledge import strict_yaml
from knowledge.files import read_text
from knowledge.people import Member, People, read_members, read_people
from knowledge.problem import Level, Problem
from knowledge.schema import Value
from knowledge.strict_yaml import Mapping, Node, Scalar

STRUCTURED = re.compile(r"-\s|\[|\{|---|[^#]*:")  # how the first line of YAML or JSON begins, and no id does
FORMS = "name people by id: one a line, as a YAML or JSON list, or under platform_team as in people.yaml"


class TeamFileBroken(MentorError):
    """The team file has errors; each is listed with what to do."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


@dataclass(frozen=True)
class NamedTeam:
    """`source` is one of `bot.storage.team`'s; `place` is where they are named, for people to read."""

    source: str
    place: str
    members: tuple[Member, ...]

    @property
    def user_ids(self) -> frozenset[str]:
        return frozenset(each.user_id for each in self.members)

    def in_words(self) -> str:
        if not self.members:
            return "Platform team: nobody is named, so its replies count as peers'. Name it with --team-file."
        number = len(self.user_ids)
        return f"Platform team: {number} {'person' if number == 1 else 'people'}, from {self.place}."


def named_team(file: Path | None, people: People) -> NamedTeam:
    """Those the file names, else those the handbook names. Raises TeamFileBroken."""
    if file is not None:
        return NamedTeam(team.FILE, str(file), read_team_file(file))
    group = people.platform_team
    return NamedTeam(team.HANDBOOK, "the handbook", group.members if group else ())


def read_team_file(path: Path) -> tuple[Member, ...]:
    """The platform team's people with their days. Raises TeamFileBroken."""
    text = read_text(path, file=str(path), level=Level.ERROR)
    if isinstance(text, Problem):
        raise TeamFileBroken([text])
    problems: list[Problem] = []
    members = _members(text, str(path), problems)
    if not members and not problems:
        problems.append(Problem(str(path), 1, "", "nobody is named", FORMS))
    errors = [each for each in problems if each.level is Level.ERROR]
    if errors:
        raise TeamFileBroken(errors)
    return members


def _members(text: str, file: str, problems: list[Problem]) -> tuple[Member, ...]:
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    first = next((line for line in lines if line and not line.startswith("#")), "")
    if not first:
        return ()
    if not STRUCTURED.match(first):
        return read_members(Value(_listed(lines), file, problems))
    document = strict_yaml.read(text, file=file)
    problems += document.problems
    if document.root is None:
        return ()
    if isinstance(document.root, Mapping):
        return _of_handbook(Value(document.root, file, problems))
    return read_members(Value(document.root, file, problems))


def _listed(lines: Sequence[str]) -> Node:
    """Plain lines as the list they stand for."""
    words = [(number, line.partition("#")[0].strip()) for number, line in enumerate(lines, start=1)]
    return strict_yaml.Sequence(tuple(Scalar(word, number) for number, word in words if word), 1)


def _of_handbook(root: Value) -> tuple[Member, ...]:
    team = read_people(root).platform_team
    if not root.problems and team is None:
        root.wrong("there is no platform_team", FORMS)
    elif team is not None and not team.members:
        fix = "list its people under `members`: who is in a user group only Slack knows"
        root.wrong("the platform team has no members here", fix, at="platform_team")
    return team.members if team else ()
