"""What people see: Slack takes it whatever is in the handbook, and it says where the answer stands."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.answers import blocks, feedback_blocks, sharing_blocks
from bot.answers.blocks import KINDS, VERDICTS, OnDuty, read_verdict
from bot.answers.checks import CITED_IN_ALL
from bot.answers.feedback_blocks import Offer
from bot.answers.writer import MODEL, QUOTING, Draft, Source
from bot.blockkit import TEXT_MAX, Shown
from bot.errors import PayloadMalformed
from bot.notice_board import Current, carried, with_notices
from sandbox.limits import MESSAGE_TEXT_MAX, text_length, validate_message_blocks

TODAY = date(2026, 11, 24)
LOGS = Source("logs.md", "Logs", "Live", "live", "https://docs.example/logs", 1.0, date(2026, 11, 20), "platform")
COSTS = Source("costs.md", "Costs", "", "", "", 0.5, None, "")
ENTITY = re.compile(r"&(?:amp|lt|gt);")
LINK = re.compile(r"<https?://[^<>|\s]+\|[^<>|\n]*>")

# Whatever may stand in a handbook: all of Unicode, halves of emoji, right to left, mark-up, and far too much of it.
PIECES = st.one_of(
    st.sampled_from(
        ("<!channel>", "<@U0MAYA>", "<https://evil.example|docs>", "&lt;", "&", "\x00", "\n", "👩‍🚀", "\u202eمرحبا")
    ),
    st.text(st.characters(), max_size=12),
)
TEXTS = st.builds(
    lambda pieces, times: "".join(pieces) * times, st.lists(PIECES, max_size=6), st.sampled_from([1, 1, 1, 40, 2_000])
)
URLS = st.one_of(
    st.just(""), st.just("https://docs.example/a?b=1&c=2"), TEXTS.map("https://docs.example/".__add__), TEXTS
)
SOURCES = st.builds(
    Source,
    id=st.just("a.md"),
    title=TEXTS,
    section=TEXTS,
    anchor=TEXTS,
    url=URLS,
    score=st.just(1.0),
    reviewed=st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    owner=TEXTS,
    replaced_by=TEXTS,
    replaced_by_url=URLS,
)
WRITERS = st.sampled_from([QUOTING, MODEL])
DRAFTS = st.builds(Draft, TEXTS, st.lists(SOURCES, min_size=1, max_size=CITED_IN_ALL).map(tuple), WRITERS)
NASTY = Draft(
    "😀" * 4_000,
    (
        Source(
            "a",
            "<!here>" * 900,
            "\ud83d",
            "|",
            "https://x.example/" + "a" * 4_000,
            1.0,
            None,
            "&" * 4_000,
            1,
            "<" * 900,
            "https://x.example/" + "a" * 4_000,
        ),
    )
    * 5,
    MODEL,
)


def all_texts(value: Any) -> Iterator[str]:
    """Every text in blocks, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from all_texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from all_texts(inner)


def assert_taken(shown: Shown, *, mentions: tuple[str, ...] = ()) -> None:
    """Slack takes it, and nothing in it reaches anybody but `mentions`."""
    assert validate_message_blocks(list(shown.blocks)) == []
    assert text_length(shown.blocks) < MESSAGE_TEXT_MAX
    assert 0 < len(shown.text) <= TEXT_MAX
    for text in [shown.text, *all_texts(shown.blocks)]:
        bare = LINK.sub("", text)
        for mention in mentions:
            bare = bare.replace(mention, "")
        assert not set(bare) & {"<", ">", "\x00"}, text
        assert "&" not in ENTITY.sub("", bare)
        text.encode("utf-8")


@given(draft=DRAFTS, is_sure=st.booleans(), can_press=st.booleans())
@example(NASTY, True, True)
@example(NASTY, False, True)
@example(Draft("", (COSTS,)), True, True)
@example(Draft(" \n", (LOGS,)), True, True)
@example(Draft("\x00", (LOGS,)), True, True)
@example(Draft("words", (Source("a", "", "", "", "", 1.0, None, ""),)), False, True)
def test_answer_from_any_handbook_is_taken_by_slack(draft: Draft, is_sure: bool, can_press: bool) -> None:
    assert_taken(blocks.answer(draft, "a1", is_sure=is_sure, today=TODAY, can_press=can_press))


