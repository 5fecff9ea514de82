"""`channels.yaml` as an author writes it, and what becomes of it."""

from datetime import time, timedelta
from textwrap import dedent

import pytest

from bot.calendar import Hours, WorkingTime
from knowledge import strict_yaml
from knowledge.actions import Action, GitBackend, Mode, Who
from knowledge.audience import Audience
from knowledge.channels import (
    AnswerMode,
    Channel,
    Channels,
    DigestFor,
    DigestTime,
    Keep,
    Limit,
    dangling,
    read_channels,
)
from knowledge.problem import Level, Problem
from knowledge.schema import Value


def read(text: str) -> tuple[Channels, list[Problem]]:
    document = strict_yaml.read(dedent(text), file="channels.yaml")
    assert document.root is not None
    problems = list(document.problems)
    return read_channels(Value(document.root, "channels.yaml", problems)), problems


def test_whole_file_is_read() -> None:
    channels, problems = read("""
        timezone: Europe/Berlin
        holidays: DE
        platform_channel: C0PLATF01
        digest: {day: thu, at: "16:30"}
        keep_text: 30 days
        guests_may_ask: yes
        answering: {answer_at: 0.6, suggest_at: 0.3}
        urgent: [Prod down, outage]
        actions: {modes: [proposal, break-glass], never: [create-bucket]}
        channels:
          - {id: C0CALM001, urgent: []}
          - {id: C0OTHER01}
          - id: C0HELP001
            name: "#platform-help"
            urgent: [sev 1]
            audience: internal
            answer: after 20 minutes
            horizon: 5 working days
            history: 30 days
            keep: counts
            language: pt-BR
            hours: {days: [mon], from: "08:00", to: "16:00"}
            holidays: PT
            actions: [set-quota]
        """)

    assert problems == []
    assert channels == Channels(
        timezone="Europe/Berlin",
        platform_channel="C0PLATF01",
        guests_may_ask=True,
        answer_at=0.6,
        suggest_at=0.3,
        holidays="DE",
        digest=DigestTime(weekday=4, at=time(16, 30)),
        text_days=30,
        urgent=("prod down", "outage"),
        limit=Limit(frozenset({Mode.PROPOSAL, Mode.BREAK_GLASS}), frozenset({"create-bucket"})),
        channels=(
            Channel(id="C0CALM001", name="C0CALM001", holidays="DE"),
            Channel(id="C0OTHER01", name="C0OTHER01", holidays="DE", urgent=("prod down", "outage")),
            Channel(
                id="C0HELP001",
                name="platform-help",
                answer=AnswerMode.AFTER,
                answer_after=timedelta(minutes=20),
                horizon_working_days=5,
                history_days=30,
                keep=Keep.COUNTS,
                language="pt-BR",
                hours=Hours(frozenset({1}), time(8), time(16), "Europe/Berlin"),
                holidays="PT",
                urgent=("sev 1",),
                audience=Audience.INTERNAL,
                actions=frozenset({"set-quota"}),
            ),
        ),
    )


def test_empty_file_watches_nothing() -> None:
    assert read("") == (Channels(), [])


def test_channel_with_an_id_alone_starts_in_shadow() -> None:
    channels, problems = read("platform_channel: C0PLATF01\nchannels: [{id: C0HELP001}]\n")

    assert problems == []
    assert channels.channels == (Channel(id="C0HELP001", name="C0HELP001"),)
    assert channels.channels[0].answer is AnswerMode.SHADOW


@pytest.mark.parametrize(
    ("written", "mode", "after"),
    [
        ("shadow", AnswerMode.SHADOW, timedelta(0)),
        ("when mentioned", AnswerMode.WHEN_MENTIONED, timedelta(0)),
        ("at once", AnswerMode.AT_ONCE, timedelta(0)),
        ("after 1 minute", AnswerMode.AFTER, timedelta(minutes=1)),
        ("after 2 hours", AnswerMode.AFTER, timedelta(hours=2)),
    ],
)
def test_ways_to_answer(written: str, mode: AnswerMode, after: timedelta) -> None:
    channels, problems = read(f"platform_channel: C0PLATF01\nchannels: [{{id: C0HELP001, answer: {written}}}]\n")

    assert problems == []
    assert (channels.channels[0].answer, channels.channels[0].answer_after) == (mode, after)


def test_shadow_without_a_platform_channel_is_a_warning() -> None:
    _, problems = read("channels: [{id: C0HELP001}]\n")

    assert [(one.level, one.field) for one in problems] == [(Level.WARNING, "platform_channel")]


def test_hours_of_a_channel_may_name_their_own_zone() -> None:
    channels, problems = read("""
        timezone: UTC
        channels:
          - id: C0HELP001
            answer: at once
            hours: {days: [mon], from: "08:00", to: "16:00", timezone: Asia/Tokyo}
        """)

    assert problems == []
    assert channels.channels[0].hours == Hours(frozenset({1}), time(8), time(16), "Asia/Tokyo")


@pytest.mark.parametrize(("written", "read_as"), [("yes", True), ("no", False), ("true", True), ("False", False)])
def test_guests_may_ask_only_where_it_says_so(written: str, read_as: bool) -> None:
    channels, problems = read(f"guests_may_ask: {written}\n")

    assert problems == []
    assert channels.guests_may_ask is read_as


def test_file_without_them_has_no_holidays_and_its_digest_on_monday_at_nine() -> None:
    channels, _ = read("timezone: UTC\n")

    assert (channels.holidays, channels.digest, channels.text_days) == ("", DigestTime(1, time(9)), 90)


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("{day: sun}", DigestTime(7, time(9))),
        ('{at: "00:00"}', DigestTime(1, time(0))),
        ("{}", DigestTime(1, time(9))),
    ],
)
def test_digest_may_name_its_day_or_its_time_alone(written: str, due: DigestTime) -> None:
    channels, problems = read(f"digest: {written}\n")

    assert problems == []
    assert channels.digest == due


