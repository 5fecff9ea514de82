"""Choices that stand in a file of a repository: read in the background, refused with the reason where they are not."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.actions.choices import STANDS_FOR, Choices
from bot.actions.lists import choices_in
from bot.desk import Desk
from bot.errors import GitFailed
from bot.library import Library
from bot.storage.engine import Database
from knowledge.actions import Action, ChoicesFrom, Input, InputType
from tests.actions.offered import DATABASE
from tests.curation.desk import CompanySlack, FakeHost
from tests.desk import desk_at
from tests.work.desk import STARTS_AT, Hands

SOURCE = ChoicesFrom("live", "clusters.yaml", ("clusters",))
LIST = "clusters: [north, south]\n"


@dataclass
class Repositories:
    """By name; one that is away answers nothing."""

    hosts: dict[str, FakeHost] = field(default_factory=dict)
    is_away: bool = False
    read: list[str] = field(default_factory=list)

    def host(self, name: str) -> FakeHost:
        self.read.append(name)
        if self.is_away or name not in self.hosts:
            raise GitFailed(f"{name} is not to be reached.")
        return self.hosts[name]


def of_clusters(*sources: ChoicesFrom) -> Action:
    return replace(
        DATABASE,
        inputs=tuple(
            Input(f"c{number}", InputType.CHOICE, "Cluster", choices_from=source)
            for number, source in enumerate(sources)
        ),
    )


def at_work(database: Database, hands: Hands, repositories: Repositories, *actions: Action) -> Choices:
    desk: Desk = desk_at(database, CompanySlack(), now=lambda: hands.now)
    library = desk.shelf.library
    desk.shelf.library = Library(replace(library.handbook, actions=actions), library.index)
    hosts: Callable[[str], FakeHost] = repositories.host
    return Choices(desk, hosts)


@pytest.mark.parametrize(
    ("text", "at", "found"),
    [
        pytest.param("- north\n- south\n", (), ("north", "south"), id="a list"),
        pytest.param("north: {nodes: 3}\nsouth: {}\n", (), ("north", "south"), id="the keys of a mapping"),
        pytest.param("a: {b: [x, y, x]}\n", ("a", "b"), ("x", "y"), id="below other keys, each once"),
        pytest.param('{"a": ["01", "no"]}', ("a",), ("01", "no"), id="JSON, as it is written"),
        pytest.param(None, (), "is not there", id="no file"),
        pytest.param("a: [x]\n", ("b",), "has nothing at b", id="nothing there"),
        pytest.param("a: x\n", ("a",), "holds no list of names at a", id="a single text"),
        pytest.param("- {name: north}\n", (), "holds no list of names", id="a list of mappings"),
        pytest.param("- ''\n- south\n", (), "holds no list of names", id="a name that is empty"),
        pytest.param("", (), "holds no list of names", id="an empty file"),
        pytest.param(
            "a: &x [1]\nb: *x\n", ("b",), "cannot be read (line 1: there is an anchor (&))", id="anchors and aliases"
        ),
        pytest.param(f"[{','.join(map(str, range(20_000)))}]", (), None, id="more than anybody chooses from"),
        pytest.param("[" * 5_000, (), None, id="a bomb of brackets"),
    ],
)
def test_the_names_in_a_file(text: str | None, at: tuple[str, ...], found: tuple[str, ...] | str | None) -> None:
    read = choices_in(text, ChoicesFrom("live", "clusters.yaml", at))

    assert read == found if found is not None else isinstance(read, str)


async def test_choices_are_there_once_they_were_read_and_a_file_is_read_once(database: Database) -> None:
    more = replace(SOURCE, at=("zones",))
    repositories = Repositories({"live": FakeHost(files={"clusters.yaml": f"{LIST}zones: [a]\n"})})
    action = of_clusters(SOURCE, more)
    choices = at_work(database, Hands(), repositories, action)

    before = choices.of(action)
    await choices.refresh()

    assert before == (
        "The choices for “Cluster” cannot be shown: clusters.yaml in live has not been read yet; try again in a minute."
    )
    assert choices.of(action) == {"c0": ("north", "south"), "c1": ("a",)}
    assert repositories.read == ["live"]
    assert choices.of(DATABASE) == {}


async def test_a_list_that_cannot_be_read_any_more_is_used_for_ten_minutes(database: Database) -> None:
    hands, repositories = Hands(), Repositories({"live": FakeHost(files={"clusters.yaml": LIST})})
    action = of_clusters(SOURCE)
    choices = at_work(database, hands, repositories, action)
    await choices.refresh()

    repositories.is_away = True
    hands.now = STARTS_AT + STANDS_FOR - timedelta(seconds=1)
    await choices.refresh()
    just_before = choices.of(action)
    hands.now = STARTS_AT + STANDS_FOR
    at_last = choices.of(action)

    assert just_before == {"c0": ("north", "south")}
    assert isinstance(at_last, str)
    assert "clusters.yaml in live is not to be reached at the moment" in at_last


async def test_what_the_catalogue_points_to_no_more_is_forgotten(database: Database) -> None:
    repositories = Repositories({"live": FakeHost(files={"clusters.yaml": LIST})})
    action = of_clusters(SOURCE)
    choices = at_work(database, Hands(), repositories, action)
    await choices.refresh()

    library = choices._desk.shelf.library
    choices._desk.shelf.library = Library(replace(library.handbook, actions=()), library.index)
    await choices.refresh()

    assert isinstance(choices.of(action), str)
