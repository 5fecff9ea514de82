"""`mentor questions`, `replies`, `health` and `digest` as scripts rely on them."""

import json
from pathlib import Path

import pytest

from tests.cli.command import Run

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
    assert (done.status, done.err, list(said)) == (0, "", ["figures", "channels", "hints", "community"])
    assert said["figures"]["window"] == {"since": "2025-11-24T00:00:00+00:00", "until": "2025-11-25T00:00:00+00:00"}
    assert (said["figures"]["questions"], said["figures"]["unanswered"]["k"]) == (2, 1)
    assert not [word for word in ("U0", "1763992800") if word in done.out]


def test_health_as_csv_has_no_line_of_too_few(mentor: Run, imported: dict[str, str]) -> None:
    done = mentor("health", "--since", "2025-11-24", "--until", "2025-11-25", "--csv", **imported)

    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines() == ["of,name,number,k,n,value,low,high,change"]


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


def test_a_week_from_before_the_bot_came_is_marked_as_baseline_in_each_form(
    mentor: Run, imported: dict[str, str]
) -> None:
    in_words, as_json, as_blocks = (
        mentor("digest", "--week", "2025-W48", *form, **imported).out for form in ([], ["--json"], ["--blocks"])
    )

    assert in_words.splitlines()[1].startswith("Baseline: this week was before Mentor came.")
    assert json.loads(as_json)["baseline"] == in_words.splitlines()[1]
    assert json.loads(as_blocks)["blocks"][1]["elements"][0]["text"] == in_words.splitlines()[1]


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
