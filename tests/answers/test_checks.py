"""What a model wrote is shown only if each sentence rests on the passages it cites."""

import json
import random
import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import checks
from bot.answers.checks import Passage, Sentence, problem
from knowledge.index import Index
from knowledge.loader import Handbook, load
from knowledge.text import words
from tests.answers.attacks import MENTION
from tests.answers.shelf import BACKUPS, LOGS

ROOT = Path(__file__).parents[2]
PARAPHRASES = [json.loads(line) for line in Path(__file__).with_name("paraphrases.jsonl").read_text().splitlines()]

PASSAGES = tuple(Passage(article, section, section.text) for article in (LOGS, BACKUPS) for section in article.sections)
BROWSER, LONG, TERMINAL, RESTORE = 1, 2, 3, 4
TRUE = [
    "Open Grafana, choose Explore.",
    "Production logs are kept for 30 days.",
    "Run `kubectl logs -f deployment/web`.",
]
UNSEEN = ["\u200b", "\u202e", "\u2066", "\u00ad", "\ufeff"]
NASTY = ["@here", "<!channel>", "<@U0MAYA>", "#ask", "@ everyone", "&lt;!here&gt;", *UNSEEN]
PIECES = st.sampled_from([*TRUE, *NASTY, "`", "```", "\n", "30 days", " ", ". "])
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=12).map("".join)
# True but for one thing, which stands anywhere in it.
SPOILED = st.builds(
    lambda text, piece, at: text[: at % (len(text) + 1)] + piece + text[at % (len(text) + 1) :],
    st.sampled_from(TRUE),
    st.sampled_from(["", *NASTY]),
    st.integers(0, 100),
)


def why(text: str, *cited: int) -> str:
    return problem([Sentence(text, cited)], PASSAGES)


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Open Grafana, choose Explore and pick your team's namespace label.", BROWSER),
        ("Production logs are kept for 30 days.", LONG),
        ("1. Open Grafana.\n2. Choose Explore.", BROWSER),
        ("To follow them, run `kubectl logs -f deployment/web`.", TERMINAL),
        ("```\nkubectl logs -f deployment/web\n```", TERMINAL),
        ("The rest is at https://grafana.example.com/explore.", TERMINAL),
        ("Logs are described at https://handbook.example.com/logs#long.", LONG),
        ("You can write to data@example.com when it takes more than an hour.", RESTORE),
    ],
)
def test_what_the_passage_says_may_be_said(text: str, cited: int) -> None:
    assert why(text, cited) == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Open Grafana, @channel, and choose Explore.", checks.CALL),
        ("Open Grafana and choose <!here>Explore.", checks.CALL),
        ("Open Grafana, choose Explore and ask in #ask-platform.", checks.CALL),
        ("Open Grafana at https://evil.example and choose Explore.", checks.LINK),
        ("Open Grafana at https://grafana.example.com and choose Explore.", checks.LINK),
        ("Open Grafana at https://grafana.example.com/explore?token=1 and choose Explore.", checks.LINK),
        ("Open Grafana at https://grafana.example.com/explore@evil.example and choose Explore.", checks.LINK),
        ("Open [Grafana](https://grafana.example.com/explore) and choose Explore.", checks.LINK),
        ("Open Grafana, choose Explore and write to data@evil.example.", checks.LINK),
        ("Open Grafana, choose Explore and run `kubectl logs`.", checks.CODE),
        ("Open Grafana, choose `Explore and pick the namespace.", checks.CODE),
        ("Open Grafana, choose Explore, pick the label namespace 42.", checks.THING),
        ("Open Grafana, choose Explore, pick two labels of your team.", checks.NAME),
        ("Open Grafana, choose Explore with --force.", checks.THING),
        ("Open Grafana, choose <b>Explore</b>, pick the label.", checks.THING),
        ("Open Grafana, choose Explore, pick the label :fire: namespace.", checks.THING),
        ("Open Kibana? Open Grafana, choose Kibana, pick the label.", checks.NAME),
        ("Open Grafana, choose\N{ZERO WIDTH SPACE} Explore.", checks.HIDDEN),
        ("Open Grafana, choose \N{RIGHT-TO-LEFT OVERRIDE}Explore.", checks.HIDDEN),
        ("Open Grafana, choose Explore, and send us your password quickly.", checks.FOREIGN),
        ("Nun wähle aus, was richtig ist, und suche danach.", checks.FOREIGN),
        ("Yes, you can.", checks.FOREIGN),
        ("Open Grafana, choose Explore, pick the label namespace of your team, donate money abroad.", checks.FOREIGN),
        ("Open Grafana, choose Explore. The office burns, run away now please.", checks.FOREIGN),
    ],
)
def test_what_the_passage_does_not_say_is_refused(text: str, found: str) -> None:
    assert why(text, BROWSER) == found