@given(draft=DRAFTS, is_sure=st.booleans())
@example(NASTY, True)
@example(NASTY, False)
def test_shadow_card_from_any_handbook_is_taken_by_slack(draft: Draft, is_sure: bool) -> None:
    link = "https://example.slack.com/archives/C1/p1"
    assert_taken(blocks.shadow_card(draft, "a1", is_sure=is_sure, permalink=link, today=TODAY))


@given(TEXTS, TEXTS, TEXTS)
def test_other_messages_from_any_handbook_are_taken_by_slack(one: str, two: str, three: str) -> None:
    mention = "<!subteam^S0DUTY>"
    back = "Monday 09:00 (Europe/London)"

    for on_duty in (OnDuty(mention, "", one), OnDuty("", back, two), OnDuty("", "", three)):
        assert_taken(blocks.hand_over(on_duty, wish=blocks.needs(two)), mentions=(mention,))
    assert_taken(blocks.handbook_broken([one, two, three] * 5, revision=one))
    assert_taken(blocks.refusal(f"No: {one}"))
    assert_taken(blocks.help_text([("ask", one)], command="/platform", name="Mentor"))
    assert_taken(blocks.nothing_found("a1", today=TODAY))


def lines(shown: Shown) -> list[str]:
    """What the blocks say, a block a line; buttons by their labels."""
    said = []
    for block in shown.blocks:
        parts = [block["text"]] if "text" in block else block["elements"]
        said += [part["text"] if isinstance(part["text"], str) else f"[{part['text']['text']}]" for part in parts]
    return said


def test_sure_answer_quotes_cites_and_can_be_pressed() -> None:
    shown = blocks.answer(Draft("Open Grafana.", (LOGS, COSTS)), "a1", is_sure=True, today=TODAY)

    assert lines(shown) == [
        "Open Grafana.",
        "From <https://docs.example/logs#live|Logs › Live> · reviewed 20 Nov 2026 (4 days ago) · owner platform",
        "See also Costs",
        "[That solved it]",
        "[Not quite]",
    ]


def test_a_models_answer_says_so_and_keeps_its_sources_with_their_age() -> None:
    one, several = Draft("Open it.", (LOGS,), MODEL), Draft("Open it. [1] Pay. [2]", (LOGS, COSTS), MODEL)

    said = [lines(blocks.answer(draft, "a1", is_sure=True, today=TODAY)) for draft in (one, several)]

    by = "Written by a language model from the sources below."
    logs = "<https://docs.example/logs#live|Logs › Live> · reviewed 20 Nov 2026 (4 days ago) · owner platform"
    assert said[0] == ["Open it.", by, logs, "[That solved it]", "[Not quite]"]
    assert said[1][:4] == ["Open it. [1] Pay. [2]", by, f"[1] {logs}", "[2] Costs · never reviewed"]


def test_source_that_was_replaced_says_by_what_wherever_it_is_named() -> None:
    old = replace(COSTS, replaced_by="Prices", replaced_by_url="https://docs.example/prices")
    unlinked = replace(old, replaced_by_url="")
    told = "Costs (replaced by <https://docs.example/prices|Prices>)"

    sure = lines(blocks.answer(Draft("Pay.", (old, old)), "a1", is_sure=True, today=TODAY))
    unsure = lines(blocks.answer(Draft("Pay.", (unlinked,)), "a1", is_sure=False, today=TODAY))

    assert sure[1:3] == [f"From {told} · never reviewed", f"See also {told}"]
    assert unsure[1] == "• Costs (replaced by Prices) · never reviewed"


