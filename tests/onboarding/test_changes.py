"""What a step writes into the handbook's files, held to the handbook's own readers."""

import pytest

from bot.actions.edits.editing import Impossible
from bot.handbook import EMBEDDED
from bot.onboarding.changes import PEOPLE, Wanted, by_hand, files
from bot.onboarding.rules import Step
from knowledge import strict_yaml
from knowledge.channels import FILE as CHANNELS
from knowledge.channels import Channels, read_channels
from knowledge.people import People, read_people
from knowledge.schema import Value

FORMER: dict[str, str | None] = {name: (EMBEDDED / name).read_text() for name in (PEOPLE, CHANNELS)}
GROUP = Wanted("billing", Step.GROUP, {"group": "S0BILLING"})
DUTY = Wanted("search", Step.DUTY, {"duty": "U0AMARA,U0LUCIA"})
CHANNEL = Wanted("search", Step.CHANNEL, {"channel": "C0SEARCH", "name": "search-help"})


def people_of(text: str) -> People:
    return read_people(_value(text, PEOPLE))


def channels_of(text: str) -> Channels:
    return read_channels(_value(text, CHANNELS))


def _value(text: str, file: str) -> Value:
    document = strict_yaml.read(text, file=file)
    assert document.root is not None
    assert document.problems == ()
    return Value(document.root, file, [])


def lines_added(new: str, old: str | None) -> list[str]:
    before = (old or "").splitlines()
    return [line for line in new.splitlines() if line not in before]


def test_a_team_is_added_with_its_group_and_nothing_else_changes() -> None:
    new = files(GROUP, FORMER)

    assert list(new) == [PEOPLE]
    assert lines_added(new[PEOPLE], FORMER[PEOPLE]) == ["  billing:", "    group: S0BILLING"]
    assert people_of(new[PEOPLE]).teams["billing"].group.usergroup_id == "S0BILLING"


def test_duty_people_are_named_and_named_anew() -> None:
    new = files(DUTY, FORMER)[PEOPLE]
    again = files(Wanted("search", Step.DUTY, {"duty": "U0PETR"}), {**FORMER, PEOPLE: new})[PEOPLE]

    assert [each.user_id for each in people_of(new).teams["search"].duty] == ["U0AMARA", "U0LUCIA"]
    assert [each.user_id for each in people_of(again).teams["search"].duty] == ["U0PETR"]


def test_a_channel_is_the_teams_and_is_watched_in_shadow() -> None:
    new = files(CHANNEL, FORMER)

    assert people_of(new[PEOPLE]).teams["search"].channel_id == "C0SEARCH"
    watched = channels_of(new[CHANNELS]).watched("C0SEARCH")
    assert watched is not None
    assert (watched.name, watched.answer) == ("search-help", "shadow")


def test_a_channel_that_is_watched_already_only_becomes_the_teams() -> None:
    new = files(Wanted("search", Step.CHANNEL, {"channel": "C0ASKPLAT", "name": "ask-platform"}), FORMER)

    assert list(new) == [PEOPLE]


@pytest.mark.parametrize(
    "people", [None, "platform_team: {group: S0PLATFORM}\n", "teams: {}\n", "teams: {a: {group: S0AAAAA}}\n"]
)
def test_a_handbook_that_has_little_gets_what_is_missing(people: str | None) -> None:
    new = files(GROUP, {PEOPLE: people, CHANNELS: None})

    assert people_of(new[PEOPLE]).teams["billing"].group.usergroup_id == "S0BILLING"


@pytest.mark.parametrize("channels", [None, "timezone: Europe/London\n", "channels: []\n"])
def test_a_handbook_that_watches_nothing_gets_its_first_channel(channels: str | None) -> None:
    new = files(CHANNEL, {**FORMER, CHANNELS: channels})

    assert channels_of(new[CHANNELS]).watched("C0SEARCH") is not None


def test_what_is_there_already_is_not_proposed() -> None:
    new = files(CHANNEL, FORMER)

    with pytest.raises(Impossible, match="says that already"):
        files(CHANNEL, new)
    with pytest.raises(Impossible, match="has search already"):
        files(Wanted("search", Step.GROUP, {"group": "S0SEARCH"}), FORMER)


def test_what_the_handbooks_reader_would_refuse_is_not_proposed() -> None:
    with pytest.raises(Impossible, match=r"people\.yaml would be wrong then"):
        files(Wanted("billing", Step.GROUP, {"group": "nonsense"}), FORMER)


def test_of_a_team_that_is_not_there_nothing_can_be_said() -> None:
    with pytest.raises(Impossible):
        files(Wanted("nowhere", Step.DUTY, {"duty": "U0PETR"}), FORMER)


def test_where_the_handbook_is_a_folder_the_same_is_shown_to_be_written_by_hand() -> None:
    text = by_hand(CHANNEL)

    assert "# people.yaml\nteams:\n  search:\n    channel: C0SEARCH" in text
    assert "# channels.yaml\nchannels:\n- id: C0SEARCH\n  name: search-help\n  answer: shadow" in text
