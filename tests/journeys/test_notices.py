"""Notices and incidents as dialogues with a running bot: from the file to the last team done, and from open to over."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.config import Settings
from bot.storage.schema import answers, capability_uses
from sandbox import Message, Sandbox
from tests.git.remote import Remote, make_remote
from tests.journeys.handbook import ARTICLES, CHANNELS, LOGS_TOLD, PEOPLE, QUESTION
from tests.journeys.office import Office, at_work, buttons, words

TEAMS = """
teams:
  payments: {group: S0PAYMENTS, site: london, channel: C0RANDOM}
  search: {group: S0SEARCH, site: london}
  data: {group: S0DATA, site: london}
sites:
  london: {timezone: Europe/London, holidays: GB-ENG}
"""
NOTICE = """\
---
kind: deprecation
title: Old build files go
owner: platform_team
from: 2026-11-24
until: 2026-12-04
topics: [log]
channels: [C0ASKPLAT]
items: {repository: live, files: "teams/{team}/old/*.yaml"}
---

Delete your files in old/ once the new build runs.
"""
GOOD = {f"articles/{name}": text for name, text in ARTICLES.items()} | {
    "people.yaml": PEOPLE + TEAMS,
    "channels.yaml": f"holidays: GB-ENG\nincidents: [C0ASKPLAT]\n{CHANNELS}",
}
LEFT = {
    "teams/payments/old/ledger.yaml": "a: 1\n",
    "teams/search/old/index.yaml": "a: 1\n",
    "teams/search/old/crawl.yaml": "a: 1\n",
    "teams/data/new.yaml": "a: 1\n",
}
BUILDS = """\
- id: builds
  title: Builds
  owner: platform_team
  status: only way
  since: 2026-01-05
  teams: all
  counts_as_use: a build
  built_from: {what: ours, because: it is}
"""


async def command(office: Office, name: str, text: str) -> Message:
    """What the person alone is shown for it."""
    before = len(office.whispers(name, "random"))
    await office.person(name).command("/platform", text, "random")
    return (await office.until(lambda: office.whispers(name, "random")[before:]))[-1]


async def look(office: Office) -> None:
    await office.mentor.news.look()
    await office.quiet()


async def morning_of(office: Office, month: int, day: int) -> None:
    """At half past ten in London."""
    await office.quiet()
    then = datetime(2026, month, day, 10, 30, tzinfo=UTC)
    office.sandbox.clock.advance((then - office.mentor.clock.now()).total_seconds())
    await look(office)


def told_to_search(office: Office) -> list[list[str]]:
    """What each of the team's three people was told, the same of all."""
    first, *others = [[each.text for each in office.told(name)] for name in ("amara", "lucia", "petr")]
    assert all(each == first for each in others)
    return [words(each) for each in office.told("amara")]


def notice_lines(message: Message) -> list[str]:
    return [each for each in words(message) if each.startswith("Notice: <")]


def told_to_payments(office: Office) -> list[str]:
    return [text for who, text in office.channel("random") if who == "mentor"]


@pytest.fixture
def live(tmp_path: Path) -> Remote:
    live = make_remote(tmp_path / "live.git")
    live.commit(LEFT)
    return live


@pytest.fixture
async def noticing(sandbox: Sandbox, settings: Settings, handbook: Path, live: Remote) -> AsyncIterator[Office]:
    """With a notice in the handbook, which is a folder, and a live repository that holds what is left."""
    (handbook / "notices").mkdir()
    repository = f"live: {{url: {live.address}, branch: main}}\n"
    for file, text in {**GOOD, "notices/old-builds.md": NOTICE, "repositories.yaml": repository}.items():
        (handbook / file).write_text(text)
    async with at_work(sandbox, settings) as office:
        yield office


async def test_a_deprecation_goes_from_its_notice_to_the_last_team_done(noticing: Office, live: Remote) -> None:
    office = noticing

    await look(office)
    posted = [text for who, text in office.channel("ask-platform") if who == "mentor"]
    assert posted == ["Going away: Old build files go (until 4 Dec 2026)"]
    assert told_to_payments(office) == ["1 notice for team payments: Old build files go"]
    [first] = told_to_search(office)
    assert first[0] == "1 notice for your team, search:"
    assert first[2] == ("until 4 Dec 2026 · 2 left: `teams/search/old/crawl.yaml`, `teams/search/old/index.yaml`")
    assert office.told("li") == []  # of data, which has nothing left

    asked = office.person("priya").say("ask-platform", QUESTION)
    answered = words(await office.answer_to(asked))
    assert any("Notice: <" in each and "Old build files go" in each for each in answered)

    news = words(await command(office, "priya", "news"))
    assert "*Yours*, payments: 1 left: `teams/payments/old/ledger.yaml`" in news
    assert not any("Progress" in each for each in news)

    live.commit({file: text for file, text in LEFT.items() if "payments" not in file})
    await morning_of(office, 11, 25)  # 7 working days left
    assert len(told_to_payments(office)) == 1
    assert told_to_search(office)[1][2].startswith("7 working days left, until 4 Dec 2026 · 2 left: ")
    platform = words(await command(office, "maya", "news"))
    assert "Progress: 1 of 2 teams done; not yet: search (2)" in platform

    live.commit({"teams/data/new.yaml": "a: 1\n"})
    await morning_of(office, 12, 3)  # the last day but one
    assert (len(told_to_payments(office)), len(told_to_search(office))) == (1, 2)
    platform = words(await command(office, "maya", "news"))
    assert "Progress: 2 of 2 teams done" in platform


