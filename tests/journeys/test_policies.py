"""A team meets a policy by evidence of its own: handed in by a form, judged by who may, told, reminded and expired."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.adoption.evidence_blocks import Where
from bot.config import Settings
from bot.storage.schema import audit, choices, evidence
from sandbox import Message, Sandbox
from sandbox.model import View
from tests.journeys.handbook import PEOPLE
from tests.journeys.office import Office, at_work, buttons, settings_in, words

TEAMS = f"""{PEOPLE}
approvers:
  security: {{members: [U0NADIA, U0HANNES, U0MAYA, U0MARTA, U0GUEST]CHANNEL}}
teams:
  payments: {{group: S0PAYMENTS}}
  search: {{group: S0SEARCH}}
"""
CAPABILITIES = """\
- id: attested-builds
  title: Attested builds
  owner: platform_team
  status: policy
  since: 2026-03-02
  teams: all
  counts_as_use: an attested image was deployed
  built_from: {what: open source, because: others keep it up}
"""
POLICY = """\
title: Artifact attestation
rule: Build artifacts are attested and checked when they are deployed.
owner: security
capability: attested-builds
article: https://handbook.example.com/attestation
applies_to: {teams: all}
from: 2026-03-02
evidence:
  longest: 12 months
  must_show:
    - {id: signed, text: Images are signed}
    - {id: checked, text: The deployment checks it}
"""
FORM = {
    "Link to the evidence": "https://ci.example.com/attestations?team=payments",
    "Images are signed": "With cosign, <!channel> & a key of our own.",
    "The deployment checks it": "By a policy of our cluster.",
}
CARD = "Artifact attestation: evidence of payments waits for judgement"


def extend(handbook: Path, *, channel: str = "") -> None:
    in_channel = f", channel: {channel}" if channel else ""
    (handbook / "people.yaml").write_text(TEAMS.replace("CHANNEL", in_channel))
    (handbook / "capabilities.yaml").write_text(CAPABILITIES)
    (handbook / "policies").mkdir()
    (handbook / "policies" / "artifact-attestation.yaml").write_text(POLICY)


@pytest.fixture
async def either(sandbox: Sandbox, handbook: Path, tmp_path: Path, database_url: str) -> AsyncIterator[Office]:
    """On both databases; evidence is judged in direct messages."""
    extend(handbook)
    settings = settings_in(sandbox, tmp_path / "data", database_url=database_url, handbook=handbook)
    async with at_work(sandbox, settings) as office:
        yield office


@pytest.fixture
async def in_channel(sandbox: Sandbox, settings: Settings, handbook: Path) -> AsyncIterator[Office]:
    """Evidence is judged in #random, where everybody is."""
    extend(handbook, channel="C0RANDOM")
    guest = sandbox.workspace.add_person("gus", is_restricted=True, id="U0GUEST")
    sandbox.workspace.channels["C0RANDOM"].members.add(guest.id)
    sandbox.workspace.invite_bot("C0RANDOM", "U0MAYA")
    async with at_work(sandbox, settings) as office:
        yield office


async def policies_of(office: Office, name: str, *, verb: str = "policies") -> Message:
    """What the person is shown by the command."""
    before = len(office.whispers(name, "random"))
    await office.person(name).command("/platform", verb, "random")
    return (await office.until(lambda: office.whispers(name, "random")[before:]))[-1]


async def form_of(office: Office, name: str) -> View:
    shown = await policies_of(office, name)
    await office.person(name).press(shown, "Hand in evidence")
    return (await office.until(lambda: office.person(name).views()))[-1]


async def hand_in(office: Office, name: str = "priya", **changed: str) -> None:
    form = await form_of(office, name)
    await office.person(name).submit(form, FORM | changed)
    await office.quiet()


def last(office: Office, name: str) -> str:
    return office.told(name)[-1].text


def card_of(office: Office, name: str) -> Message:
    return next(each for each in reversed(office.told(name)) if "evidence of" in each.text and buttons(each))


