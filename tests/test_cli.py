"""The `mentor` command as scripts rely on it: what is printed where, and the exit status."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import generate
from bot.cli import main
from bot.storage import migrate
from tests.embeddings.server import about, listed
from tests.embeddings.server import serving as embeddings
from tests.git.remote import make_remote
from tests.journeys.handbook import write_handbook
from tests.model_server import refuses, says, serving

MENTOR = Path(sys.executable).parent / "mentor"
TOUR_S = 60.0  # the tour's own promise


@dataclass(frozen=True)
class Done:
    status: object
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        return self.err.splitlines()


Run = Callable[..., Done]


@pytest.fixture
def mentor(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in an empty folder, with no settings but those given."""
    for name in list(os.environ):
        if name.startswith(("MENTOR_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **settings: str) -> Done:
        with monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main(arguments)
        printed = capsys.readouterr()
        return Done(ended.value.code or 0, printed.out, printed.err)

    return run


@pytest.fixture
def handbook(tmp_path: Path) -> str:
    return str(write_handbook(tmp_path / "handbook"))


def _lines(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


# Misuse.


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["ask"],
        ["ask", "one", "two"],
        ["ask", "where?", "--loud"],
        ["eval"],
        ["eval", "--corpus", "c.jsonl"],
        ["db"],
        ["db", "sideways"],
        ["db", "downgrade"],
        ["demo", "--port", "eighty"],
        ["demo", "--port", "65536"],
        ["demo", "--port", "-1"],
        ["run", "now"],
        ["doctor", "now"],
        ["doctor", "--handbook", "x"],
        ["init", "one", "two"],
        ["init", "--force"],
        ["import"],
        ["import", "export", "more"],
        ["import", "export", "--team-file"],
        ["questions", "--since", "4w"],
        ["replies", "all"],
        ["health", "--since"],
        ["health", "4w"],
        ["actions"],
        ["actions", "show"],
        ["actions", "list", "all"],
        ["actions", "render"],
        ["pulse"],
        ["pulse", "preview", "platform-pulse"],
        ["actions", "render", "create-bucket", "--input", "bucket"],
        ["actions", "render", "create-bucket", "--input", "=receipts"],
        ["actions", "render", "create-bucket", "--input", "bucket=a", "--input", "bucket=b"],
        ["actions", "figures", "90d"],
    ],
    ids=" ".join,
)
def test_misuse_is_one_line_on_standard_error_and_status_2(mentor: Run, arguments: list[str]) -> None:
    done = mentor(*arguments)

    assert (done.status, done.out, len(done.complaints)) == (2, "", 1)
    assert done.err.startswith("mentor: ")


@pytest.mark.parametrize(
    "command",
    ["", "demo", "run", "check", "doctor", "init", "ask", "eval", "import", "questions", "replies", "health", "db"],
)
def test_help_is_not_misuse(mentor: Run, command: str) -> None:
    done = mentor(*command.split(), "--help")

    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"usage: mentor {command}".rstrip())


def test_a_bot_without_settings_says_all_it_lacks(mentor: Run) -> None:
    done = mentor("run")

    assert (done.status, done.out) == (2, "")
    assert [line.split(":")[1].strip() for line in done.complaints] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]


@pytest.mark.parametrize("command", [["run"], ["ask", "where?"], ["db", "current"]], ids=" ".join)
def test_wrong_settings_are_listed_all_at_once(mentor: Run, command: list[str]) -> None:
    done = mentor(*command, MENTOR_HTTP_PORT="eighty", MENTOR_LOG_LEVEL="loud", SLACK_BOT_TOKEN="canary")

    assert (done.status, done.out) == (2, "")
    assert [line.split(":")[1].strip() for line in done.complaints] == [
        "SLACK_BOT_TOKEN",
        "MENTOR_HTTP_PORT",
        "MENTOR_LOG_LEVEL",
    ]
    assert "canary" not in done.err


# ask


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


# eval

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


# actions


def test_the_catalogue_is_listed(mentor: Run) -> None:
    done = mentor("actions", "list")

    assert (done.status, done.err, len(done.out.splitlines())) == (0, "", 12)
    assert done.out.splitlines()[2].split() == [
        *("create-bucket", "proposal", "Create", "a", "storage", "bucket;", "approval", "by", "platform-approvers"),
        *("where", "environment", "is", "prod,", "within", "3", "working", "days"),
    ]


