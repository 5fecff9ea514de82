"""What is quoted of an article, and how it is cited."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.answers.rules import Answered, Suggested
from bot.answers.writer import CUT, QUOTE_MOST, Source, quote
from knowledge.article import Article, Section
from knowledge.index import Hit

FILLER = "Nothing of interest stands in this paragraph, which is only here to make the section long."


def answered(*texts: str, heading: str = "Keep") -> Answered:
    sections = tuple(Section(heading, heading.lower(), (), text, line) for line, text in enumerate(texts, start=1))
    article = Article(
        "logs.md", "Logs", sections, owner="observability", reviewed=date(2026, 3, 1), url="https://docs/l"
    )
    return Answered((Hit(article, sections[0], 2.5),), 0.9)


def test_short_section_is_quoted_whole_with_its_lines() -> None:
    draft = quote("how long", answered("Kept for 30 days.\nkubectl logs web\n\nThen deleted."))

    assert draft.text == "Kept for 30 days.\nkubectl logs web\nThen deleted."


def test_long_section_is_cut_to_the_lines_that_speak_of_the_question() -> None:
    lines = [FILLER] * 12 + ["To rotate a password run:", "mentor rotate --password"] + [FILLER] * 12

    draft = quote("rotating my passwords", answered("\n".join(lines)))

    assert draft.text.splitlines()[:3] == [CUT, "To rotate a password run:", "mentor rotate --password"]
    assert draft.text.endswith(CUT)


def test_lead_in_is_quoted_with_the_line_it_leads_to() -> None:
    lines = [FILLER] * 12 + ["Do this:", "mentor rotate password"] + [FILLER] * 12

    assert quote("rotate password", answered("\n".join(lines))).text.splitlines()[1] == "Do this:"


def test_lead_in_is_quoted_with_the_code_it_leads_to() -> None:
    lines = [FILLER] * 12 + ["Do this:", "```", "mentor rotate password", "```"] + [FILLER] * 12

    text = quote("rotate password", answered("\n".join(lines))).text

    assert text.splitlines()[1:5] == ["Do this:", "```", "mentor rotate password", "```"]


@given(st.lists(st.sampled_from([FILLER, "```", "rotate the password"]), min_size=1, max_size=40))
def test_code_that_a_cut_opens_is_closed(lines: list[str]) -> None:
    assert quote("rotate password", answered("\n".join(lines))).text.count("```") % 2 == 0


def test_long_paragraph_is_cut_at_sentence_ends() -> None:
    text = " ".join([FILLER] * 12 + ["Quotas are raised on request."] + [FILLER] * 12)

    draft = quote("raise my quota", answered(text))

    assert draft.text.startswith(f"{CUT} Quotas are raised on request. Nothing")
    assert draft.text.endswith(f"long. {CUT}")


def test_empty_section_gives_way_to_the_next_one_with_text() -> None:
    assert quote("logs", answered("", "  ", "Third.")).text == "Third."


def test_article_without_text_is_quoted_by_its_title() -> None:
    assert quote("logs", answered("")).text == "Logs"


def test_quoted_section_is_the_first_source_and_at_most_three_are_named() -> None:
    section = Section("Keep", "keep", (), "Kept.", 1)
    hits = tuple(Hit(Article(f"{n}.md", f"Article {n}", (section,)), section, 3.0 - n) for n in range(5))

    draft = quote("keep", Suggested(hits, 0.4))

    assert [source.id for source in draft.sources] == ["0.md", "1.md", "2.md"]


def test_source_names_section_owner_and_review() -> None:
    assert quote("keep", answered("Kept.")).sources == (
        Source("logs.md", "Logs", "Keep", "keep", "https://docs/l", 2.5, date(2026, 3, 1), "observability"),
    )


def test_source_names_what_replaced_its_article() -> None:
    (old,) = answered("", "Kept.").hits
    new = Article("loki.md", "Loki", (), url="https://docs/loki")

    (source,) = quote("keep", Answered((replace(old, replaced_by=new),), 0.9)).sources

    assert (source.replaced_by, source.replaced_by_url) == ("Loki", "https://docs/loki")


def test_source_survives_being_stored() -> None:
    source = quote("keep", answered("Kept.")).sources[0]
    never_reviewed = Source("a.md", "A", "", "", "", 0.0, None, "", replaced_by="B", replaced_by_url="https://b")

    assert Source.from_json(source.to_json()) == source
    assert Source.from_json(never_reviewed.to_json()) == never_reviewed


def test_source_is_read_as_it_was_kept_before_replaced_articles_were_told() -> None:
    source = quote("keep", answered("Kept.")).sources[0]
    kept = {key: value for key, value in source.to_json().items() if not key.startswith("replaced_by")}

    assert Source.from_json(kept) == source


@given(st.text(max_size=200), st.lists(st.text(max_size=2_000), min_size=1, max_size=6))
def test_quote_is_never_empty_or_too_long_and_adds_no_word(question: str, texts: list[str]) -> None:
    choice = answered(*texts)

    text = quote(question, choice).text

    assert 0 < len(text) <= QUOTE_MOST
    assert set(text.split()) <= {*" ".join(texts).split(), "Logs", CUT}
