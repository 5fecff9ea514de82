"""What a channel may see: public articles, and more in a private one that the handbook names, with ours alone."""

from pathlib import Path

from tests.journeys.handbook import CHANNELS
from tests.journeys.office import Office

QUESTION = "how do I rotate a secret?"
TOLD = "Write the new value to the vault; pods take it up within a minute."


async def asked(office: Office, channel: str) -> str:
    """How the bot answers a mention there."""
    question = office.person("priya").say(channel, f"{office.mention} {QUESTION}")
    return (await office.answer_to(question)).text


async def test_a_private_channel_that_the_handbook_names_sees_more_until_a_guest_comes(
    office: Office, handbook: Path
) -> None:
    workspace = office.sandbox.workspace
    team = workspace.add_channel("team", kind="group", members=["U0PRIYA", "U0MARTA"], id="G0TEAM")
    entry = "  - {id: G0TEAM, name: team, answer: when mentioned, audience: internal}\n"
    open_entry = "  - {id: C0RANDOM, name: random, answer: when mentioned, audience: internal}\n"
    (handbook / "channels.yaml").write_text(CHANNELS + entry + open_entry)
    await office.mentor.read_handbook()

    among_us = await asked(office, "team")
    in_public = await asked(office, "random")
    team.members.add(workspace.add_person("gus", is_restricted=True).id)
    with_guest = await asked(office, "team")

    assert among_us.startswith(TOLD)
    assert [each.startswith("I found nothing") for each in (in_public, with_guest)] == [True, True]