def test_the_catalogue_is_listed_as_json(mentor: Run) -> None:
    done = mentor("actions", "list", "--json")

    said = {each["id"]: each for each in json.loads(done.out)}
    assert (done.status, done.err, len(said)) == (0, "", 12)
    assert said["set-quota"]["approval"]["by"] == "duty"
    assert said["restart-service"]["is_offered"] is True


def test_figures_of_actions_are_told_in_words_and_as_json(mentor: Run) -> None:
    assert mentor("db", "upgrade").status == 0

    words, as_json = mentor("actions", "figures", "--since", "2026-01-01"), mentor("actions", "figures", "--json")

    assert (words.status, words.err, len(words.out.splitlines())) == (0, "", 3)
    assert words.out.startswith("From asking to live: too few to say (0).\n")
    assert as_json.status == 0
    assert json.loads(as_json.out)["time_to_converged_s"] == {"n": 0, "median": None, "p90": None}


def test_figures_need_a_window_and_a_database(mentor: Run) -> None:
    assert (mentor("actions", "figures").status, mentor("actions", "figures", "--since", "soon").status) == (1, 2)


def test_an_empty_catalogue_is_an_empty_list(mentor: Run, handbook: str) -> None:
    assert mentor("actions", "list", "--handbook", handbook) == Done(0, "", "")
    assert mentor("actions", "list", "--handbook", handbook, "--json").out == "[]\n"


def test_an_entry_is_shown(mentor: Run) -> None:
    told, as_json = mentor("actions", "show", "new-queue"), mentor("actions", "show", "new-queue", "--json")

    assert (told.status, told.out.splitlines()[0]) == (0, "Create a message queue (new-queue)")
    assert (as_json.status, json.loads(as_json.out)["title"]) == (0, "Create a message queue")


def test_an_action_that_is_not_there_is_one_line(mentor: Run) -> None:
    for command in ("show", "render"):
        done = mentor("actions", command, "new-queues")

        said = 'mentor: The handbook has no action "new-queues"; did you mean "new-queue"?\n'
        assert done == Done(1, "", said)


def test_the_very_change_is_rendered(mentor: Run) -> None:
    typed = ("--input", "queue=payouts", "--input", "team=payments", "--input", "delivery_limit=7")
    done, as_json = (
        mentor("actions", "render", "new-queue", *typed),
        mentor("actions", "render", "new-queue", *typed, "--json"),
    )

    text = (
        "apiVersion: platform.example.com/v1\nkind: Queue\nmetadata:\n  name: payouts\nspec:\n"
        "  environments:\n    - staging\n    - prod\n  deliveryLimit: 7\n"
    )
    diff = "".join(f"+{line}\n" for line in text.splitlines())
    file = "teams/payments/queues/payouts.yaml"
    assert done == Done(0, f"--- /dev/null\n+++ b/{file}\n@@ -0,0 +1,9 @@\n{diff}", "")
    assert json.loads(as_json.out) == {"action": "new-queue", "mode": "proposal", "files": {file: text}}


def test_what_is_typed_wrongly_is_a_line_each(mentor: Run) -> None:
    done = mentor("actions", "render", "new-queue", "--input", "queue=../x", "--json")

    assert (done.status, done.out) == (1, "")
    assert [line.split(": ")[1] for line in done.complaints] == ["queue", "team"]


# check


# pulse


def test_what_surveys_would_ask_is_shown(mentor: Run) -> None:
    done = mentor("pulse", "preview")

    assert (done.status, done.err) == (0, "")
    assert [line for line in done.out.splitlines() if line.endswith(")")] == [
        "Was that easy? (after-action)",
        "Platform pulse (platform-pulse)",
        "Do you know where to ask? (where-to-ask)",
        "Why not attested builds? (why-not-us)",
    ]


def test_what_one_survey_would_ask_is_shown_as_json(mentor: Run) -> None:
    done = mentor("pulse", "preview", "--survey", "platform-pulse", "--json")

    (said,) = json.loads(done.out)
    assert (done.status, done.err) == (0, "")
    assert said["message"]["buttons"] == ["1", "2", "3", "4", "5"]
    assert date.fromisoformat(said["next_day"]).isoweekday() == 2