async def at(office: Office, moment: datetime) -> None:
    """The clock goes on to the moment, and ticks."""
    await office.quiet()
    office.sandbox.clock.advance(moment.timestamp() - office.sandbox.clock.now())
    await office.mentor.timetable.tick()
    await office.quiet()


async def acts(office: Office) -> list[str]:
    async with office.mentor.database.read() as tx:
        return list(await tx.scalars(select(audit.c.act).order_by(audit.c.number)))


async def test_a_team_complies_by_evidence_of_its_own(either: Office) -> None:
    office = either
    before = words(await policies_of(office, "priya", verb="comply"))
    await hand_in(office)
    waiting = words(await policies_of(office, "priya"))
    card = card_of(office, "nadia")
    shown = words(card)
    await office.person("nadia").press(card, "Accept")
    await office.quiet()
    after = words(await policies_of(office, "priya"))

    rule = "*<https://handbook.example.com/attestation|Artifact attestation>*"
    rule += ": Build artifacts are attested and checked when they are deployed."
    assert before == [
        "1 policy. Each can be met in two ways, and both comply.",
        f"{rule}\n• *payments*: not yet",
        (
            "Use the platform's way (Attested builds): too few to say how long it takes (n = 0 in 12 weeks).\n"
            "Hand in evidence (2 points to show): too few to say how long it takes (n = 0 in 12 weeks)."
        ),
    ]
    assert waiting[1] == f"{rule}\n• *payments*: evidence waits for judgement, since 24 Nov 2026"
    assert shown == [
        (
            "*Artifact attestation*: evidence of *payments*\n"
            "<https://ci.example.com/attestations?team=payments|https://ci.example.com/attestations?team=payments>\n"
            "Handed in by Priya Nair. Owner: Priya Nair. It would hold until 24 Nov 2027."
        ),
        "*Images are signed*\nWith cosign, &lt;!channel&gt; &amp; a key of our own.",
        "*The deployment checks it*\nBy a policy of our cluster.",
    ]
    assert after[1] == f"{rule}\n• *payments*: complies by evidence of its own, until 24 Nov 2027"
    assert words(card)[-1] == "Accepted by Nadia Rahman, on 24 Nov 2026."
    assert (buttons(card), buttons(office.told("hannes")[-1])) == ([], [])
    assert last(office, "priya") == (
        "*payments* complies with *Artifact attestation* by evidence of its own until 24 Nov 2027, says Nadia Rahman. "
        "Priya Nair owns it, and is reminded 30 and 7 days before it ends."
    )
    assert await acts(office) == ["evidence.handed_in", "evidence.accepted"]


async def test_only_who_may_judge_is_shown_a_card(either: Office) -> None:
    await hand_in(either, "marta")

    told = {name for name in ("nadia", "hannes", "maya", "marta", "priya", "jonas") if _is_shown_a_card(either, name)}

    assert told == {"nadia", "hannes"}  # Maya owns the capability, and Marta handed it in


def _is_shown_a_card(office: Office, name: str) -> bool:
    return any(each.text == CARD for each in office.told(name))


async def test_what_is_wrong_is_said_in_the_form(either: Office) -> None:
    office = either
    form = await form_of(office, "priya")
    bot = office.sandbox.workspace.bot_user_id
    wrong = FORM | {
        "Link to the evidence": "https://",
        "Images are signed": "  ",
        "Owner": bot,
        "Holds until": "2028-01-01",
    }
    answer = await office.person("priya").submit(form, wrong)
    taken = await office.person("priya").submit(form, FORM | {"Owner": "U0SAMIR", "Holds until": "2027-03-31"})
    await office.quiet()
    async with office.mentor.database.read() as tx:
        rows = (await tx.execute(select(evidence.c.team, evidence.c.expires_on))).all()

    assert answer.errors == {
        "adoption.field.link": "Write a whole address, such as https://ci.example.com/attestations.",
        "adoption.field.point.signed": "Say how this is met.",
        "adoption.field.owner": "Name a colleague who is a member here: no guest, and no bot.",
        "adoption.field.expires_on": "Choose 24 Nov 2027 or a day before it: that is the longest this policy allows.",
    }
    assert not taken.errors
    assert [(row.team, str(row.expires_on)) for row in rows] == [("payments", "2027-03-31")]


