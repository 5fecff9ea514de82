"""What can be chosen where an entry points to a file: read in the background, never while somebody waits for a form.

Nothing is made up: a list that could not be read has a reason, and the form of its action is refused with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.desk import Desk
from bot.errors import GitFailed
from bot.git.host import GitHost
from knowledge import strict_yaml
from knowledge.actions import Action, ChoicesFrom
from knowledge.strict_yaml import Mapping, Node, Scalar
from knowledge.strict_yaml import Sequence as Listed

log = structlog.get_logger(__name__)

STANDS_FOR = timedelta(minutes=10)  # a list that was read and now cannot be is used so long: hosts have short troubles
MOST = 10_000
LONGEST = 200  # characters of a choice
NOT_YET = "has not been read yet; try again in a minute"


@dataclass(frozen=True)
class Read:
    """`why_not` is "" where the last reading was good."""

    choices: tuple[str, ...] = ()
    at: datetime | None = None  # of the last good reading
    why_not: str = NOT_YET


class Choices:
    """`hosts` gives the host of a repository by its name in repositories.yaml; it raises GitFailed for none."""

    def __init__(self, desk: Desk, hosts: Callable[[str], GitHost]) -> None:
        self._desk = desk
        self._hosts = hosts
        self._read: dict[ChoicesFrom, Read] = {}

    def of(self, action: Action) -> dict[str, Sequence[str]] | str:
        """The choices by the input's name, where they come from a file; the reason, where one cannot be read."""
        lists: dict[str, Sequence[str]] = {}
        for each in action.inputs:
            if each.choices_from is None:
                continue
            read = self._read.get(each.choices_from, Read())
            if read.why_not and not self._still_stands(read):
                what = f"The choices for “{each.label or each.name}” cannot be shown"
                return f"{what}: {each.choices_from.file} in {each.choices_from.repository} {read.why_not}."
            lists[each.name] = read.choices
        return lists

    async def refresh(self) -> None:
        """Reads every list that the live catalogue points to, a file once."""
        actions = self._desk.shelf.library.handbook.actions
        wanted = dict.fromkeys(each.choices_from for action in actions for each in action.inputs if each.choices_from)
        files: dict[tuple[str, str], str | GitFailed | None] = {}
        for source in wanted:
            place = (source.repository, source.file)
            if place not in files:
                files[place] = await self._file(*place)
            self._read[source] = self._noted(source, files[place])
        self._read = {source: self._read[source] for source in wanted}

    async def _file(self, repository: str, file: str) -> str | GitFailed | None:
        try:
            return await self._hosts(repository).read_file(file)
        except GitFailed as failed:
            log.warning("choices.not_read", repository=repository, file=file, reason=str(failed))
            return failed

    def _noted(self, source: ChoicesFrom, text: str | GitFailed | None) -> Read:
        before = self._read.get(source, Read())
        found = "is not to be reached at the moment" if isinstance(text, GitFailed) else choices_in(text, source)
        if isinstance(found, str):
            return Read(before.choices, before.at, found)
        return Read(found, self._desk.clock.now(), "")

    def _still_stands(self, read: Read) -> bool:
        return read.at is not None and self._desk.clock.now() - read.at < STANDS_FOR


def choices_in(text: str | None, source: ChoicesFrom) -> tuple[str, ...] | str:
    """The keys of the mapping, or the items of the list, that stands there; or what is wrong with it."""
    if text is None:
        return "is not there"
    document = strict_yaml.read(text, file=source.file)
    if document.root is None or document.problems:
        first = next(iter(document.problems), None)
        return f"cannot be read (line {first.line}: {first.what})" if first else "is empty"
    node = _below(document.root, source.at)
    if node is None:
        return f"has nothing at {'.'.join(source.at)}"
    found = _listed(node)
    if not found:
        return f"holds no list of names{' at ' + '.'.join(source.at) if source.at else ''}"
    if len(found) > MOST:
        return f"holds {len(found):,} choices, more than {MOST:,}"
    return found


def _below(root: Node, at: Sequence[str]) -> Node | None:
    node: Node | None = root
    for key in at:
        entries = node.entries if isinstance(node, Mapping) else ()
        node = next((entry.value for entry in entries if entry.key == key), None)
    return node


def _listed(node: Node) -> tuple[str, ...]:
    """Each once; () where one is no name: a form must not offer some of a list and hide that."""
    if isinstance(node, Mapping):
        names = [entry.key for entry in node.entries]
    elif isinstance(node, Listed) and all(isinstance(item, Scalar) for item in node.items):
        names = [item.text for item in node.items if isinstance(item, Scalar)]
    else:
        return ()
    is_whole = all(name.strip() and name.isprintable() and len(name) <= LONGEST for name in names)
    return tuple(dict.fromkeys(names)) if is_whole else ()
