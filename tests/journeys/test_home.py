"""App Home: one's own questions and what became of them, for nobody else to see."""

from sandbox import timeline
from sandbox.model import View
from tests.journeys.office import Office

QUESTION = "How do I see the traces of my requests?"


def shown(view: View | None) -> str:
    """All words of the view."""
    blocks = view.payload["blocks"] if view else []
    texts = [block.get("text") or block["elements"][0] for block in blocks if block["type"] != "divider"]
    return "\n".join(text["text"] for text in texts)


async def home_of(office: Office, name: str) -> str:
    """What the person sees once their Home is made anew."""
    before = len([each for each in office.sandbox.ledger.effects if each.kind == "view_publish"])
    office.person(name).open_home()
    await office.until(lambda: [each for each in office.sandbox.ledger.effects if each.kind == "view_publish"][before:])
    return shown(office.person(name).home())


async def test_one_sees_ones_own_questions_and_what_became_of_them(either_office: Office) -> None:
    office = either_office
    asked = office.person("priya").say("ask-platform", QUESTION)
    office.person("jonas").say("ask-platform", "In Tempo, choose your service.", thread=asked)
    office.person("priya").say("ask-platform", "thanks, that worked!", thread=asked)
    office.person("priya").say("deploys", "does anybody know how to pause a rollout?")
    await office.quiet()

    mine, others = await home_of(office, "priya"), await home_of(office, "amara")

    assert QUESTION in mine
    assert "a colleague helped (solved)" in mine
    assert "waiting for an answer" in mine
    assert f"/archives/C0ASKPLAT/p{asked.ts.replace('.', '')}|#ask-platform" in mine
    assert "You asked nothing in the channels I watch" in others
    assert QUESTION not in others


async def test_home_is_made_anew_each_time_it_is_opened(office: Office) -> None:
    before = await home_of(office, "priya")
    office.person("priya").say("ask-platform", QUESTION)
    await office.quiet()

    assert QUESTION not in before
    assert QUESTION in await home_of(office, "priya")


async def test_words_that_are_not_kept_are_not_shown(office: Office) -> None:
    office.person("priya").say("counted", "how do I get more quota?")
    await office.quiet()

    home = await home_of(office, "priya")

    assert "(its words are not kept)" in home
    assert "quota" not in home


async def test_what_somebody_wrote_cannot_link_or_mention_at_home(office: Office) -> None:
    office.person("priya").say(
        "ask-platform", "how do I reach <!channel> and <@U0JONAS> at <https://evil.example|home>?"
    )
    await office.quiet()

    home = await home_of(office, "priya")

    assert "&lt;!channel&gt;" in home
    assert "<@U0JONAS>" not in home
    assert "<https://evil.example" not in home


async def test_the_home_of_an_erased_person_is_emptied(office: Office) -> None:
    office.person("priya").say("ask-platform", QUESTION)
    await office.quiet()
    assert QUESTION in await home_of(office, "priya")

    await office.mentor.privacy.erase("U0PRIYA")

    assert shown(office.person("priya").home()) == "Nothing is kept about you."


async def test_who_is_left_out_is_told_why_nothing_stands_there(office: Office) -> None:
    office.person("priya").say("ask-platform", QUESTION)
    await office.quiet()
    await office.mentor.privacy.leave_out("U0PRIYA")

    home = await home_of(office, "priya")

    assert "You are counted as “someone”" in home
    assert QUESTION not in home


async def test_a_question_that_slack_gives_no_link_to_is_shown_without_one(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", QUESTION)
    await office.quiet()
    timeline.remove(office.sandbox.workspace.channel("C0ASKPLAT"), asked)  # and the bot is not told

    home = await home_of(office, "priya")

    assert QUESTION in home
    assert "\n#ask-platform, " in home


async def test_the_messages_tab_offers_questions_of_the_handbook(office: Office) -> None:
    amara = office.person("amara")
    amara.dm("why has my certificate expired?")
    await office.until(lambda: office.told("amara"))
    amara.open_home("messages")
    offered = await office.until(
        lambda: office.sandbox.workspace.assistant.prompts.get(office.told("amara")[0].channel)
    )

    assert offered[0] == {"title": "How do I renew a certificate?", "message": "How do I renew a certificate?"}
    assert len(offered) == 4
