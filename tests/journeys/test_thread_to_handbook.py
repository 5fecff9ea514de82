"""A thread becomes an article: saved by a person, reviewed in Git, told in the thread, and what the next one reads."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.config import Settings
from bot.curation.draft_maker import COUNTS_ONLY, NOT_WATCHED, PRIVATE, SHARED
from bot.curation.drafts import GONE
from sandbox import Message, Sandbox
from tests.git.remote import Remote, make_remote
from tests.journeys.handbook import ARTICLES, CHANNELS, PEOPLE
from tests.journeys.office import Office, at_work, buttons, words

QUESTION = "hi all, how do I clean the cache of the build?"
ANSWER = "Run the cleaner on the build machine, <@U0PRIYA>; its token is hunter2."
FILE = "docs/handbook/articles/how-do-i-clean-the-cache-of-the-build.md"
GOOD = {f"articles/{name}": text for name, text in ARTICLES.items()} | {
    "people.yaml": PEOPLE,
    "channels.yaml": CHANNELS,
}


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    remote = make_remote(tmp_path / "handbook.git")
    remote.commit({f"docs/handbook/{path}": text for path, text in GOOD.items()})
    return remote


@pytest.fixture
async def office(sandbox: Sandbox, settings: Settings, remote: Remote) -> AsyncIterator[Office]:
    """The bot at work by a handbook that lies in a folder of a bare repository."""
    async with at_work(sandbox, replace(settings, handbook=f"{remote.address}//docs/handbook")) as office:
        yield office


async def solved(office: Office) -> tuple[Message, Message]:
    """Priya's question that no article answers, and Jonas's reply, which she marked."""
    asked = office.person("priya").say("ask-platform", QUESTION)
    reply = office.person("jonas").say("ask-platform", ANSWER, thread=asked)
    office.person("priya").react(reply, "white_check_mark")
    await office.quiet()
    return asked, reply


async def saved(office: Office, name: str, message: Message) -> Message:
    """What the person is shown for *Save as knowledge* on the message."""
    before = len(office.whispers(name, "ask-platform"))
    await office.person(name).shortcut("curation.save", message)
    await office.until(lambda: office.whispers(name, "ask-platform")[before:])
    return office.whispers(name, "ask-platform")[-1]


async def test_thread_becomes_the_article_that_answers_the_next_asker(office: Office, remote: Remote) -> None:
    asked, _ = await solved(office)

    draft = await saved(office, "amara", asked)
    await office.person("amara").press(draft, "Open pull request")
    await office.quiet()
    (branch,) = remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()
    proposed = remote.git("show", f"{branch}:{FILE}")
    before = office.thread(asked)
    remote.git("update-ref", "refs/heads/main", branch)
    await office.mentor.curation.proposals.follow()
    await office.mentor.curation.proposals.follow()
    await office.quiet()
    await office.mentor.reload.handbook()
    again = office.person("jonas").say("ask-platform", "how do I clean the cache of the build?")
    answer = await office.answer_to(again)

    assert buttons(draft) == ["Open pull request", "Not now"]
    assert "It would become `articles/how-do-i-clean-the-cache-of-the-build.md`" in draft.text
    assert "> Run the cleaner on the build machine, someone; its token is (removed)" in proposed
    assert "questions:\n- how do I clean the cache of the build?" in proposed
    assert "answered by" not in proposed
    assert [text for _, text in office.thread(asked)][len(before) :] == [
        f"Now documented: How do I clean the cache of the build? (`{FILE.removeprefix('docs/handbook/')}`)."
    ]
    assert words(answer)[0].startswith("Run the cleaner on the build machine, someone")


def proposed(remote: Remote) -> list[str]:
    """The new article on each branch that was proposed."""
    branches = remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()
    return [remote.git("show", f"{branch}:{FILE}") for branch in branches]


async def test_who_answered_is_named_only_with_their_leave(office: Office, remote: Remote) -> None:
    asked, _ = await solved(office)

    draft = await saved(office, "amara", asked)
    (asks,) = await office.until(lambda: office.person("jonas").sees_in_dm())
    await office.person("jonas").press(asks, "Name me")
    await office.quiet()
    await office.person("amara").press(draft, "Open pull request")
    await office.quiet()

    assert buttons(asks) == ["Name me", "Name nobody", "Less of this"]
    assert "answered by Jonas Weber." in proposed(remote)[0]


async def test_who_solved_it_is_offered_a_draft_in_private_and_may_name_themselves(
    office: Office, remote: Remote
) -> None:
    asked, _ = await solved(office)
    await office.later(15)

    (offer,) = office.person("jonas").sees_in_dm()
    await office.person("jonas").press(offer, "Draft it")
    draft = (await office.until(lambda: office.person("jonas").sees_in_dm()[1:]))[0]
    await office.person("jonas").press(draft, "Open, naming me")
    await office.quiet()

    assert buttons(offer) == ["Draft it", "Not now", "Less of this"]
    assert [text for _, text in office.thread(asked)] == [QUESTION, ANSWER]
    assert "answered by Jonas Weber." in proposed(remote)[0]
    assert [person for person in ("priya", "amara") if office.direct(person)] == []


async def test_platform_channel_sees_each_proposal_once_and_its_author_hears_of_a_refusal_once(
    office: Office, remote: Remote
) -> None:
    asked, reply = await solved(office)

    draft = await saved(office, "amara", reply)
    await office.person("amara").press(draft, "Open pull request")
    await office.person("amara").press(draft, "Open pull request")
    await office.quiet()
    (branch,) = remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()
    remote.git("update-ref", "-d", f"refs/heads/{branch}")
    for _ in range(2):
        await office.mentor.curation.proposals.follow()
    await office.quiet()

    (card,) = office.channel("platform-team")
    assert card[1].startswith(
        f"A proposal for the handbook: How do I clean the cache of the build? on the branch `{branch}`"
    )
    assert "was closed without being merged" in office.direct("amara")[-1][1]
    assert len(office.direct("amara")) == 1
    assert len(office.thread(asked)) == 2


async def test_of_one_thread_one_proposal_is_opened_whoever_saves_it(office: Office, remote: Remote) -> None:
    asked, _ = await solved(office)

    first, second = await saved(office, "amara", asked), await saved(office, "priya", asked)
    await office.person("amara").press(first, "Open pull request")
    await office.quiet()
    await office.person("priya").press(second, "Open pull request")
    await office.quiet()
    third = await saved(office, "jonas", asked)

    assert len(proposed(remote)) == 1
    told = [office.whispers("priya", "ask-platform")[-1].text, third.text]
    assert [each.endswith("for this already.") for each in told] == [True, True]


async def test_what_was_taken_back_meanwhile_is_not_opened(office: Office, remote: Remote) -> None:
    asked, reply = await solved(office)

    draft = await saved(office, "amara", asked)
    office.person("jonas").delete(reply)
    await office.quiet()
    await office.person("amara").press(draft, "Open pull request")
    await office.quiet()

    assert office.whispers("amara", "ask-platform")[-1].text == GONE
    assert proposed(remote) == []


async def test_nothing_is_drafted_from_where_words_are_not_the_handbooks(
    sandbox: Sandbox, settings: Settings, handbook: Path
) -> None:
    sandbox.workspace.add_channel("secret", kind="group", members=["U0PRIYA", "U0JONAS"], id="C0SECRET")
    (handbook / "channels.yaml").write_text(CHANNELS + "  - {id: C0SECRET, name: secret, answer: when mentioned}\n")
    told = {}
    async with at_work(sandbox, settings) as office:
        for channel in ("random", "counted", "partners", "secret"):
            asked = office.person("priya").say(channel, QUESTION)
            reply = office.person("jonas").say(channel, ANSWER, thread=asked)
            await office.quiet()
            await office.person("priya").shortcut("curation.save", reply)
            told[channel] = (await office.whisper_to("priya", channel)).text

    assert told == {"random": NOT_WATCHED, "counted": COUNTS_ONLY, "partners": SHARED, "secret": PRIVATE}


async def test_where_the_handbook_is_a_folder_the_file_is_handed_over(sandbox: Sandbox, settings: Settings) -> None:
    async with at_work(sandbox, settings) as office:
        asked, _ = await solved(office)
        draft = await saved(office, "amara", asked)
        await office.person("amara").press(draft, "Give me the file")
        await office.quiet()

        given = office.whispers("amara", "ask-platform")[-1]
        assert given.text.startswith("Your handbook is a folder, not a Git repository")
        assert "&gt; Run the cleaner on the build machine, someone" in words(given)[1]


# From gaps.


async def listed(office: Office) -> Message:
    """The gaps, as Maya is shown them."""
    before = len(office.whispers("maya", "random"))
    await office.person("maya").command("/platform", "gaps", "random")
    return (await office.until(lambda: office.whispers("maya", "random")[before:]))[0]


def labels(message: Message) -> list[str]:
    found = [each for block in message.blocks if block["type"] == "actions" for each in block["elements"]]
    return [each["text"]["text"] for each in found if each["type"] == "button"]


async def test_a_gap_with_a_solved_thread_becomes_an_article(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", f"{office.mention} how do I clean the cache of the build?")
    await office.answer_to(asked)
    shown = await listed(office)
    assert labels(shown) == ["I take it", "Draft a bet"]

    reply = office.person("jonas").say("ask-platform", ANSWER, thread=asked)
    office.person("priya").react(reply, "white_check_mark")
    await office.quiet()
    shown = await listed(office)
    assert labels(shown) == ["I take it", "Draft an article", "Draft a bet"]
    before = len(office.whispers("maya", "random"))
    await office.person("maya").press(shown, "Draft an article")
    drafted = await office.until(
        lambda: [each for each in office.whispers("maya", "random")[before:] if "Open pull request" in labels(each)]
    )

    assert "`articles/how-do-i-clean-the-cache-of-the-build.md`" in drafted[0].text


async def test_what_several_ask_to_be_done_becomes_an_action_that_closes_the_gap(
    office: Office, remote: Remote
) -> None:
    for who, text in (
        ("priya", "a kafka topic for me"),
        ("jonas", "a kafka topic for orders"),
        ("priya", "a kafka topic"),
    ):
        office.person(who).say("ask-platform", f"{office.mention} please create {text}, token=abc12345")
    await office.quiet()
    shown = await listed(office)
    assert labels(shown) == ["I take it", "Draft an action", "Draft a bet"]

    await office.person("maya").press(shown, "Draft an action")
    await office.quiet()
    draft = office.whispers("maya", "random")[-1]
    branches_before = remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()
    for _ in range(2):
        await office.person("maya").press(draft, "Open pull request")
        await office.quiet()
    (branch,) = remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()
    file = "docs/handbook/actions/create-kafka-topic-token-removed.yaml"
    entry = yaml.safe_load(remote.git("show", f"{branch}:{file}"))
    remote.git("update-ref", "refs/heads/main", branch)
    await office.mentor.curation.proposals.follow()
    await office.mentor.curation.proposals.follow()
    await office.quiet()

    assert branches_before == []
    assert remote.git("show", f"{branch}:{file}").strip() in words(draft)[1]
    assert entry["mode"] == "proposal"
    assert len(entry["questions"]) == 3
    assert "abc12345" not in str(entry)
    assert "No open gaps" in (await listed(office)).text
