"""A flow of many steps is drawn whole, within Slack's limits and as SVG that any reader of XML takes."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discovery import drawing
from bot.discovery.flow_blocks import SHOW, drawn, lines, listed, overdue, read_show
from bot.discovery.rules import Attached, Hard
from bot.friction import Stage
from knowledge.flows import NAME_MOST, PAIN_MOST, STEPS_MOST, Flow, Step, Wait
from knowledge.loader import Handbook, load
from sandbox.limits import validate_message_blocks

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 27)
SVG = "{http://www.w3.org/2000/svg}"
STAGES = [each for each in Stage if each is not Stage.UNSURE]
WAIT = Wait(timedelta(hours=2), timedelta(days=3), "2 hours to 3 days")
ATTACHED = Attached(
    90,
    hard={Stage.DEPLOY: Hard(4, 3)},
    hard_with={(Stage.DEPLOY, "object-storage"): Hard(2, 2)},
    runs={"create-bucket": 7},
    drift=3,
)


def long_flow(steps: int, *, name: str = "Do it <b>&", pain: str = "It hurts") -> Flow:
    return Flow(
        "payments",
        date(2026, 6, 1),
        tuple(
            Step(
                f"{name} {at}",
                STAGES[at * len(STAGES) // steps],
                at % 2 == 0,
                WAIT,
                pain,
                "create-bucket",
                "object-storage",
            )
            for at in range(steps)
        ),
    )


def text_of(flow: Flow, attached: Attached | None = None) -> str:
    return "\n".join(str(each) for each in drawn(flow, attached, today=TODAY).blocks)


def test_25_steps_are_drawn_whole_in_slack() -> None:
    shown = drawn(long_flow(25), ATTACHED, today=TODAY)

    told = "\n".join(block["text"]["text"] for block in shown.blocks if block["type"] == "section")
    assert validate_message_blocks(list(shown.blocks)) == []
    assert all(f"{at}. " in told for at in range(1, 26))
    assert "does not fit" not in str(shown.blocks)
    assert len(shown.blocks) == 3 + len(STAGES)
    assert "&lt;b&gt;&amp;" in told


def test_a_stage_with_more_than_a_section_takes_is_drawn_whole() -> None:
    long = long_flow(20, pain="It hurts, " * 20)
    flow = replace(long, steps=tuple(replace(each, stage=Stage.DEPLOY) for each in long.steps))

    shown = drawn(flow, None, today=TODAY)

    told = "\n".join(block["text"]["text"] for block in shown.blocks if block["type"] == "section")
    assert validate_message_blocks(list(shown.blocks)) == []
    assert [at for at in range(1, 21) if f"{at}. " not in told] == []
    assert told.count("It hurts") == 20 * 20


def test_the_longest_flow_keeps_within_slacks_limits_and_says_what_is_cut() -> None:
    longest = long_flow(STEPS_MOST, name="&" * (NAME_MOST - 3), pain="&" * PAIN_MOST)

    shown = drawn(longest, ATTACHED, today=TODAY)

    assert validate_message_blocks(list(shown.blocks)) == []
    assert "the rest does not fit" in str(shown.blocks)


def test_what_is_known_beside_the_file_stands_at_its_step_and_stage_for_the_platform_team_alone() -> None:
    flow = Flow(
        "payments",
        date(2026, 6, 1),
        (
            Step("Write it", Stage.CODE, is_by_hand=True),
            Step("Make the bucket", Stage.DEPLOY, is_by_hand=True, action="create-bucket", capability="object-storage"),
        ),
    )

    with_all, without = text_of(flow, ATTACHED), text_of(flow)

    assert (
        "*Deploying* · logged as hard 4 times, by 3 people of the team; changed by hand and put back 3 times"
        in with_all
    )
    assert (
        "`create-bucket` does it; logged as hard 2 times, by 2 people of the team; run 7 times, by all teams"
        in with_all
    )
    assert "90 days" in with_all
    assert not any(word in without for word in ("logged as hard", "put back", "run 7", "90 days"))


def test_a_list_of_flows_has_a_button_each_and_reads_what_comes_back() -> None:
    flows = [Flow(f"team-{at}" + "x" * 60, date(2026, 1, 5), long_flow(3).steps) for at in range(25)]

    shown = listed(flows, today=TODAY)

    buttons = shown.blocks[-1]["elements"]
    assert validate_message_blocks(list(shown.blocks)) == []
    assert [read_show(each["action_id"], each["value"]) for each in buttons] == [each.team for each in flows[:20]]
    assert len({each["action_id"] for each in buttons}) == 20
    assert buttons[0]["action_id"].startswith(SHOW)
    assert "(last on 2026-01-05)" in overdue(flows[:1]).text


def test_a_terminal_is_told_all_steps() -> None:
    told = lines(long_flow(25), today=TODAY)

    assert sum(line.strip()[0].isdigit() for line in told if line.strip()) == 25
    assert told[0].startswith("payments: 25 steps, 13 by hand; waits in all 2 days 2 h to 75 days, by the clock")


def test_the_picture_says_all_of_it_in_words_too() -> None:
    flow = long_flow(25)

    root = ElementTree.fromstring(drawing.drawn(flow))

    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title desc")
    assert title.text == "payments: the way to production"
    assert all(step.name in (desc.text or "") for step in flow.steps)
    assert {each.tag for each in root.iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "rect", "line", "text")
    }
    assert not any("script" in name or "href" in name for each in root.iter() for name in each.attrib)


def test_nothing_in_the_picture_lies_outside_it_or_over_the_next_row() -> None:
    root = ElementTree.fromstring(
        drawing.drawn(long_flow(25, name="A rather long name of a step that is done", pain="p " * 70))
    )
    height, width = int(root.get("height", "0")), int(root.get("width", "0"))

    for each in root.iter(f"{SVG}text"):
        assert 0 < int(each.get("y", "0")) <= height
    for each in root.iter(f"{SVG}rect"):
        assert int(each.get("x", "0")) + int(each.get("width", "0")) <= width
    rows = sorted({int(each.get("y1", "0")) for each in root.iter(f"{SVG}line")})
    assert len(rows) == 25
    assert all(later - earlier >= drawing.ROW for earlier, later in pairwise(rows))


@given(st.text(min_size=1, max_size=NAME_MOST), st.text(max_size=PAIN_MOST))
@settings(max_examples=40)
def test_whatever_a_step_is_called_the_picture_is_xml(name: str, pain: str) -> None:
    ElementTree.fromstring(drawing.drawn(Flow("t", date(2026, 6, 1), (Step(name, Stage.CODE, True, WAIT, pain),))))


def test_the_picture_in_the_documentation_is_of_the_embedded_handbook() -> None:
    handbook = load(ROOT / "knowledge" / "handbook")
    assert isinstance(handbook, Handbook)
    flow = handbook.flow("payments")
    assert flow is not None

    assert (ROOT / "docs" / "images" / "flow-payments.svg").read_text(encoding="utf-8") == drawing.drawn(flow)