def test_a_handbook_without_surveys_asks_nothing(mentor: Run, handbook: str) -> None:
    assert mentor("pulse", "preview", "--handbook", handbook) == Done(0, "", "")
    assert mentor("pulse", "preview", "--handbook", handbook, "--json").out == "[]\n"


def test_a_survey_that_is_not_there_is_one_line(mentor: Run) -> None:
    done = mentor("pulse", "preview", "--survey", "platform-puls")

    assert (done.status, done.out) == (1, "")
    assert done.complaints == ['mentor: The handbook has no survey "platform-puls"; did you mean "platform-pulse"?']


def test_a_good_handbook_passes(mentor: Run, handbook: str) -> None:
    done = mentor("check", "--handbook", handbook)

    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("The handbook is good: ")


def test_a_good_handbook_passes_as_json(mentor: Run, handbook: str) -> None:
    done = mentor("check", "--handbook", handbook, "--json")

    assert (done.status, done.err, json.loads(done.out)) == (0, "", {"ok": True, "problems": []})


def test_the_embedded_handbook_passes(mentor: Run) -> None:
    assert mentor("check").status == 0


def test_a_broken_handbook_fails_with_a_line_for_each_error(mentor: Run, handbook: str) -> None:
    (Path(handbook) / "channels.yaml").write_text("timezone: Mars/Olympus\nchanels: []\n")

    done = mentor("check", "--handbook", handbook)

    assert done.status == 1
    assert [line.split(": ")[1:3] for line in done.complaints] == [
        ["channels.yaml:1", "timezone"],
        ["channels.yaml:2", "chanels"],
    ]


def test_a_broken_handbook_fails_as_json(mentor: Run, handbook: str) -> None:
    (Path(handbook) / "channels.yaml").write_text("timezone: Mars/Olympus\n")

    done = mentor("check", "--handbook", handbook, "--json")

    said = json.loads(done.out)
    assert (done.status, done.err, said["ok"]) == (1, "", False)
    (problem,) = said["problems"]
    assert list(problem) == ["file", "line", "field", "what", "fix", "level"]
    assert (problem["file"], problem["line"], problem["field"], problem["level"]) == (
        "channels.yaml",
        1,
        "timezone",
        "error",
    )


def test_a_manifest_lacking_a_scope_fails(mentor: Run, tmp_path: Path, handbook: str) -> None:
    text = generate.manifest_text().replace("    - chat:write\n", "")
    (tmp_path / "app_manifest.yaml").write_text(text)

    done = mentor("check", "--handbook", handbook)

    assert done.status == 1
    assert done.complaints[0].startswith("error: app_manifest.yaml:1: oauth_config.scopes.bot: chat:write is missing; ")


def test_wrong_settings_fail_the_check(mentor: Run) -> None:
    done = mentor("check", MENTOR_HTTP_PORT="eighty", MENTOR_LOG_LEVEL="loud")

    assert done.status == 1
    assert [line.split(": ")[2] for line in done.complaints] == ["MENTOR_HTTP_PORT", "MENTOR_LOG_LEVEL"]


def test_wrong_settings_fail_the_check_as_json(mentor: Run) -> None:
    done = mentor("check", "--json", MENTOR_HTTP_PORT="eighty")

    said = json.loads(done.out)
    assert (done.status, done.err, said["ok"]) == (1, "", False)
    assert [problem["field"] for problem in said["problems"]] == ["MENTOR_HTTP_PORT"]


# questions, replies, health


THREAD = [
    {"type": "message", "user": "U0ANNA1", "text": "where are the logs?", "ts": "1763992800.000100"},
    {"type": "message", "user": "U0BEN12", "text": "Open Grafana and choose Explore.", "ts": "1763992890.000100"},
    {"type": "message", "user": "U0ANNA1", "text": "thanks, that worked", "ts": "1763992900.000100"},
    {"type": "message", "user": "U0CARL1", "text": "how do I get a database?", "ts": "1763992950.000100"},
]


