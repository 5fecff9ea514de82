"""The figures of `mentor eval`, from small judged data and, where it is there, from the real one."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.answers.evaluation import JudgedDataInvalid, Report, Vectors, auc, evaluate
from tests.real_data import REAL_DATA

DOCUMENTS = [
    {"id": "a/logs", "set": "a", "title": "Application logs", "text": "## Keep\n\nLogs are kept thirty days."},
    {"id": "a/buckets", "set": "a", "title": "Storage buckets", "text": "## Ask\n\nRun create-bucket to store files."},
    {"id": "a/keys", "set": "a", "title": "Rotate keys", "text": "## When\n\nRotate keys when somebody leaves."},
    {"id": "b/logs", "set": "b", "title": "Logs of b", "text": "How long are logs kept? A year."},
]


def question(text: str, *relevant: str, set_: str = "a", kind: str = "authored") -> dict[str, Any]:
    return {"query": text, "set": set_, "kind": kind, "relevant_ids": relevant, "answerable": bool(relevant)}


def judged(
    folder: Path, queries: Sequence[object], documents: Sequence[object] = DOCUMENTS, vectors: Vectors | None = None
) -> Report:
    for name, rows in (("corpus", documents), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return evaluate(folder / "corpus.jsonl", folder / "queries.jsonl", lambda done: None, vectors)


def test_query_is_searched_in_its_own_set_only(tmp_path: Path) -> None:
    report = judged(tmp_path, [question("rotate keys", "a/keys"), question("rotate keys", "a/keys", set_="b")])

    assert [(row.set, row.p_at_1, row.recall_at_5, row.mrr_at_10) for row in report.rows] == [
        ("a", 1.0, 1.0, 1.0),
        ("b", 0.0, 0.0, 0.0),
    ]


def test_shares_are_means_over_the_answerable_questions(tmp_path: Path) -> None:
    queries = [question("how long are logs kept", "a/logs"), question("rotate keys or store files", "a/nowhere")]

    row = judged(tmp_path, queries).rows[0]

    assert (row.n, row.p_at_1, row.recall_at_5, row.mrr_at_10) == (2, 0.5, 0.5, 0.5)


def test_kind_without_answers_has_no_precision(tmp_path: Path) -> None:
    row = judged(tmp_path, [question("best pizza in town", kind="oos-far")]).rows[0]

    assert (row.p_at_1, row.recall_at_5, row.mrr_at_10, row.answered_rate) == (None, None, None, 0.0)


def test_auc_compares_authored_with_authored_unanswerable_alone(tmp_path: Path) -> None:
    queries = [
        question("how long are logs kept", "a/logs"),
        question("how do I paint a fence", kind="authored-unanswerable"),
        question("application logs", kind="oos-far"),
    ]

    assert judged(tmp_path, queries).abstention_auc == {"a": 1.0}


def test_auc_takes_all_of_a_side_where_a_set_has_no_authored_ones(tmp_path: Path) -> None:
    queries = [question("logs kept", "b/logs", set_="b", kind="mined"), question("pizza", set_="b", kind="oos-far")]

    assert judged(tmp_path, queries).abstention_auc == {"b": 1.0}


def test_set_with_one_side_only_has_no_auc(tmp_path: Path) -> None:
    assert judged(tmp_path, [question("logs", "a/logs")]).abstention_auc == {}


def test_report_is_written_as_scripts_read_it(tmp_path: Path) -> None:
    value = judged(tmp_path, [question("logs", "a/logs"), question("pizza")]).to_json()

    assert json.loads(json.dumps(value)) == value
    assert list(value) == ["rows", "abstention_auc", "thresholds"]
    assert value["thresholds"] == {"answer_at": 0.55, "suggest_at": 0.22}
    assert list(value["rows"][0]) == [
        *("set", "kind", "n", "p_at_1", "recall_at_5", "mrr_at_10", "answered_rate", "ms_p50", "ms_p99"),
        *("shown_right_rate", "suggested_rate"),
    ]


def test_progress_is_told_after_each_query(tmp_path: Path) -> None:
    judged(tmp_path, [question("logs"), question("keys")])
    told: list[int] = []

    evaluate(tmp_path / "corpus.jsonl", tmp_path / "queries.jsonl", told.append)

    assert told == [1, 2]


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        pytest.param([], "is not an object", id="a list"),
        pytest.param({**question("x"), "query": 1}, "query must be text", id="a number for text"),
        pytest.param({**question("x"), "relevant_ids": "a/logs"}, "relevant_ids must be a list", id="an id for a list"),
        pytest.param(
            {**question("x"), "answerable": "no"}, "answerable must be true or false", id="a word for yes or no"
        ),
    ],
)
def test_bad_query_is_named_by_file_and_line(tmp_path: Path, bad: object, what: str) -> None:
    with pytest.raises(JudgedDataInvalid, match=rf"queries\.jsonl:2: {what}"):
        judged(tmp_path, [question("logs"), bad])


def test_line_that_is_no_json_is_named_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text("\n{oops\n", "utf-8")

    with pytest.raises(JudgedDataInvalid, match=r"corpus\.jsonl:2: is not JSON"):
        evaluate(tmp_path / "corpus.jsonl", tmp_path / "queries.jsonl", lambda done: None)


def test_document_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JudgedDataInvalid, match=r"corpus\.jsonl:5: the document a/logs is given twice"):
        judged(tmp_path, [], [*DOCUMENTS, DOCUMENTS[0]])


def test_auc_counts_ties_half() -> None:
    assert auc([0.9, 0.5], [0.5, 0.1]) == 0.875


def test_curve_says_what_each_threshold_would_answer(tmp_path: Path) -> None:
    queries = [question("how long are logs kept", "a/logs"), question("rotate keys", "a/nowhere")]

    curve = judged(tmp_path, queries).curve

    assert [(point.threshold, point.answered_right, point.answered_wrong) for point in (curve[0], curve[-1])] == [
        (0.0, 0.5, 0.5),
        (1.0, 0.0, 0.0),
    ]


class Alike:
    """Vectors by which every question means the same as the page on keys."""

    def of_passages(self, texts: Mapping[str, str]) -> Mapping[str, bytes]:
        return {key: np.array([float("keys" in text), 1 - float("keys" in text)], "<f2").tobytes()
                for key, text in texts.items()}  # fmt: skip

    def of_question(self, text: str) -> bytes:
        return np.array([1.0, 0.0], "<f2").tobytes()


def test_vectors_take_part_when_they_are_given(tmp_path: Path) -> None:
    asked = [question("credentials of someone gone", "a/keys")]

    assert judged(tmp_path, asked).rows[0].p_at_1 == 0.0
    assert judged(tmp_path, asked, vectors=Alike()).rows[0].p_at_1 == 1.0


@pytest.mark.real_data
def test_real_judged_questions_are_answered_at_least_this_well() -> None:
    report = evaluate(REAL_DATA / "retrieval-dev-corpus.jsonl", REAL_DATA / "retrieval-dev.jsonl", lambda done: None)

    reached = {(row.set, row.kind): (row.p_at_1 or 0.0, row.recall_at_5 or 0.0) for row in report.rows}
    answered = {(row.set, row.kind): row.answered_rate for row in report.rows}
    floors = {("moj", "authored"): (0.62, 0.87), ("moj", "anchor"): (0.8, 0.95), ("so", "human-title"): (0.3, 0.51)}
    assert all(reached[key] >= floor for key, floor in floors.items()), reached
    assert answered["moj", "oos-far"] <= 0.01
    assert answered["moj", "oos-near"] <= 0.1
    assert report.abstention_auc["moj"] >= 0.87