async def test_an_answer_keeps_its_notice_whatever_is_pressed_under_it(noticing: Office) -> None:
    office = noticing
    await look(office)
    asked = office.person("priya").say("ask-platform", QUESTION)
    [line] = notice_lines(await office.answer_to(asked))
    private = await command(office, "jonas", QUESTION)

    await office.person("priya").press(await office.answer_to(asked), "Not quite")
    await office.person("jonas").press(private, "That solved it")
    await office.quiet()
    judged = office.whispers("jonas", "random")[-1]
    await office.person("jonas").press(judged, "Share in channel")
    await office.quiet()

    answer = await office.answer_to(asked)
    shared = next(each for each in office.person("jonas").sees("random") if each.text.startswith("Shared by"))
    assert "Not it, says the person who asked." in words(answer)
    assert "✓ Solved, says the person who asked." in words(judged)
    seen = (answer, private, judged, office.whispers("jonas", "random")[-1], shared)
    assert [notice_lines(each) for each in seen] == [[line]] * 5


async def test_a_new_end_is_shown_in_the_post_and_told_in_its_thread(noticing: Office, handbook: Path) -> None:
    office = noticing
    await look(office)
    [post] = [each for each in office._channel("ask-platform").messages.values() if each.bot_id]

    (handbook / "notices" / "old-builds.md").write_text(NOTICE.replace("2026-12-04", "2026-12-18"))
    await office.mentor.reload.handbook()
    await look(office)
    await look(office)

    assert post.text == "Going away: Old build files go (until 18 Dec 2026)"
    assert [each.text for each in office.replies(post)[1:]] == ["The dates have changed: until 18 Dec 2026."]


# Incidents.

ASKERS = ("priya", "jonas", "amara", "li", "marta", "samir", "ellen", "fatima", "owen", "yuki")
TOPIC = {
    "What is wrong, in a few words": "Logs are late",
    "Words that people use to ask about it": "logs",
    "What is known": "Maya Lind looks at it: the collector is out of disk.",
    "Next word at": "11:00",
}


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    remote = make_remote(tmp_path / "handbook.git")
    remote.commit({f"docs/handbook/{path}": text for path, text in GOOD.items()})
    return remote


@pytest.fixture
async def in_git(sandbox: Sandbox, settings: Settings, remote: Remote) -> AsyncIterator[Office]:
    async with at_work(sandbox, replace(settings, handbook=f"{remote.address}//docs/handbook")) as office:
        yield office


async def opened(office: Office) -> Message:
    """Its message in the channel."""
    tomas = office.person("tomas")
    await tomas.command("/platform", "incident logs are late", "random")
    [form] = await office.until(tomas.views)
    done = await tomas.submit(form, TOPIC)
    assert (done.acknowledged, done.errors) == (True, {})
    await office.quiet()
    posts = [each for each in office._channel("ask-platform").messages.values() if "Incident" in each.text]
    assert len(posts) == 1
    return posts[0]


async def ask_in_every_way(office: Office) -> list[list[str]]:
    """Twenty questions on its topic, and what each asker was told: in channels, by mention, directly and by command."""
    told = []
    for name in ASKERS:  # one after the other: what is said below a question may be taken for its answer
        told.append(await office.answer_to(office.person(name).say("ask-platform", QUESTION)))
    asked = [office.person(name).say("quiet", f"{office.mention} {QUESTION}") for name in ASKERS[:5]]
    asked += [office.person(name).dm(QUESTION) for name in ASKERS[:3]]
    told += [await office.answer_to(each) for each in asked]
    told += [await command(office, name, QUESTION) for name in ASKERS[:2]]
    await office.quiet()
    return [words(each) for each in told]