async def test_not_enough_says_what_is_missing_and_leaves_both_ways_open(either: Office) -> None:
    office = either
    await hand_in(office)
    card = card_of(office, "nadia")
    await office.person("nadia").press(card, "Not enough")
    form = (await office.until(lambda: office.person("nadia").views()))[-1]
    refused = await office.person("nadia").submit(form)
    await office.person("nadia").submit(form, {"Not shown": ["checked"], "In your words": "Show the policy's file."})
    await office.quiet()
    shown = words(await policies_of(office, "priya"))

    assert refused.errors == {
        "adoption.field.words": (
            "Choose what is not shown, or say in your words what would be enough: the team needs it to go on."
        )
    }
    assert last(office, "priya") == (
        "The evidence of *payments* for *Artifact attestation* is not enough yet, says Nadia Rahman: "
        "Not shown: The deployment checks it. Show the policy's file.\n"
        "You can hand in more, or use the platform's way: `/platform policies`. Both comply."
    )
    assert words(card)[-1].startswith("Not enough, says Nadia Rahman, on 24 Nov 2026: Not shown:")
    assert shown[1].endswith("• *payments*: not yet")


async def test_newer_evidence_takes_the_place_of_what_waits(either: Office) -> None:
    office = either
    await hand_in(office)
    first = card_of(office, "nadia")
    await hand_in(office, "samir", **{"Images are signed": "By hand."})
    second = card_of(office, "nadia")

    assert first.ts != second.ts
    assert words(first)[-1] == "The team handed in newer evidence, which takes its place."
    assert words(first)[0].splitlines()[-1].startswith("Handed in by Priya Nair.")
    assert (buttons(first), buttons(second)) == ([], ["Accept", "Not enough"])
    said = "Handed in: evidence of *payments* for *Artifact attestation*. It takes the place of what waited before."
    assert [each.text.startswith(said) for each in office.told("samir") if "Handed in" in each.text] == [True]


async def test_of_two_judges_at_once_one_decides(either: Office) -> None:
    office = either
    await hand_in(office)
    presses = [(office.person(name), card_of(office, name)) for name in ("nadia", "hannes")]
    await asyncio.gather(*(person.press(card, "Accept") for person, card in presses))
    await office.quiet()
    async with office.mentor.database.read() as tx:
        rows = (await tx.execute(select(choices.c.team, choices.c.way))).all()
        verdict = await office.mentor.audit.verify(tx)

    late = [name for name in ("nadia", "hannes") if last(office, name).startswith("This ")]
    assert [tuple(row) for row in rows] == [("payments", "evidence")]
    assert len(late) == 1
    assert await acts(office) == ["evidence.handed_in", "evidence.accepted"]
    assert verdict.wrong is None
    assert [each.text for each in office.told("priya") if "complies with" in each.text] == [last(office, "priya")]


async def test_the_same_press_again_changes_and_says_nothing(either: Office) -> None:
    office = either
    await hand_in(office)
    async with office.mentor.database.read() as tx:
        evidence_id = str(await tx.scalar(select(evidence.c.id)))
    for _ in range(3):
        await office.mentor.adoption.judging.take_accepted(
            Where(evidence_id), key="1700000000.1:x", user_id="U0NADIA", response_url=None
        )
        await office.quiet()

    assert await acts(office) == ["evidence.handed_in", "evidence.accepted"]
    assert len([each for each in office.told("priya") if "complies with" in each.text]) == 1
    assert [each.text for each in office.told("nadia") if "settled" in each.text and not each.blocks] == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("marta", "You own the capability or handed this in", id="own evidence"),
        pytest.param("maya", "You own the capability or handed this in", id="the capability's owner"),
        pytest.param("jonas", "Only the policy's owner can judge this.", id="a stranger"),
        pytest.param("gus", "Only the policy's owner can judge this.", id="a guest who is named as an owner"),
        pytest.param("hannes", "You are named as the owner of this evidence", id="the owner of the evidence"),
    ],
)
async def test_who_may_not_judge_is_told_why(in_channel: Office, name: str, reason: str) -> None:
    office = in_channel
    await hand_in(office, "marta", Owner="U0HANNES")
    (card,) = [each for each in office.person(name).sees("random") if each.text == CARD]
    for label in ("Accept", "Not enough"):
        await office.person(name).press(card, label)
        if label == "Not enough":
            form = (await office.until(lambda: office.person(name).views()))[-1]
            await office.person(name).submit(form, {"In your words": "no"})
        await office.quiet()

    told = [each.text for each in (*office.whispers(name, "random"), *office.told(name)) if reason in each.text]
    assert len(told) == 2
    assert buttons(card) == ["Accept", "Not enough"]
    assert await acts(office) == ["evidence.handed_in"]