def test_unsure_answer_says_so_and_quotes_nothing() -> None:
    shown = blocks.answer(Draft("Open Grafana.", (LOGS, COSTS)), "a1", is_sure=False, today=TODAY)

    assert lines(shown) == [
        "I am not sure, but these may help:",
        "• <https://docs.example/logs#live|Logs › Live> · reviewed 20 Nov 2026 (4 days ago) · owner platform",
        "• Costs · never reviewed",
        "[That solved it]",
        "[Not quite]",
    ]


@pytest.mark.parametrize(
    ("reviewed", "expected"),
    [
        pytest.param(TODAY, "reviewed 24 Nov 2026 (today)", id="today"),
        pytest.param(TODAY + timedelta(days=1), "reviewed 25 Nov 2026 (today)", id="ahead of the zone"),
        pytest.param(TODAY - timedelta(days=1), "reviewed 23 Nov 2026 (yesterday)", id="yesterday"),
        pytest.param(TODAY - timedelta(days=59), "reviewed 26 Sep 2026 (59 days ago)", id="days"),
        pytest.param(TODAY - timedelta(days=60), "reviewed 25 Sep 2026 (2 months ago)", id="months"),
        pytest.param(TODAY - timedelta(days=730), "reviewed 24 Nov 2024 (24 months ago, due for review)", id="years"),
        pytest.param(None, "never reviewed", id="never"),
    ],
)
def test_age_of_the_source_is_told(reviewed: date | None, expected: str) -> None:
    source = Source("a.md", "Costs", "", "", "", 1.0, reviewed, "")

    assert (
        lines(blocks.answer(Draft("Ask.", (source,)), "a1", is_sure=True, today=TODAY))[1] == f"From Costs · {expected}"
    )


@pytest.mark.parametrize(("days", "is_due"), [(30, False), (31, True)])
def test_an_article_past_its_own_period_is_shown_as_such(days: int, is_due: bool) -> None:
    source = Source("a.md", "Costs", "", "", "", 1.0, TODAY - timedelta(days=days), "", review_every_days=30)
    shown = blocks.answer(Draft("Ask.", (source,)), "a1", is_sure=True, today=TODAY)

    assert ("due for review" in lines(shown)[1]) is is_due


def test_answer_that_cannot_be_pressed_has_no_buttons() -> None:
    shown = blocks.answer(Draft("Open Grafana.", (LOGS,)), "a1", is_sure=True, today=TODAY, can_press=False)

    assert [block["type"] for block in shown.blocks] == ["section", "context"]


def test_shadow_card_links_the_question_and_is_judged() -> None:
    shown = blocks.shadow_card(
        Draft("Open Grafana.", (LOGS,)), "a1", is_sure=True, permalink="https://x.example/p1", today=TODAY
    )

    assert lines(shown)[0].startswith("In shadow: to <https://x.example/p1|this question> I would have said")
    assert lines(shown)[-3:] == ["[Right]", "[Wrong]", "[Should stay silent]"]


@pytest.mark.parametrize(
    ("on_duty", "expected"),
    [
        pytest.param(
            OnDuty("<!subteam^S1>", "", "#incident"),
            "<!subteam^S1> can help you.\nIf it cannot wait: #incident",
            id="somebody is there",
        ),
        pytest.param(
            OnDuty("", "Monday 09:00 (UTC)", "call <911>"),
            "Nobody is on duty right now; back Monday 09:00 (UTC).\nIf it cannot wait: call &lt;911&gt;",
            id="nobody is there now",
        ),
        pytest.param(
            OnDuty("", "", ""),
            "The handbook names nobody on duty. Please ask in the platform team's channel.",
            id="nobody is named",
        ),
    ],
)
def test_hand_over_names_who_is_there_and_how_to_page(on_duty: OnDuty, expected: str) -> None:
    assert blocks.hand_over(on_duty).text == expected


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("", "<!subteam^S1> somebody here needs a person: please see the question above."),
        ("my deploy\nhangs", "<!subteam^S1> somebody here needs a person: “my deploy hangs”"),
        (
            "<!channel> <@U1|maya> see <https://evil.example|this> &lt;b&gt;",
            "<!subteam^S1> somebody here needs a person: “@someone @maya see this &lt;b&gt;”",
        ),
    ],
    ids=["without words", "in their words", "words that would call, link or mark up"],
)
def test_wish_for_a_person_is_passed_on_in_words_that_call_nobody(what: str, expected: str) -> None:
    assert blocks.hand_over(OnDuty("<!subteam^S1>", "", ""), wish=blocks.needs(what)).text == expected