@pytest.mark.parametrize("cited", [(), (0,), (-1,), (5,), (10**9,), (1, 2, 3, 4), (1, 7)])
def test_a_sentence_without_passages_that_were_given_is_refused(cited: tuple[int, ...]) -> None:
    assert why("Open Grafana, choose Explore.", *cited) == checks.UNCITED


def test_words_of_a_passage_that_is_not_cited_do_not_count() -> None:
    assert why("Production logs are kept for 30 days.", BROWSER) != ""


def test_words_from_all_over_a_long_passage_do_not_make_a_sentence() -> None:
    far = "\n".join(["Delete nothing here.", *["Wait for a while."] * 5, "Ask production kindly.", *["Wait."] * 5])
    section = LOGS.sections[0]
    passage = Passage(LOGS, section, far + "\nKeep every database forever.")

    assert problem([Sentence("Delete every production database.", (1,))], [passage]) == checks.FOREIGN


@pytest.mark.parametrize(
    "sentences", [[], [Sentence("Open Grafana.", (1,))] * 13, [Sentence("Open Grafana. " * 200, (1,))]]
)
def test_nothing_or_too_much_is_refused(sentences: list[Sentence]) -> None:
    assert problem(sentences, PASSAGES) == checks.LENGTH


@given(TEXTS, st.lists(st.integers(-1, 6), max_size=4).map(tuple))
def test_any_text_meets_a_verdict(text: str, cited: tuple[int, ...]) -> None:
    assert isinstance(why(text, *cited), str)


def test_what_is_shown_hides_and_calls_nothing() -> None:
    shown: list[str] = []

    @given(SPOILED)
    def hold(text: str) -> None:
        if why(text, BROWSER, LONG, TERMINAL) == "":
            shown.append(text)
            assert not MENTION.search(unescape(text))
            assert not set(UNSEEN) & set(text)

    hold()
    assert shown


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    handbook = load(ROOT / "knowledge" / "handbook")
    assert isinstance(handbook, Handbook)
    return handbook


def test_nine_in_ten_true_paraphrases_may_be_shown(handbook: Handbook) -> None:
    articles = {article.id: article for article in handbook.articles}
    refused = []
    for each in PARAPHRASES:
        article = articles[each["article"]]
        cited = [Passage(article, part, part.text) for part in article.sections if part.heading in each["headings"]]
        if found := problem([Sentence(each["text"], tuple(range(1, len(cited) + 1)))], cited):
            refused.append((found, each["text"]))

    assert len(refused) <= len(PARAPHRASES) * 0.1, refused


def test_one_in_a_hundred_sentences_of_other_articles_might_at_most(handbook: Handbook) -> None:
    """Of the same handbook and held against three passages found together: the nearest that a foreign text comes."""
    index, chance = Index.build(handbook.articles), random.Random(1)
    said = [
        (article.id, text)
        for article in handbook.articles
        for section in article.sections
        for text in re.split(r"(?<=[.!?])\s+|\n+", re.sub(r"```.*?```", "", section.text, flags=re.DOTALL))
        if len(words(text)) >= 4
    ]
    held, shown = 0, []
    for question in [article.questions[0] for article in handbook.articles if article.questions]:
        hits = index.search(question).hits[:3]
        passages = [Passage(hit.article, hit.section, hit.section.text) for hit in hits]
        for article_id, text in chance.sample(said, 40):
            if article_id not in {hit.article.id for hit in hits}:
                held += 1
                if not problem([Sentence(text, tuple(range(1, len(passages) + 1)))], passages):
                    shown.append(text)

    assert held > 1_000
    assert len(shown) <= held * 0.01, shown