@pytest.fixture
def imported(mentor: Run, handbook: str, tmp_path: Path) -> dict[str, str]:
    """The settings of a database that holds two questions; Ben is in the platform team."""
    folder = tmp_path / "threads"
    (folder / "general").mkdir(parents=True)
    (folder / "channels.json").write_text(json.dumps([{"id": "C0GENERAL", "name": "general"}]))
    first, reply, thanks, second = THREAD
    in_thread = {"thread_ts": first["ts"]}
    (folder / "general" / "2025-11-24.json").write_text(
        json.dumps([first | in_thread, reply | in_thread, thanks | in_thread, second])
    )
    (tmp_path / "team.txt").write_text("U0BEN12\n")
    settings = {"MENTOR_HANDBOOK": handbook, "MENTOR_DATA": str(tmp_path / "data")}
    assert mentor("import", str(folder), "--team-file", "team.txt", **settings).status == 0
    return settings


def test_questions_by_ids_are_as_promised(mentor: Run, imported: dict[str, str]) -> None:
    done = mentor("questions", "--json", "--ids", **imported)

    assert [json.loads(line) for line in done.out.splitlines()] == [
        {
            "channel": "C0GENERAL",
            "ts": "1763992800.000100",
            "asker": "U0ANNA1",
            "outcome": "platform",
            "first_responder": "U0BEN12",
            "first_responder_kind": "platform",
            "seconds_to_first_response": 90,
            "resolved_by_kind": "platform",
        },
        {
            "channel": "C0GENERAL",
            "ts": "1763992950.000100",
            "asker": "U0CARL1",
            "outcome": "none",
            "first_responder": None,
            "first_responder_kind": "none",
            "seconds_to_first_response": None,
            "resolved_by_kind": None,
        },
    ]


def test_replies_by_ids_are_as_promised(mentor: Run, imported: dict[str, str]) -> None:
    done = mentor("replies", "--json", "--ids", **imported)

    linked = {"channel": "C0GENERAL", "answers_ts": "1763992800.000100", "confidence": 1.0}
    assert [json.loads(line) for line in done.out.splitlines()] == [
        {"ts": "1763992890.000100", "user": "U0BEN12"} | linked,
        {"ts": "1763992900.000100", "user": "U0ANNA1"} | linked,
    ]


@pytest.mark.parametrize("command", ["questions", "replies"])
@pytest.mark.parametrize("as_json", [True, False], ids=["json", "words"])
def test_rows_say_that_they_are_for_the_operator_and_name_nobody(
    mentor: Run, imported: dict[str, str], command: str, as_json: bool
) -> None:
    arguments = [command, "--json"] if as_json else [command]

    runs = [mentor(*arguments, **imported) for _ in range(2)]

    assert [len(done.complaints) for done in runs] == [1, 1]
    assert "for the operator alone" in runs[0].err
    assert not [word for word in ("U0", "C0GENERAL", "17639") if word in runs[0].out]
    assert runs[0].out != runs[1].out  # the names are others each time
    assert len(runs[0].out.splitlines()) == (2 if as_json else 3)


def test_rows_without_ids_keep_durations_and_who_is_who_within_a_run(mentor: Run, imported: dict[str, str]) -> None:
    rows = [json.loads(line) for line in mentor("replies", "--json", **imported).out.splitlines()]
    asked = [json.loads(line) for line in mentor("questions", "--json", **imported).out.splitlines()]

    assert [(row["ts"], row["answers_ts"], row["confidence"]) for row in rows] == [(None, None, 1.0)] * 2
    assert len({row["channel"] for row in rows}) == 1
    assert len({row["user"] for row in rows}) == 2
    assert sorted(row["seconds_to_first_response"] or 0 for row in asked) == [0, 90]


def test_health_as_json_is_counts_alone(mentor: Run, imported: dict[str, str]) -> None:
    window = ("--since", "2025-11-24", "--until", "2025-11-25")

    done = mentor("health", *window, "--json", **imported)

    said = json.loads(done.out)
    assert (done.status, done.err, list(said)) == (0, "", ["figures", "channels", "hints"])
    assert said["figures"]["window"] == {"since": "2025-11-24T00:00:00+00:00", "until": "2025-11-25T00:00:00+00:00"}
    assert (said["figures"]["questions"], said["figures"]["unanswered"]["k"]) == (2, 1)
    assert not [word for word in ("U0", "1763992800") if word in done.out]


def test_health_in_words_says_when_there_are_too_few(mentor: Run, imported: dict[str, str]) -> None:
    done = mentor("health", "--since", "2025-11-24", "--until", "2025-11-25", **imported)

    lines = done.out.splitlines()
    assert lines[0] == "Do people help each other? 24 Nov 2025 to 24 Nov 2025: 2 questions from 2 people."
    assert "• No person responded: too few to say (1 of 2)." in lines
    assert lines[-1].startswith("#general: 1 question") or "#general" in done.out


