"""The fortnight before the demo: believable in its times, whole in its kinds, and the same for everybody."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from bot import generate
from bot.demo.company import CHANNELS, GROUPS, PEOPLE, STARTS_AT
from bot.demo.history import ALERTS, LONDON, Thread, fortnight, furnish_history
from bot.demo.made_up import furnish
from bot.demo.talk import QUESTIONS, Kind, Topic
from sandbox import Clock, Message, Sandbox
from sandbox.model import Occurrence

SEEDS = range(1, 8)
TEAM = set(GROUPS["S0PLATFORM"][1])


def questions(seed: int = 1) -> list[Thread]:
    return [thread for thread in fortnight(seed) if thread.is_question]


def new_sandbox() -> Sandbox:
    sandbox = Sandbox(generate.manifest(), clock=Clock(start_s=STARTS_AT.timestamp(), factor=1e-9))
    furnish(sandbox)
    return sandbox


def furnished(seed: int = 1) -> Sandbox:
    sandbox = new_sandbox()
    furnish_history(sandbox, until=STARTS_AT, seed=seed)
    return sandbox


def messages_in(sandbox: Sandbox) -> list[Message]:
    return [each for channel in sandbox.workspace.channels.values() for each in channel.messages.values()]


def authors(thread: Thread) -> list[str]:
    return [reply.author for reply in thread.replies]


def test_the_same_seed_gives_the_same_fortnight_and_another_one_another() -> None:
    assert fortnight(3) == fortnight(3)
    assert fortnight(3) != fortnight(4)


def test_the_same_seed_puts_the_same_messages_at_the_same_times() -> None:
    assert messages_in(furnished()) == messages_in(furnished())


@pytest.mark.parametrize("seed", SEEDS)
def test_between_sixty_and_ninety_questions_are_spread_over_both_weeks_and_all_watched_channels(seed: int) -> None:
    asked = questions(seed)

    weeks = Counter(thread.at.isocalendar().week for thread in asked)
    channels = Counter(CHANNELS[thread.channel] for thread in asked)
    assert 60 <= len(asked) <= 90
    assert min(weeks[46], weeks[47]) >= 18
    assert set(weeks) <= {46, 47, 48}
    assert channels["ask-platform"] > channels["data-help"] > 8
    assert channels["deploys"] > 8
    assert channels["random"] == 0


def test_no_question_is_asked_twice() -> None:
    texts = [talk.text for talk in QUESTIONS]

    assert len(set(texts)) == len(texts) >= 45
    assert sorted(thread.text for thread in questions()) == sorted(texts)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_writes_at_night_or_at_the_weekend_or_before_the_question(seed: int) -> None:
    for thread in fortnight(seed):
        moments = [thread.at, *(thread.at + reply.after for reply in thread.replies)]
        assert moments == sorted(set(moments)), thread
        assert max(moments) < STARTS_AT, thread
        for moment in moments:
            local = moment.astimezone(LONDON)
            assert 7 <= local.hour < 20, thread
            assert local.weekday() < 5, thread


def is_marked(thread: Thread) -> bool:
    return any(
        "check_mark" in mark.name and thread.asker in mark.people
        for reply in thread.replies
        for mark in reply.reactions
    )


def is_thanked(thread: Thread) -> bool:
    return any(
        "thank" in each.text.lower() or "thx" in each.text for each in thread.replies if each.author == thread.asker
    )


KINDS: dict[Kind, Callable[[Thread], bool]] = {
    Kind.ANSWERED: lambda thread: thread.replies[0].author not in TEAM | {thread.asker} and not is_marked(thread),
    Kind.CHECKED: is_marked,
    Kind.THANKED: lambda thread: is_thanked(thread) and not TEAM & set(authors(thread)),
    Kind.BY_TEAM: lambda thread: thread.replies[0].author in TEAM,
    Kind.ACKNOWLEDGED: lambda thread: max(len(each.text) for each in thread.replies) < 45,
    Kind.UNANSWERED: lambda thread: thread.replies == (),
    Kind.ASKED_BACK: lambda thread: "?" in thread.replies[0].text,
    Kind.REOPENED: lambda thread: any(
        "still" in each.text or "doesn't work" in each.text for each in thread.replies[1:]
    ),
    Kind.LATE_TEAM: lambda thread: (
        thread.replies[0].author not in TEAM
        and any(each.author in TEAM and each.after > timedelta(hours=1) for each in thread.replies)
    ),
    Kind.SELF_SOLVED: lambda thread: set(authors(thread)) == {thread.asker},
    Kind.ALERT: lambda thread: thread.asker == ALERTS,
    Kind.NOTICE: lambda thread: "?" not in thread.text,
    Kind.CHATTER: lambda thread: CHANNELS[thread.channel] == "random",
}


@pytest.mark.parametrize("kind", Kind)
def test_threads_of_each_kind_occur_and_are_what_they_are_called(kind: Kind) -> None:
    threads = [thread for thread in fortnight() if thread.kind is kind]

    assert len(threads) >= 2
    assert [thread.text for thread in threads if not KINDS[kind](thread)] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_peers_answer_most_and_two_people_most_about_the_network(seed: int) -> None:
    first = Counter(
        "team" if thread.replies[0].author in TEAM else "peer" for thread in questions(seed) if thread.replies
    )
    network = {talk.text for talk in QUESTIONS if talk.topic is Topic.NETWORK}
    helpers = Counter(
        author
        for thread in questions(seed)
        if thread.text in network
        for author in authors(thread)
        if author not in TEAM | {thread.asker}
    )

    assert first["peer"] > 4 * first["team"] > 0
    assert {name for name, _ in helpers.most_common(2)} == {"U0OWEN", "U0PETR"}


def test_all_of_them_are_people_of_the_company() -> None:
    spoken = {author for seed in SEEDS for thread in fortnight(seed) for author in (thread.asker, *authors(thread))}

    assert spoken == PEOPLE.keys() | {ALERTS}
    assert {user for _, users in GROUPS.values() for user in users} == PEOPLE.keys()


def test_no_placeholder_is_left_in_a_text() -> None:
    texts = [reply.text for thread in fortnight() for reply in thread.replies]

    assert [
        text for text in texts if any(f"@{part}" in text for part in ("asker", "peer", "other", "team", "mate"))
    ] == []
    assert any("<@U0" in text for text in texts)


def test_an_earlier_end_brings_an_earlier_fortnight() -> None:
    until = STARTS_AT - timedelta(days=70)

    threads = fortnight(until=until)

    assert max(thread.ends_at for thread in threads) < until
    assert min(thread.at for thread in threads).date().isoformat() == "2026-08-31"


def posted(threads: Sequence[Thread]) -> Counter[str]:
    return Counter(thread.channel for thread in threads for _ in (thread, *thread.replies))


def test_it_stands_in_the_channels_as_it_is_told_and_nobody_hears_of_it() -> None:
    sandbox, occurrences = new_sandbox(), list[Occurrence]()
    sandbox.workspace.subscribe(occurrences.append)

    furnish_history(sandbox, until=STARTS_AT)

    channels = sandbox.workspace.channels
    standing = messages_in(sandbox)
    assert occurrences == []
    assert {each: len(channels[each].messages) for each in channels if channels[each].messages} == posted(fortnight())
    assert [each.text for each in standing if each.subtype] == ["This message was deleted."]
    assert len([each for each in standing if each.edited]) == 2
    assert {each.user for each in standing if each.bot_id} == {ALERTS}
    assert all(channel.timeline == sorted(channel.timeline) for channel in channels.values())
    assert ALERTS in channels["C0DEPLOYS"].members
