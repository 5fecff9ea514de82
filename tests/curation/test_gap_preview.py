"""The gaps of a rehearsal."""

from hypothesis import given
from hypothesis import strategies as st

from bot.curation.gap_preview import PastGap, largest_gaps


def test_the_gap_asked_most_comes_first_by_its_first_question() -> None:
    questions = {
        "3.0": "rotate the certificates of my ingress",
        "1.0": "order a new laptop",
        "2.0": "how do I rotate ingress certificates?",
        "4.0": "rotating certificates of an ingress",
        "5.0": "?",
    }

    assert largest_gaps(questions, most=10) == [
        PastGap("how do I rotate ingress certificates?", 3),
        PastGap("order a new laptop", 1),
    ]


@given(st.dictionaries(st.integers(1, 99), st.text("ab cd", max_size=12), max_size=12), st.integers(1, 12))
def test_no_question_is_counted_twice_and_no_more_gaps_than_wanted(texts: dict[int, str], most: int) -> None:
    found = largest_gaps({f"{ts}.0": text for ts, text in texts.items()}, most=most)

    assert len(found) <= most
    assert sum(gap.count for gap in found) <= len(texts)
    assert [gap.count for gap in found] == sorted((gap.count for gap in found), reverse=True)
