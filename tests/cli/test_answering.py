"""`mentor ask` and `mentor eval` as scripts rely on them."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Run
from tests.embeddings.server import listed
from tests.embeddings.server import serving as embeddings
from tests.git.remote import make_remote
from tests.model_server import refuses, says, serving


@pytest.mark.parametrize(
    ("text", "outcome", "sources"),
    [
        ("how do I see the logs of my service?", "answered", ["logs.md"]),
        ("which restaurant has vegan lunch?", "silent", []),
    ],
)
def test_an_answer_as_json_is_as_promised(
    mentor: Run, handbook: str, text: str, outcome: str, sources: list[str]
) -> None:
    done = mentor("ask", text, "--handbook", handbook, "--json")

    said = json.loads(done.out)
    assert (done.status, done.err, len(done.out.splitlines())) == (0, "", 1)
    assert list(said) == ["outcome", "text", "sources", "confidence"]
    assert said["outcome"] == outcome
    assert [source["id"] for source in said["sources"]][:1] == sources
    assert all(list(source) == ["id", "title", "section", "score"] for source in said["sources"])
    assert 0 <= said["confidence"] <= 1


def test_an_answer_in_words_names_its_source(mentor: Run, handbook: str) -> None:
    done = mentor("ask", "how do I see the logs of my service?", "--handbook", handbook)

    assert (done.status, done.err) == (0, "")
    assert "Open Grafana" in done.out
    assert "(logs.md)" in done.out


def test_an_answer_comes_from_a_source_too_and_a_lost_one_is_said(mentor: Run, handbook: str, tmp_path: Path) -> None:
    docs = make_remote(tmp_path / "docs.git")
    docs.commit({"php.md": "# Connect a PHP app\n\nBind the service.\n"})
    sources = f"- repository: {docs.address}\n- {{name: gone, repository: 'file://{tmp_path}/nothing.git'}}\n"
    (Path(handbook) / "sources.yaml").write_text(sources)

    done = mentor("ask", "how do I connect a PHP app?", "--handbook", handbook, "--json")

    assert (done.status, json.loads(done.out)["sources"][0]["id"]) == (0, "docs:php.md")
    assert done.err.startswith("mentor: the source gone is not used: git ls-remote failed")


def test_a_question_is_asked_of_the_settings_handbook_unless_another_is_named(mentor: Run, handbook: str) -> None:
    text = "how do I get more memory for my namespace?"

    by_setting = mentor("ask", text, "--json", MENTOR_HANDBOOK=handbook)
    by_option = mentor("ask", text, "--json", "--handbook", handbook, MENTOR_HANDBOOK="/none")

    assert json.loads(by_setting.out) == json.loads(by_option.out)
    assert json.loads(by_setting.out)["sources"][0]["id"] == "quotas.md"


@pytest.mark.parametrize("text", ["", " ", "\x00", "?", "x" * 20_000, 'AND OR NOT ( " title:* ^~', "🙂", "<!channel>"])
def test_any_text_may_be_asked(mentor: Run, handbook: str, text: str) -> None:
    done = mentor("ask", text, "--handbook", handbook, "--json")

    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)["outcome"] in ("answered", "suggested", "silent")


@pytest.mark.parametrize("place", ["none", "ext::sh -c true", "https://"])
def test_a_handbook_that_cannot_be_read_is_a_failed_command(mentor: Run, place: str) -> None:
    done = mentor("ask", "where are my logs?", "--handbook", place, "--json")

    assert (done.status, done.out, len(done.complaints)) == (1, "", 1)
    assert done.err.startswith("mentor: ")


async def test_a_model_that_is_set_writes_the_answer_unless_it_is_left_out(mentor: Run, handbook: str) -> None:
    written = "Choose Explore in Grafana and pick your team's label namespace."
    said = {"answered": True, "sentences": [{"text": written, "passages": [1]}]}
    question = ("ask", "how do I see the logs of my service?", "--handbook", handbook, "--json")
    async with serving(says(said)) as server:
        model = {"MENTOR_LLM_MODEL": "m1", "MENTOR_LLM_BASE_URL": server.base_url}
        by_model = await asyncio.to_thread(mentor, *question, **model)
        without = await asyncio.to_thread(mentor, *question, "--no-model", **model)
        server.reply = refuses(500)
        in_trouble = await asyncio.to_thread(mentor, *question, **model)

    assert json.loads(by_model.out)["text"] == written
    assert json.loads(without.out)["text"].startswith("Open Grafana")
    assert in_trouble.out == without.out
    assert "model.trouble" in in_trouble.err
    assert len(server.asked) == 2


def about_memory(texts: Sequence[str]) -> bytes:
    """The odd question means what the article on quotas does; all else something else."""
    return listed([[1.0, 0.0] if "quota" in text or text == ODD else [0.0, 1.0] for text in texts])


ODD = "OOMKilled again"


async def test_what_is_asked_and_checked_is_found_by_its_meaning_as_the_bot_would(mentor: Run, handbook: str) -> None:
    (Path(handbook) / "golden.yaml").write_text(f"- {{question: {ODD}, article: quotas.md}}\n")
    commands = (("ask", ODD, "--json"), ("check", "--golden"))
    async with embeddings(about_memory) as server:
        model = {"MENTOR_EMBEDDING_MODEL": "m", "MENTOR_EMBEDDING_BASE_URL": server.base_url}
        by_words = [await asyncio.to_thread(mentor, *each, MENTOR_HANDBOOK=handbook) for each in commands]
        meant = [await asyncio.to_thread(mentor, *each, MENTOR_HANDBOOK=handbook, **model) for each in commands]
        server.status = 500
        failing = [await asyncio.to_thread(mentor, *each, MENTOR_HANDBOOK=handbook, **model) for each in commands]

    assert json.loads(meant[0].out)["sources"][0]["id"] == "quotas.md"
    assert [each.status for each in meant] == [0, 0]
    assert [each.out for each in failing] == [each.out for each in by_words] != [each.out for each in meant]
    assert all("meanings are not compared, words alone are" in each.err for each in failing)


CORPUS = [
    {"id": "logs.md", "set": "ours", "title": "Read logs", "text": "# Read logs\n\nOpen Grafana and choose Explore."},
    {
        "id": "keys.md",
        "set": "ours",
        "title": "Rotate a key",
        "text": "# Rotate a key\n\nWrite a new one to the vault.",
    },
]
QUERIES = [
    {
        "qid": "1",
        "set": "ours",
        "kind": "authored",
        "query": "how do I read logs in Grafana?",
        "relevant_ids": ["logs.md"],
        "answerable": True,
    },
    {
        "qid": "2",
        "set": "ours",
        "kind": "authored",
        "query": "rotate a key",
        "relevant_ids": ["keys.md"],
        "answerable": True,
    },
    {"qid": "3", "set": "ours", "kind": "oos-far", "query": "play some jazz", "relevant_ids": [], "answerable": False},
]


def _lines(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_judged_data_gives_the_figures_promised(mentor: Run, tmp_path: Path) -> None:
    corpus, queries = _lines(tmp_path / "c.jsonl", CORPUS), _lines(tmp_path / "q.jsonl", QUERIES)

    done = mentor("eval", "--corpus", corpus, "--queries", queries, "--json")

    report = json.loads(done.out)
    assert (done.status, done.err) == (0, "")
    assert list(report) == ["rows", "abstention_auc", "thresholds"]
    assert [list(row) for row in report["rows"]] == 2 * [
        [
            *("set", "kind", "n", "p_at_1", "recall_at_5", "mrr_at_10", "answered_rate", "ms_p50", "ms_p99"),
            *("shown_right_rate", "suggested_rate"),
        ]
    ]
    shown = [
        (row["set"], row["kind"], row["n"], row["p_at_1"], row["recall_at_5"], row["mrr_at_10"])
        for row in report["rows"]
    ]
    assert shown == [("ours", "authored", 2, 1.0, 1.0, 1.0), ("ours", "oos-far", 1, None, None, None)]
    assert report["abstention_auc"] == {"ours": 1.0}


def test_judged_data_with_the_embedded_model_gives_a_curve_for_a_spreadsheet(mentor: Run, tmp_path: Path) -> None:
    corpus, queries = _lines(tmp_path / "c.jsonl", CORPUS), _lines(tmp_path / "q.jsonl", QUERIES)
    curve = tmp_path / "curve.csv"

    done = mentor(
        *("eval", "--corpus", corpus, "--queries", queries, "--json"),
        *("--embeddings", "embedded", "--curve", str(curve)),
    )

    assert (done.status, done.err) == (0, "")
    lines = curve.read_text("utf-8").splitlines()
    assert lines[:2] == ["set,kind,threshold,answered_right,answered_wrong", "ours,authored,0.00,1.0000,0.0000"]
    assert lines[-1] == "ours,oos-far,1.00,0.0000,0.0000"


def test_judged_data_in_words_is_a_line_a_row(mentor: Run, tmp_path: Path) -> None:
    corpus, queries = _lines(tmp_path / "c.jsonl", CORPUS), _lines(tmp_path / "q.jsonl", QUERIES)

    done = mentor("eval", "--corpus", corpus, "--queries", queries)

    assert (done.status, done.err) == (0, "")
    assert [line.split()[:3] for line in done.out.splitlines()[1:3]] == [
        ["ours", "authored", "2"],
        ["ours", "oos-far", "1"],
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [(None, "none.jsonl"), ("{\n", "q.jsonl:1"), ('{"query": 5}\n', "q.jsonl:1"), ("[]\n", "q.jsonl:1")],
    ids=["no file", "no JSON", "a wrong field", "no object"],
)
def test_judged_data_that_cannot_be_read_is_named(mentor: Run, tmp_path: Path, text: str | None, named: str) -> None:
    corpus = _lines(tmp_path / "c.jsonl", CORPUS)
    queries = tmp_path / ("none.jsonl" if text is None else "q.jsonl")
    if text is not None:
        queries.write_text(text)

    done = mentor("eval", "--corpus", corpus, "--queries", str(queries), "--json")

    assert (done.status, done.out, len(done.complaints)) == (1, "", 1)
    assert named in done.err