def test_long_list_of_problems_is_cut_and_counted() -> None:
    shown = blocks.handbook_broken([f"a.yaml:{line}: wrong" for line in range(13)], revision="0123456789abcdef")

    assert "`0123456789ab`" in shown.text
    assert shown.text.count("•") == 10
    assert shown.text.endswith("… and 3 more.")


def test_every_button_is_read_back_as_what_it_says() -> None:
    draft = Draft("Open Grafana.", (LOGS,))
    shown = (
        blocks.answer(draft, "a1", is_sure=True, today=TODAY),
        blocks.nothing_found("a1", today=TODAY),
        blocks.shadow_card(draft, "a1", is_sure=True, permalink="https://x.example/p1", today=TODAY),
    )
    buttons = [
        button for each in shown for block in each.blocks if block["type"] == "actions" for button in block["elements"]
    ]

    assert {button["text"]["text"]: read_verdict(button["action_id"]) for button in buttons} == {
        "That solved it": "solved",
        "Not quite": "not quite",
        "Get a person": "person",
        "Right": "right",
        "Wrong": "wrong",
        "Should stay silent": "silent",
    }
    assert {button["value"] for button in buttons} == {"a1"}


@pytest.mark.parametrize("action_id", ["", "answers.", "answers.deleted", "solved", "surveys.score", "answers.solved "])
def test_button_that_is_none_of_ours_is_refused(action_id: str) -> None:
    with pytest.raises(PayloadMalformed):
        read_verdict(action_id)


@pytest.mark.parametrize("verdict", VERDICTS.values())
def test_what_was_said_names_nobody(verdict: str) -> None:
    assert "<" not in blocks.said(verdict)


@pytest.mark.parametrize("following", [Draft("Prices.", (COSTS,)), None], ids=["a next source", "no other source"])
def test_what_is_offered_after_not_quite_keeps_the_notices_of_the_answer(following: Draft | None) -> None:
    before = with_notices(blocks.answer(Draft("Look.", (LOGS,)), "a1", is_sure=True, today=TODAY), [Current("It goes")])

    shown = feedback_blocks.after_not_quite(before, Offer("a2", following, can_ask_people=True), today=TODAY)

    assert lines(shown).count("Notice: It goes") == 1
    assert carried(shown.blocks) == carried(before.blocks)


def test_every_message_says_to_whom_when_how_often_and_how_to_stop() -> None:
    assert all(all((kind.name, kind.to, kind.when, kind.at_most, kind.stop)) for kind in KINDS)
    assert len({kind.name for kind in KINDS}) == len(KINDS)


@given(TEXTS, DRAFTS)
@example("<!channel> <@U0MAYA> <https://evil.example|x>\n> &gt;", NASTY)
def test_what_is_brought_into_a_channel_is_taken_by_slack_and_calls_nobody(question: str, draft: Draft) -> None:
    found = blocks.answer(draft, "a1", is_sure=True, today=TODAY, can_press=False)

    assert_taken(sharing_blocks.shared(question, found))
    assert_taken(sharing_blocks.preview(question, "a1"))
    assert_taken(sharing_blocks.posted(question, mention="<!subteam^S0DUTY>"), mentions=("<!subteam^S0DUTY>",))
    assert_taken(feedback_blocks.hint(draft, "a1", is_sure=False, today=TODAY, until="10:20"))
    for offered in (draft, None):
        offer = Offer("a2", offered, can_ask_people=True)
        more = feedback_blocks.why("a1")
        assert_taken(feedback_blocks.after_not_quite(found, offer, today=TODAY, more=more))
    for source in draft.sources:
        assert_taken(feedback_blocks.solved_by(source))
