"""People see what is kept about them, are left out, have it sent and have it erased; channels are told of it."""

import json
import re
from html import unescape

from sqlalchemy import delete, func, select

from bot.storage.schema import left_out, messages, metadata, outbox
from sandbox import Message
from tests.journeys.handbook import LOGS_TOLD, QUESTION
from tests.journeys.office import Office, buttons, words

COUNTED = "*You are counted.*"
LEFT_OUT = "*You are left out.*"


async def settings_of(office: Office, name: str, channel: str = "random") -> Message:
    """What the person is shown by the command."""
    before = len(office.whispers(name, channel))
    await office.person(name).command("/platform", "settings", channel)
    await office.until(lambda: len(office.whispers(name, channel)) > before)
    return office.whispers(name, channel)[-1]


async def press(office: Office, name: str, shown: Message, label: str) -> str:
    """What the person is told after the press, in the place they pressed it."""
    before = len(office.whispers(name, shown.channel))
    await office.person(name).press(shown, label)
    await office.until(lambda: len(office.whispers(name, shown.channel)) > before)
    return office.whispers(name, shown.channel)[-1].text


async def test_settings_tell_what_is_kept_and_to_the_person_alone(either_office: Office) -> None:
    office = either_office
    office.person("priya").say("ask-platform", QUESTION)
    await office.quiet()

    shown = await settings_of(office, "priya")

    [text] = words(shown)
    assert text == (
        f"{COUNTED} In watched channels I keep what you write, and what became of questions. Nobody is shown what you "
        "do, and figures name nobody.\n"
        "*Pulse surveys:* you may be drawn, at most twice in 30 days, and need not answer.\nWhat I keep about you:\n"
        "• In watched channels: messages 1, with their words 1; questions 1; reactions 0; others' messages to you 0\n"
        "• From me to you: answers 1; what you said of them 0; messages 0\n"
        "• Actions: what you asked to have done 0; your say on what others asked 0; Git accounts you linked 0\n"
        "• Surveys: those you were drawn for 0\n"
        "• Told: what you logged as hard 0; success stories 0; thanks you gave 0, and got 0; notes of talks with you 0"
    )
    for_surveys = ["No surveys for 3 months", "No surveys at all"]
    assert buttons(shown) == [
        "Count me out",
        "Send me what you keep",
        "Erase what you keep",
        *for_surveys,
        "No thanks from colleagues",
    ]
    assert office.channel("random") == []


async def test_settings_asked_for_in_a_channel_are_shown_in_private(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", f"{office.mention} privacy")
    await office.until(lambda: office.direct("priya"))
    await office.quiet()

    assert office.direct("priya")[0][1].startswith(COUNTED)
    assert office.replies(asked) == []


async def test_who_is_counted_out_is_heard_when_they_turn_to_the_bot_and_not_otherwise(either_office: Office) -> None:
    office = either_office
    office.person("priya").say("ask-platform", QUESTION)
    await office.quiet()

    told = await press(office, "priya", await settings_of(office, "priya"), "Count me out")
    overheard = office.person("priya").say("ask-platform", QUESTION)
    asked = office.person("priya").say("ask-platform", f"{office.mention} {QUESTION}")
    await office.answer_to(asked)
    await office.quiet()

    assert told.startswith("Done. From now on you count as someone")
    assert office.replies(overheard) == []
    assert office.thread(asked)[1:] == [LOGS_TOLD]
    assert await office.kept_of_people() == {("C0ASKPLAT", None)}
    assert words(await settings_of(office, "priya"))[0].startswith(LEFT_OUT)


async def test_counted_in_again(office: Office) -> None:
    await press(office, "priya", await settings_of(office, "priya"), "Count me out")

    told = await press(office, "priya", await settings_of(office, "priya"), "Count me in")
    office.person("priya").say("ask-platform", QUESTION)
    await office.quiet()

    assert told.startswith("Done. From now on you are counted again.")
    assert await office.kept_of_people() == {("C0ASKPLAT", QUESTION)}


async def test_what_is_kept_is_sent_as_json_in_direct_messages(either_office: Office) -> None:
    office = either_office
    said = "how do I see `<logs>` & ```traces```?"
    office.person("priya").say("ask-platform", said)
    await office.quiet()

    await office.person("priya").press(await settings_of(office, "priya"), "Send me what you keep")
    await office.until(lambda: office.direct("priya"))
    await office.quiet()

    parts = [each for each in office.person("priya").sees_in_dm() if "as JSON" in each.text]
    pieces = [piece for part in parts for line in words(part) for piece in re.findall(r"^```(.*)```$", line, re.DOTALL)]
    exported = json.loads("".join(pieces))
    assert (exported["user"], exported["is_counted"]) == ("U0PRIYA", True)
    assert [unescape(row["text"]) for row in exported["kept"]["messages"]] == [said]  # Slack escapes it itself
    assert [part.text for part in parts] == [
        f"What I keep about you, as JSON: part {n} of {len(parts)}." for n in range(1, len(parts) + 1)
    ]


async def test_an_export_too_long_for_slack_names_the_command(office: Office) -> None:
    for number in range(4):
        office.person("priya").say("ask-platform", f"{number} {'x' * 30_000}")
    await office.quiet()

    await office.person("priya").press(await settings_of(office, "priya"), "Send me what you keep")
    await office.until(lambda: office.direct("priya"))

    [(_, told)] = office.direct("priya")
    assert told.startswith("What I keep about you is too long for 10 messages")
    assert "`mentor privacy export U0PRIYA --out FILE`" in told


async def test_who_is_erased_is_told_so_and_in_no_row_any_more(either_office: Office) -> None:
    office = either_office
    office.person("priya").say("ask-platform", QUESTION)
    office.person("priya").dm("how do I restore a database backup?")
    await office.until(lambda: len(office.direct("priya")) > 1)
    office.person("amara").say("ask-platform", "thanks <@U0PRIYA>, so Priya Nair and @priya know their way")
    await office.quiet()

    told = await press(office, "priya", await settings_of(office, "priya"), "Erase what you keep")
    await office.quiet()

    assert told.startswith("Done. Your words and all that leads from my records to you are gone")
    assert "What I cannot reach:" in told
    direct_id = office.person("priya").sees_in_dm()[0].channel
    holding = []
    for table in metadata.sorted_tables:
        async with office.mentor.database.read() as tx:
            rows = str((await tx.execute(select(table))).all()).lower()
        holding += [table.name] * any(each.lower() in rows for each in ("U0PRIYA", "priya", direct_id, QUESTION))
    assert holding == []
    assert ("C0ASKPLAT", "thanks someone, so someone and @someone know their way") in await office.kept_of_people()


async def test_who_was_erased_and_asks_again_is_answered_and_stays_left_out(office: Office) -> None:
    await press(office, "priya", await settings_of(office, "priya"), "Erase what you keep")

    asked = office.person("priya").say("ask-platform", f"{office.mention} {QUESTION}")
    await office.answer_to(asked)
    await office.quiet()

    assert office.thread(asked)[1:] == [LOGS_TOLD]
    assert await office.kept_of_people() == {("C0ASKPLAT", None)}
    async with office.mentor.database.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(left_out)) == 1