def test_health_of_a_time_without_questions_says_so(mentor: Run, imported: dict[str, str]) -> None:
    done = mentor("health", "--since", "2024-01-01", "--until", "2024-02-01", **imported)

    assert done.out.splitlines()[1] == "Nobody asked anything in the channels I watch."


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (["--since", "yesterday"], "'yesterday' is no day and no length of time; write 2026-11-02, 30d or 4w."),
        (["--since", "2025-11-25", "--until", "2025-11-24"], "2025-11-25 is not before 2025-11-24."),
    ],
)
def test_window_that_is_none_is_one_line(mentor: Run, imported: dict[str, str], window: list[str], said: str) -> None:
    done = mentor("health", *window, **imported)

    assert (done.status, done.out, done.complaints) == (2, "", [f"mentor: {said}"])


@pytest.mark.parametrize(
    ("form", "first"),
    [
        (["--week", "2025-W48"], "The week in our channels: 24 Nov to 30 Nov 2025"),
        (["--week", "2025-W48", "--json"], '{"week": "2025-W48", '),
        (["--week", "2025-W48", "--blocks"], '{"blocks": [{"type": "header", '),
    ],
    ids=["words", "json", "blocks"],
)
def test_digest_of_a_week_is_told_in_three_forms(
    mentor: Run, imported: dict[str, str], form: list[str], first: str
) -> None:
    done = mentor("digest", *form, **imported)

    assert (done.status, done.err, done.out.startswith(first)) == (0, "", True)


@pytest.mark.parametrize("week", ["2025-W60", "0001-W01", "soon"])
def test_digest_of_no_week_is_one_line(mentor: Run, imported: dict[str, str], week: str) -> None:
    done = mentor("digest", "--week", week, **imported)

    complaint = f"mentor: --week: '{week}' is no week; write for example 2026-W47"
    assert (done.status, done.out, done.complaints) == (2, "", [complaint])


@pytest.mark.parametrize("command", ["questions", "replies", "health", "digest"])
def test_database_that_was_never_made_is_one_line(mentor: Run, handbook: str, tmp_path: Path, command: str) -> None:
    done = mentor(command, MENTOR_HANDBOOK=handbook, MENTOR_DATA=str(tmp_path / "none"))

    assert (done.status, done.out, len(done.complaints)) == (1, "", 1)
    assert "mentor db upgrade" in done.err


def test_figures_are_told_without_a_handbook(mentor: Run, imported: dict[str, str]) -> None:
    done = mentor("questions", "--json", "--ids", **(imported | {"MENTOR_HANDBOOK": "/nowhere"}))

    assert (done.status, len(done.out.splitlines())) == (0, 2)
    assert "the defaults" in done.complaints[0]


# import


SAID = [
    {"type": "message", "user": "U0ANNA", "text": "where are the logs?", "ts": "1763992800.000100"},
    {"type": "message", "user": "U0BEN", "text": "joined", "ts": "1763992801.000100", "subtype": "channel_join"},
]


@pytest.fixture
def slack_export(tmp_path: Path) -> Path:
    """A channel with a message and a notice, and a file that is broken."""
    folder = tmp_path / "export"
    (folder / "general").mkdir(parents=True)
    (folder / "channels.json").write_text(json.dumps([{"id": "C0GENERAL", "name": "general"}]))
    (folder / "general" / "2025-11-24.json").write_text(json.dumps(SAID))
    (folder / "general" / "2025-11-25.json").write_text("[{")
    return folder


def test_an_import_says_what_it_read(mentor: Run, handbook: str, slack_export: Path) -> None:
    done = mentor("import", str(slack_export), MENTOR_HANDBOOK=handbook)

    first, *rest = done.out.splitlines()
    assert (done.status, done.err) == (0, "")
    assert first.startswith("Read 1 message by 1 person in 1 channel and 2 files, from 2025-11-24 to 2025-11-24, in ")
    assert rest == [
        "New: 1. Already known: 0.",
        "Among them: 0 replies, 0 messages by bots. Reactions: 0. Questions found: 1.",
        "Left out, Slack's own notices: 1 channel_join.",
        "Could not be read: 1.",
        "  general/2025-11-25.json: is no JSON",
        "Platform team: nobody is named, so its replies count as peers'. Name it with --team-file.",
    ]


