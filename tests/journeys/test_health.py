"""Somebody asks how people help each other: told to them alone, however they ask."""

from tests.journeys.office import Office

PRIVATE = "*Do people help each other?*"


async def test_health_is_told_to_the_person_alone_and_counts_what_was_said(either_office: Office) -> None:
    office = either_office
    asked = office.person("priya").say("quiet", "how do I see the logs of my service?")
    await office.quiet()
    office.person("jonas").say("quiet", "Open Grafana and choose Explore.", thread=asked)
    await office.quiet()

    await office.person("priya").command("/platform", "health 30d", "quiet")
    shown = await office.whisper_to("priya", "quiet")

    lines = shown.text.splitlines()
    assert lines[0].startswith(PRIVATE)
    assert lines[0].endswith(": 1 question from 1 person.")
    assert lines[1:3] == ["• *What became of them*: 1 too new to say.", "• *Who responded first*: 1 by peers."]
    assert [text for _, text in office.channel("quiet") if text.startswith(PRIVATE)] == []


async def test_health_asked_by_a_mention_is_told_by_direct_message(office: Office) -> None:
    asked = office.person("priya").say("random", f"{office.mention} health")
    await office.until(lambda: office.direct("priya"))
    await office.quiet()

    [(who, text)] = office.direct("priya")
    assert (who, text.startswith(PRIVATE)) == ("mentor", True)
    assert office.replies(asked) == []


async def test_guest_is_told_why_they_get_no_figures(office: Office) -> None:
    guest = office.sandbox.workspace.add_person("gus", is_restricted=True)
    office.sandbox.workspace.channels["C0RANDOM"].members.add(guest.id)

    await office.person("gus").command("/platform", "health", "random")
    shown = await office.whisper_to("gus", "random")

    assert shown.text == "Guests cannot ask me here. Please ask the person who invited you."


async def test_answer_of_ours_that_the_asker_found_solved_counts_at_once(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", "how do I see the logs of my service?")
    answer = await office.answer_to(asked)
    await office.person("priya").press(answer, "That solved it")
    await office.quiet()

    await office.person("priya").command("/platform", "health", "quiet")
    shown = await office.whisper_to("priya", "quiet")

    assert shown.text.splitlines()[1:3] == [
        "• *What became of them*: 1 by a bot (confirmed).",
        "• *Who responded first*: 1 by a bot alone.",
    ]