async def test_in_the_channel_of_the_owners_one_card_stands_for_all(in_channel: Office) -> None:
    office = in_channel
    await hand_in(office)
    (card,) = [each for each in office.person("nadia").sees("random") if each.text == CARD]
    await office.person("nadia").press(card, "Accept")
    await office.quiet()

    assert words(card)[-1] == "Accepted by Nadia Rahman, on 24 Nov 2026."
    assert not _is_shown_a_card(office, "nadia")


async def test_who_left_the_team_meanwhile_hands_nothing_in(either: Office) -> None:
    office = either
    form = await form_of(office, "priya")
    office.sandbox.workspace.usergroups["S0PAYMENTS"].users.remove("U0PRIYA")
    await office.later(minutes=6)
    await office.person("priya").submit(form, FORM)
    await office.quiet()

    assert last(office, "priya") == "Only the team itself can say how it meets a policy."
    assert await acts(office) == []


async def test_evidence_ends_after_three_reminders_and_is_told_once_a_day(either: Office) -> None:
    office = either
    await hand_in(office, **{"Holds until": "2027-01-15"})
    await office.person("nadia").press(card_of(office, "nadia"), "Accept")
    await office.quiet()
    seen = len(office.told("priya"))
    for day in ("2026-12-15", "2026-12-16", "2027-01-08", "2027-01-14", "2027-01-15", "2027-01-16", "2027-01-17"):
        await at(office, datetime.fromisoformat(f"{day}T09:00:30+00:00"))
    await office.mentor.timetable.tick()
    await office.quiet()
    shown = words(await policies_of(office, "priya"))

    told = [words(each)[0].splitlines()[1] for each in office.told("priya")[seen:]]
    assert told == [
        "• *payments*, *Artifact attestation*: it holds until 15 Jan 2027",
        "• *payments*, *Artifact attestation*: it holds until 15 Jan 2027",
        "• *payments*, *Artifact attestation*: today, 15 Jan 2027, is its last day",
        ("• *payments*, *Artifact attestation*: it ended on 15 Jan 2027, so the team does not comply any more"),
    ]
    assert [each.ts for each in office.told("priya")[seen:]] == sorted(each.ts for each in office.told("priya")[seen:])
    assert shown[1].endswith("• *payments*: expired: its evidence held until 15 Jan 2027")


async def test_the_platform_team_sees_how_many_comply_in_their_own_way(either: Office) -> None:
    shown = words(await policies_of(either, "maya"))

    assert shown[-1] == "By evidence of their own, of the teams that comply: too few to say (0 of 0)"


async def test_who_is_in_no_team_is_told_so(either: Office) -> None:
    shown = words(await policies_of(either, "jonas"))

    assert shown == [
        "You are in no team of the handbook, so no policy is yours to meet. The platform team adds people to teams."
    ]


async def test_a_guest_is_told_why_not(either: Office) -> None:
    guest = either.sandbox.workspace.add_person("gus", is_restricted=True, id="U0GUEST")
    either.sandbox.workspace.channels["C0RANDOM"].members.add(guest.id)

    shown = words(await policies_of(either, "gus"))

    assert shown == ["Guests cannot ask me here. Please ask the person who invited you."]