def test_an_import_as_json_is_as_promised_and_a_second_one_adds_nothing(
    mentor: Run, handbook: str, slack_export: Path, tmp_path: Path, database_url: str
) -> None:
    (tmp_path / "team.txt").write_text("U0BEN12 # on call\nU0CARL1\n")
    command = ("import", str(slack_export), "--json", "--team-file", "team.txt")

    runs = [mentor(*command, MENTOR_HANDBOOK=handbook, MENTOR_DATABASE_URL=database_url) for _ in range(2)]

    first, second = (json.loads(done.out) for done in runs)
    assert [(done.status, done.err) for done in runs] == [(0, ""), (0, "")]
    assert first.pop("seconds") >= 0
    assert first == {
        "files": 2,
        "channels": 1,
        "people": 1,
        "messages": 1,
        "new": 1,
        "known": 0,
        "replies": 0,
        "questions": 1,
        "reactions": 0,
        "bot_messages": 0,
        "not_kept": {"nameless_bots": 0, "other_companies": 0},
        "deleted": 0,
        "notices": {"channel_join": 1},
        "left_out": {"between_people": 0, "unlisted": []},
        "derived_ids": [],
        "unreadable": {
            "count": 1,
            "listed": [{"file": "general/2025-11-25.json", "index": None, "reason": "is no JSON"}],
        },
        "first_ts": "1763992800.000100",
        "last_ts": "1763992800.000100",
        "team": {"source": "file", "people": 2},
    }
    assert (second["new"], second["known"]) == (0, 1)


@pytest.mark.parametrize("place", ["nowhere", "empty", "no.zip"])
def test_what_is_no_export_is_one_line(mentor: Run, tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "no.zip").write_text("no zip")

    done = mentor("import", place)

    assert (done.status, done.out, len(done.complaints)) == (1, "", 1)
    assert place in done.err


def test_an_export_of_which_nothing_can_be_read_is_a_failed_command(
    mentor: Run, handbook: str, slack_export: Path
) -> None:
    (slack_export / "general" / "2025-11-24.json").unlink()

    done = mentor("import", str(slack_export), "--json", MENTOR_HANDBOOK=handbook)

    assert (done.status, json.loads(done.out)["unreadable"]["count"], len(done.complaints)) == (1, 1, 1)
    assert "no message could be read" in done.err


def test_a_broken_team_file_is_said_before_anything_is_taken_down(
    mentor: Run, slack_export: Path, tmp_path: Path
) -> None:
    (tmp_path / "team.yaml").write_text("- U0ANNA1\n- anna\n- ben\n")

    done = mentor("import", str(slack_export), "--team-file", "team.yaml")

    assert (done.status, done.out) == (1, "")
    assert [line.split(" is ")[0] for line in done.complaints] == [
        'mentor: team.yaml:2: [1]: "anna"',
        'mentor: team.yaml:3: [2]: "ben"',
    ]
    assert not (tmp_path / ".data" / "mentor.db").exists()


# db


def test_a_database_is_moved_up_and_down(mentor: Run, empty_url: str) -> None:
    moves = (["current"], ["upgrade"], ["upgrade"], ["current"], ["downgrade", "base"], ["current"], ["upgrade"])

    done = [mentor("db", *move, MENTOR_DATABASE_URL=empty_url) for move in moves]

    head = migrate.head()
    assert [each.out.strip() for each in done] == ["empty", head, head, head, "empty", "empty", head]
    assert [(each.status, each.err) for each in done] == [(0, "")] * len(moves)


def test_the_default_database_stands_in_the_data_folder(mentor: Run, tmp_path: Path) -> None:
    assert mentor("db", "upgrade", MENTOR_DATA=str(tmp_path / "here")).status == 0
    assert (tmp_path / "here" / "mentor.db").is_file()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://mentor:canary@127.0.0.1:1/mentor", "does not answer"),
        ("postgresql://mentor:canary@127.0.0.1:port/mentor", "no address of a database"),
        ("oracle://mentor:canary@127.0.0.1/mentor", "not a known database"),
        ("sqlite:////dev", "cannot be opened"),
        ("sqlite:////dev/null/mentor.db", "cannot be opened"),
    ],
)
def test_a_database_that_is_not_to_be_had_is_one_line(mentor: Run, url: str, said: str) -> None:
    done = mentor("db", "current", MENTOR_DATABASE_URL=url)

    assert (done.status in (1, 2), done.out, len(done.complaints)) == (True, "", 1)
    assert said in done.err
    assert ":canary" not in done.err


