"""`mentor actions` as scripts rely on it."""

import json

from tests.cli.command import Done, Run


def test_the_catalogue_is_listed(mentor: Run) -> None:
    done = mentor("actions", "list")

    assert (done.status, done.err, len(done.out.splitlines())) == (0, "", 13)
    (bucket,) = [line for line in done.out.splitlines() if line.startswith("create-bucket ")]
    assert bucket.split() == [
        *("create-bucket", "proposal", "Create", "a", "storage", "bucket;", "approval", "by", "platform-approvers"),
        *("where", "environment", "is", "prod,", "within", "3", "working", "days"),
    ]


def test_the_catalogue_is_listed_as_json(mentor: Run) -> None:
    done = mentor("actions", "list", "--json")

    said = {each["id"]: each for each in json.loads(done.out)}
    assert (done.status, done.err, len(said)) == (0, "", 13)
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
