"""What `synonyms.yaml` changes: which articles a question finds, how sure that is, and for how long."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.article import Article, Audience, Section
from knowledge.index import Found, Index
from knowledge.loader import Handbook, load
from tests.knowledge.test_reindexing import READERS, Edit, about, edits, written

QUOTAS = Article("quotas.md", "Ask for quota", (Section("", "", (), "Each namespace has a quota of memory.", 1),))
MACHINES = Article("vms.md", "Virtual machines", (Section("", "", (), "Virtual machines start within minutes.", 1),))
BUCKETS = Article("buckets.md", "Storage buckets", (Section("", "", (), "A bucket holds files of a service.", 1),))
LOGS = Article("logs.md", "Find logs", (Section("", "", (), "Logs of a service are kept for thirty days.", 1),))
HANDBOOK = (QUOTAS, MACHINES, BUCKETS, LOGS)
SYNONYMS = (("quota", "headroom"), ("virtual machine", "droplet", "compute box"), ("bucket", "blob store"))
QUESTIONS = ("rotate the key", "chest logs", "restoer my postgers stor", "frobnicate the line", "signed paper quota")
DECLARED = (
    ("bucket", "chest"),
    ("secret", "key", "hush hush"),
    ("database", "postgres store"),
    ("pipeline", "line"),
    ("certificate", "signed paper", "quota"),
)


def ids(found: Found) -> list[str]:
    return [hit.article.id for hit in found.hits]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("more headroom", "quotas.md", id="a word"),
        pytest.param("boot a droplet", "vms.md", id="a word for a phrase"),
        pytest.param("boot compute boxes", "vms.md", id="a phrase for a phrase, in another form"),
        pytest.param("a blob-store please", "buckets.md", id="a phrase for a word"),
        pytest.param("more headrom", "quotas.md", id="a slip"),
        pytest.param("a blob stroe please", "buckets.md", id="a slip in a phrase"),
    ],
)
def test_question_finds_the_article_that_says_it_otherwise(question: str, expected: str) -> None:
    assert ids(Index.build(HANDBOOK, synonyms=SYNONYMS).search(question)) == [expected]
    assert Index.build(HANDBOOK).search(question).hits == ()


def test_words_of_a_phrase_apart_or_turned_round_do_not_mean_it() -> None:
    index = Index.build(HANDBOOK, synonyms=SYNONYMS)

    assert index.search("store a blob").hits == ()
    assert index.search("blob").hits == ()


def test_longer_phrase_goes_before_a_part_of_it() -> None:
    index = Index.build(HANDBOOK, synonyms=(("store", "logs"), ("blob store", "bucket")))

    assert ids(index.search("a blob store")) == ["buckets.md"]


def test_synonym_is_as_sure_as_the_word_itself() -> None:
    index = Index.build(HANDBOOK, synonyms=SYNONYMS)

    asked = index.search("headroom of memory").confidence

    assert asked == pytest.approx(index.search("quota of memory").confidence)
    assert asked > 2 * Index.build(HANDBOOK).search("headroom of memory").confidence


def test_synonyms_of_a_word_that_articles_hold_do_not_make_it_less_sure() -> None:
    question = "quota of memory"

    declared = Index.build(HANDBOOK, synonyms=(("quota", "headroom", "allotment", "fair share"),)).search(question)

    assert declared == Index.build(HANDBOOK).search(question)


def test_many_words_for_one_thing_in_an_article_count_as_one() -> None:
    wordy = Article("wordy.md", "Misc", (Section("", "", (), "Headroom, allotment, allowance.", 1),))
    synonyms = (("quota", "headroom", "allotment", "allowance"),)

    found = Index.build((*HANDBOOK, wordy), synonyms=synonyms).search("quota")

    assert ids(found)[0] == "quotas.md"


def test_what_was_asked_is_told_without_what_means_the_same() -> None:
    assert Index.build(HANDBOOK, synonyms=SYNONYMS).search("headroom for logs").terms == ("headroom", "log")


def test_word_whose_synonyms_no_article_holds_stays_unknown() -> None:
    synonyms = (("frobnicate", "twiddle"),)
    question = "frobnicate the logs of a service"

    assert Index.build(HANDBOOK, synonyms=synonyms).search(question) == Index.build(HANDBOOK).search(question)


def test_hidden_article_is_not_found_by_a_synonym_either() -> None:
    hidden = replace(QUOTAS, audience=Audience.PLATFORM)

    assert Index.build((hidden, *HANDBOOK[1:]), synonyms=SYNONYMS).search("more headroom").hits == ()


def test_changed_synonyms_count_at_once_and_nothing_is_indexed_again() -> None:
    former = Index.build(HANDBOOK, synonyms=SYNONYMS)

    index = Index.build(HANDBOOK, former=former, synonyms=(("quota", "elbow room"),))

    assert ids(index.search("elbow room")) == ["quotas.md"]
    assert index.search("headroom").hits == ()
    assert ids(former.search("headroom")) == ["quotas.md"]
    assert index._collections[frozenset({Audience.PUBLIC})] is former._collections[frozenset({Audience.PUBLIC})]


def test_index_keeps_its_synonyms_when_it_gets_vectors() -> None:
    assert ids(Index.build(HANDBOOK, synonyms=SYNONYMS).with_vectors({}).search("headroom")) == ["quotas.md"]


@settings(max_examples=8)
@given(st.integers(), st.lists(edits, min_size=1, max_size=3))
def test_changed_index_finds_by_synonyms_what_one_built_anew_finds(seed: int, edited: list[Edit]) -> None:
    handbook = written(Random(seed))
    index = Index.build(handbook)
    for edit in edited:
        handbook = edit(handbook)
        index = Index.build(handbook, former=index, synonyms=DECLARED)

    anew = Index.build(handbook, synonyms=DECLARED)

    for readers in READERS:
        for question in QUESTIONS:
            assert index.search(question, audiences=readers) == about(anew.search(question, audiences=readers))


def test_the_file_is_part_of_the_handbook(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.md").write_text("# A\n\ntext\n")
    (tmp_path / "synonyms.yaml").write_text("- [vm, virtual machine]\n- [quota,\n   headroom]\n")

    handbook = load(tmp_path)

    assert isinstance(handbook, Handbook)
    assert handbook.synonyms == (("vm", "virtual machine"), ("quota", "headroom"))