async def test_two_presses_on_erase_are_one_erasing(office: Office) -> None:
    shown = await settings_of(office, "priya")
    await office.person("priya").press(shown, "Erase what you keep")
    await office.person("priya").press(shown, "Erase what you keep")
    await office.quiet()

    done = [each for each in office.whispers("priya", "random") if each.text.startswith("Done.")]
    assert 1 <= len(done) <= 2
    async with office.mentor.database.read() as tx:
        assert list(await tx.scalars(select(messages.c.ts))) == []
        waiting = select(outbox.c.text).where(outbox.c.recipient.is_not(None), outbox.c.text.is_not(None))
        assert list(await tx.scalars(waiting)) == []


async def test_a_watched_channel_is_told_what_is_kept_when_the_bot_comes_in(either_office: Office) -> None:
    office = either_office
    office.sandbox.workspace.leave(office.sandbox.workspace.bot_user_id, "C0ASKPLAT")
    never_told = delete(outbox).where(outbox.c.key.startswith("notice:C0ASKPLAT:"))
    await office.mentor.database.write(lambda tx: tx.execute(never_told))
    office.person("priya").invite_app("ask-platform")
    told = await office.until(lambda: [each for each in office.person("priya").sees("ask-platform") if each.bot_id])
    await office.quiet()

    assert words(told[0])[0].startswith("*What I keep of this channel.* What is written, for 90 days")
    assert buttons(told[0]) == ["Count me out"]

    await office.person("jonas").press(told[0], "Count me out")
    shown = await office.whisper_to("jonas", "ask-platform")
    assert shown.text.startswith("Done. From now on you count as someone")


async def test_a_channel_that_is_not_watched_is_told_that_nothing_is_kept_and_others_come_in_unremarked(
    office: Office,
) -> None:
    office.sandbox.workspace.add_channel("lounge", members=["U0JONAS"], with_bot=False)
    office.person("jonas").invite_app("lounge")
    await office.until(lambda: [each for each in office.person("jonas").sees("lounge") if each.bot_id])
    office.person("priya").join("lounge")
    office.sandbox.workspace.leave(
        office.sandbox.workspace.bot_user_id, office.person("jonas").sees("lounge")[0].channel
    )
    office.person("jonas").invite_app("lounge")
    await office.quiet()

    said = [each.text for each in office.person("jonas").sees("lounge") if each.bot_id]
    assert said == ["I answer when mentioned and keep nothing here."]