@pytest.mark.parametrize(("written", "days"), [("1 day", 1), ("90 days", 90), ("3650 days", 3650)])
def test_words_are_kept_for_a_day_up_to_ten_years(written: str, days: int) -> None:
    channels, problems = read(f"keep_text: {written}\n")

    assert problems == []
    assert channels.text_days == days


def test_channel_has_the_files_holidays_unless_it_names_others() -> None:
    channels, problems = read("""
        holidays: GB-ENG
        channels:
          - {id: C0HELP001, answer: at once}
          - {id: C0HELP002, answer: at once, holidays: DE-BE}
        """)

    assert problems == []
    assert [channel.holidays for channel in channels.channels] == ["GB-ENG", "DE-BE"]


def test_working_time_is_the_channels_hours_or_else_office_hours() -> None:
    channels, _ = read("""
        timezone: Europe/London
        holidays: GB-ENG
        channels:
          - {id: C0HELP001, answer: at once}
          - id: C0HELP002
            answer: at once
            hours: {days: [sat], from: "08:00", to: "12:00", timezone: Europe/Berlin}
            holidays: DE-BE
        """)
    plain, berlin = channels.channels

    office = WorkingTime(Hours(frozenset({1, 2, 3, 4, 5}), time(9), time(17), "Europe/London"), "GB-ENG")
    assert channels.working_time() == office
    assert channels.working_time(plain) == office
    assert channels.working_time(berlin) == WorkingTime(
        Hours(frozenset({6}), time(8), time(12), "Europe/Berlin"), "DE-BE"
    )


def action(id_: str, mode: Mode = Mode.PROPOSAL) -> Action:
    return Action(id_, "", "", mode, Who(), GitBackend("live", ()))


def test_without_a_limit_only_proposals_are_offered() -> None:
    offered = [mode for mode in Mode if Channels().offers(action("act", mode))]

    assert offered == [Mode.PROPOSAL]


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("{}", ["act"]),
        ("{modes: [proposal]}", ["act"]),
        ("{modes: [direct, break-glass]}", ["direct", "break-glass"]),
        ("{modes: [proposal, direct, break-glass], never: [act]}", ["direct", "break-glass"]),
        ("{modes: []}", []),
    ],
)
def test_company_limit_says_what_is_offered(written: str, offered: list[str]) -> None:
    channels, problems = read(f"actions: {written}\n")
    catalogue = [action("act"), action("direct", Mode.DIRECT), action("break-glass", Mode.BREAK_GLASS)]

    assert problems == []
    assert [each.id for each in catalogue if channels.offers(each)] == offered


@pytest.mark.parametrize(
    ("written", "runs"),
    [
        ("", ["act", "other"]),
        ("actions: all", ["act", "other"]),
        ("actions: none", []),
        ("actions: []", []),
        ("actions: [act]", ["act"]),
        ("actions: [never, act]", ["act"]),
    ],
)
def test_channel_says_what_may_be_run_there_and_never_more_than_the_company(written: str, runs: list[str]) -> None:
    channels, problems = read(f"""
        platform_channel: C0PLATF01
        actions: {{never: [never]}}
        channels:
          - {{id: C0HELP001, {written}}}
        """)

    assert problems == []
    assert [id_ for id_ in ("act", "other", "never") if channels.may_run_in("C0HELP001", id_)] == runs


def test_nothing_is_run_in_a_channel_that_is_not_listed() -> None:
    assert not Channels().may_run_in("C0HELP001", "act")


def test_channel_that_names_what_the_company_forbids_is_told() -> None:
    channels, _ = read("""
        platform_channel: C0PLATF01
        actions: {never: [never, gone]}
        channels:
          - {id: C0HELP001, actions: [act, never, push, missing]}
        """)
    catalogue = [action("act"), action("never"), action("push", Mode.DIRECT)]

    assert [(each.field, each.what) for each in dangling(channels, catalogue)] == [
        ("actions.never", 'there is no action "gone"'),
        ("channels[0].actions", 'there is no action "missing"'),
        ("channels[0].actions", '"never" may be run nowhere, by `actions` at the top of the file'),
        ("channels[0].actions", '"push" may be run nowhere, by `actions` at the top of the file'),
    ]


def test_digest_says_how_often_it_comes_and_what_each_reader_gets() -> None:
    channels, problems = read(
        "platform_channel: C0PLATFORM\n"
        "digest:\n"
        "  every: 2 weeks\n"
        "  community: {channel: C0ASKPLAT, sections: [open, changed]}\n"
        "  team: {sections: [gaps]}\n"
        "  definitions: https://docs.example.com/metrics.md\n"
    )

    assert problems == []
    assert channels.digest == DigestTime(
        every_weeks=2,
        community=DigestFor("C0ASKPLAT", ("changed", "open")),
        team=DigestFor("", ("gaps",)),
        definitions="https://docs.example.com/metrics.md",
    )
    assert channels.team_channel == "C0PLATFORM"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{every: month}", "digest.every"),
        ("{community: {channel: general}}", "digest.community.channel"),
        ("{community: {sections: [gaps]}}", "digest.community.sections"),
        ("{team: {sections: []}}", "digest.team.sections"),
        ("{definitions: docs/metrics.md}", "digest.definitions"),
    ],
)
def test_what_is_wrong_with_the_digest_is_said_where_it_stands(written: str, said: str) -> None:
    _, problems = read(f"digest: {written}\n")

    assert [each for each in problems if said in str(each)]