def test_a_revision_that_is_not_there_is_one_line(mentor: Run) -> None:
    done = mentor("db", "downgrade", "nonsense")

    assert (done.status, done.out, len(done.complaints)) == (1, "", 1)
    assert "nonsense" in done.err


# The program itself.


def _program(*arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MENTOR_", "SLACK_"))}
    return subprocess.run(
        [MENTOR, *arguments],
        cwd=cwd,
        env={**environment, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * TOUR_S,
        check=False,
    )


def test_the_tour_ends_by_itself_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = _program("demo", "--once", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert "Mentor in a sandbox workspace: http://127.0.0.1:" in done.stdout
    summary = done.stdout.partition("In short:\n")[2].splitlines()
    assert len(summary) >= 5
    assert all(line.startswith("  ✓ ") for line in summary)
    assert done.stdout.count("It was easy to get done what I wanted.") == 1
    assert "asked questions | 67 % of 9" in done.stdout
    assert "by team, role: too few to say" in done.stdout
    assert "Nadia Rahman and" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_program_may_be_started_from_any_folder(tmp_path: Path) -> None:
    done = _program("ask", "how do I see the logs of my service?", "--json", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["outcome"] == "answered"


def test_a_bot_that_cannot_reach_slack_ends_with_one_line(tmp_path: Path) -> None:
    now = datetime.now(UTC).timestamp()  # for from the beginning of time a fast clock leaves the calendar
    done = _program(
        "run",
        cwd=tmp_path,
        SLACK_BOT_TOKEN="xoxb-canary",
        SLACK_APP_TOKEN="xapp-canary",
        SLACK_API_URL="http://127.0.0.1:1/api/",
        MENTOR_CLOCK=f"{now}:{now}:1000",
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("mentor: auth.test: ")
    assert "canary" not in done.stderr


# rehearse


def test_a_rehearsal_puts_past_questions_to_the_handbook(mentor: Run, handbook: str, slack_export: Path) -> None:
    channels = Path(handbook) / "channels.yaml"
    channels.write_text(channels.read_text() + "\nkeep_text: 3650 days\n")
    mentor("import", str(slack_export), MENTOR_HANDBOOK=handbook)

    done = mentor("rehearse", "--since", "3660d", "--json", MENTOR_HANDBOOK=handbook)

    told = json.loads(done.out)
    assert (done.status, told["n"]) == (0, told["answered"] + told["suggested"] + told["silent"])
    assert told["n"] > 0
    assert told["thresholds"] is None
    assert [line for line in done.complaints if "do not pass on" in line]


async def test_a_rehearsal_compares_meanings_where_a_model_is_set(
    mentor: Run, handbook: str, slack_export: Path
) -> None:
    channels = Path(handbook) / "channels.yaml"
    channels.write_text(channels.read_text() + "\nkeep_text: 3650 days\n")
    await asyncio.to_thread(mentor, "import", str(slack_export), MENTOR_HANDBOOK=handbook)
    async with embeddings(about) as server:
        model = {"MENTOR_EMBEDDING_MODEL": "m", "MENTOR_EMBEDDING_BASE_URL": server.base_url}

        done = await asyncio.to_thread(
            mentor, "rehearse", "--since", "3660d", "--json", MENTOR_HANDBOOK=handbook, **model
        )

    questions = [text for body in server.asked for text in body["input"] if len(body["input"]) == 1]
    assert len(questions) == json.loads(done.out)["n"] > 0


def test_a_rehearsal_of_no_time_is_misuse(mentor: Run, handbook: str) -> None:
    mentor("db", "upgrade")

    done = mentor("rehearse", "--since", "yesterday", MENTOR_HANDBOOK=handbook)

    assert (done.status, done.out) == (2, "")
    assert done.complaints == [
        "mentor: --since: 'yesterday' is no day and no length of time; write 2026-11-02, 30d or 4w."
    ]