async def test_an_incident_of_forty_minutes_is_told_to_all_who_ask_and_kept_in_git(
    in_git: Office, remote: Remote
) -> None:
    office, tomas = in_git, in_git.person("tomas")
    post = await opened(office)
    assert words(post)[0].startswith("*Incident: Logs are late*\nKnown since 10:12, next word at 11:00.\n> Maya Lind")
    assert buttons(post) == ["Post an update", "It is over"]

    answered = await ask_in_every_way(office)
    assert len(answered) == 20
    for told in answered:
        assert told[0].startswith("Known since 10:12, next word at 11:00: *<http"), told
        assert told[0].endswith("|Logs are late>*\n> Maya Lind looks at it: the collector is out of disk.")
    assert await outcomes(office) == ["known"] * 20
    assert buttons(office.replies(office._channel("ask-platform").messages[asked_first(office)])[0]) == ["Get a person"]

    await office.person("priya").press(post, "It is over")
    await office.quiet()
    refused = [each.text for each in office.whispers("priya", "ask-platform")]
    assert refused[-1] == "Only people on duty can do this. `human` says who is."

    await tomas.press(post, "Post an update")
    [form] = await office.until(tomas.views)
    await tomas.submit(form, {"What is known": "Disk is added.", "Next word at": ""})
    await office.later(40)
    assert words(post)[0].endswith("Known since 10:12.\n> Disk is added.")
    assert office.replies(post)[-1].text == "Disk is added."

    before = ends(office)
    await tomas.press(post, "It is over")
    await office.later(3)
    assert before == dict.fromkeys(ASKERS, 0)
    assert ends(office) == dict.fromkeys(ASKERS, 1)
    assert words(post)[0].startswith("*Over: Logs are late*\nFrom 10:1")
    assert buttons(post) == []

    again = office.person("priya").say("ask-platform", QUESTION)
    await office.answer_to(again)
    assert office.thread(again)[1:] == [LOGS_TOLD]

    (branch,) = remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()
    file = remote.git("show", f"{branch}:docs/handbook/notices/2026-11-24-logs-are-late.md")
    assert "kind: incident\ntitle: Logs are late\ntopics:\n- logs\nfrom: 2026-11-24 10:1" in file
    assert "someone looks at it: the collector is out of disk." in file
    assert "Maya" not in file

    remote.git("update-ref", "refs/heads/main", branch)
    await office.mentor.curation.proposals.follow()
    await office.mentor.read_handbook()
    await look(office)
    assert len(office.mentor.shelf.library.handbook.notices) == 1
    assert ends(office) == dict.fromkeys(ASKERS, 1)
    assert remote.git("for-each-ref", "refs/heads/mentor").count("\n") <= 1


def asked_first(office: Office) -> str:
    return next(ts for ts, each in office._channel("ask-platform").messages.items() if each.text == QUESTION)


async def outcomes(office: Office) -> list[str]:
    async with office.mentor.database.read() as tx:
        return list(await tx.scalars(select(answers.c.outcome).order_by(answers.c.created_at)))


def ends(office: Office) -> dict[str, int]:
    """How often each asker was told that it is over, wherever that was."""
    every = [each for channel in office.sandbox.workspace.channels.values() for each in channel.messages.values()]
    over = [each for each in every if each.text.startswith("It is over since ")]
    roots = {(each.channel, each.ts): each.user for each in every}
    names = {person.id: person.name for person in office.sandbox.workspace.people.values()}
    direct = {each.channel: name for name in ASKERS for each in office.person(name).sees_in_dm()}
    found = dict.fromkeys(ASKERS, 0)
    for each in over:
        user = roots.get((each.channel, each.thread_ts or ""))
        name = names.get(user or "", "") or direct[each.channel]
        found[name] += 1
    return found


async def test_an_incident_is_opened_by_people_on_duty_alone_also_by_a_message(office: Office) -> None:
    told = await command(office, "maya", "incident logs are late")
    assert told.text == "Only people on duty can do this. `human` says who is."
    assert office.person("maya").views() == []

    tomas = office.person("tomas")
    tomas.dm("incident logs are late")
    offered = (await office.until(lambda: office.told("tomas")))[-1]
    await tomas.press(offered, "Open the form")
    assert len(await office.until(tomas.views)) == 1


async def test_while_peers_have_their_chance_the_asker_alone_learns_it_and_in_shadow_nobody(in_git: Office) -> None:
    office = in_git
    await opened(office)
    shadowed = office.person("jonas").say("data-help", QUESTION)

    asked = office.person("priya").say("deploys", QUESTION)
    whisper = await office.whisper_to("priya", "deploys")

    assert whisper.text.startswith("Known since 10:12, next word at 11:00: ")
    assert "I tell you here" not in str(whisper.blocks)
    await office.later(21)
    assert [each.text[:17] for each in office.replies(asked)] == ["Known since 10:12"]
    assert office.replies(shadowed) == []
    assert await outcomes(office) == ["known", "known"]


async def test_a_team_without_a_channel_is_told_directly_and_presses_that_it_is_done(
    noticing: Office, handbook: Path
) -> None:
    office = noticing
    (handbook / "notices" / "old-builds.md").write_text(
        NOTICE.replace("topics: [log]", "capability: builds").replace(
            'items: {repository: live, files: "teams/{team}/old/*.yaml"}\n', ""
        )
    )
    (handbook / "capabilities.yaml").write_text(BUILDS)
    await office.mentor.reload.handbook()
    used = {"capability": "builds", "team": "search", "day": date(2026, 11, 20), "what": "used", "source": "webhook"}
    await office.mentor.database.write(lambda tx: tx.execute(insert(capability_uses).values(used)))
    await look(office)

    [told] = office.told("amara")
    assert buttons(told) == ["Our team is done"]
    await office.person("amara").press(told, "Our team is done")
    await office.quiet()
    said = [*office.told("amara"), *office.person("amara").sees_in_dm()][-1]
    assert said.text == "Noted: team search is done with “Old build files go”. No more reminders."

    await morning_of(office, 12, 3)
    assert len(office.told("lucia")) == 1
