"""App Home: one's own questions and what became of them, for nobody else to see."""

from sandbox import timeline
from sandbox.model import View
from tests.journeys.handbook import LOGS_QUOTED
from tests.journeys.office import Office, words

HANDBOOKS = "How do I see the logs of my service?"
QUESTION = "How do I see the traces of my requests?"


def shown(view: View | None) -> str:
    """All words of the view."""
    blocks = view.payload["blocks"] if view else []
    read = [each for each in blocks if each["type"] in ("header", "section", "context")]
    texts = [block.get("text") or block["elements"][0] for block in read]
    return "\n".join(text["text"] for text in texts)


def box_of(view: View) -> str:
    """The id of the field in which something can be asked."""
    return next(str(each["block_id"]) for each in view.payload["blocks"] if each["type"] == "input")


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
    assert "*Welcome.*" in others  # she never turned to the bot
    assert QUESTION not in others


async def test_home_is_made_anew_each_time_it_is_opened(office: Office) -> None:
    before = await home_of(office, "priya")
    office.person("priya").say("ask-platform", QUESTION)
    await office.quiet()

    assert QUESTION not in before
    assert QUESTION in await home_of(office, "priya")


async def test_a_question_in_the_box_is_answered_in_private_and_called_solved(office: Office) -> None:
    await home_of(office, "priya")
    home = office.person("priya").home()
    assert home is not None
    box = box_of(home)

    await office.person("priya").select(home, "home.ask", HANDBOOKS)
    await office.quiet()
    answer = (await office.until(lambda: office.told("priya")[1:]))[0]
    await office.person("priya").press(answer, "That solved it")
    await office.quiet()

    assert office.told("priya")[0].text == f"You asked in Home: {HANDBOOKS}"
    assert words(answer)[0] == LOGS_QUOTED
    assert words(answer)[-1] == "✓ Solved, says the person who asked."
    assert office.channel("ask-platform") == []
    again = office.person("priya").home()
    assert again is not None
    assert box_of(again) != box  # so that the box is empty again


async def test_a_suggested_question_is_asked_by_one_press(office: Office) -> None:
    await home_of(office, "amara")
    home = office.person("amara").home()
    assert home is not None
    (row,) = (each for each in home.payload["blocks"] if each.get("block_id") == "home.prompts")
    offered = [each["text"]["text"] for each in row["elements"]]
    assert len(offered) == 4
    assert "How do I rotate a secret?" not in offered  # not for everybody

    await office.person("amara").press(home, HANDBOOKS)
    answer = (await office.until(lambda: office.told("amara")[1:]))[0]

    assert words(answer)[0] == LOGS_QUOTED


async def test_the_asker_corrects_the_kind(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", QUESTION)
    await office.quiet()
    await home_of(office, "priya")
    home = office.person("priya").home()
    assert home is not None

    await office.person("priya").select(home, "peers.say_kind", "something is broken")
    await office.quiet()
    await home_of(office, "priya")

    again = office.person("priya").home()
    assert again is not None
    menu = next(each["accessory"] for each in again.payload["blocks"] if "accessory" in each)
    assert menu["initial_option"]["value"] == f"C0ASKPLAT:{asked.ts}:broken"


async def test_the_platform_team_sees_gaps_and_takes_one_there(office: Office) -> None:
    office.person("amara").dm("how do I get gpu nodes?")
    await office.quiet()
    others, team = await home_of(office, "jonas"), await home_of(office, "maya")
    home = office.person("maya").home()
    assert home is not None

    await office.person("maya").press(home, "I take it")
    await office.quiet()

    assert "What the handbook lacks" not in others
    assert "Article health" not in others
    assert "Of 5 articles: " in team
    assert "an article is missing · asked once, today" in team
    assert "asked once, today · yours" in shown(office.person("maya").home())
    assert office.told("maya") == []


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
