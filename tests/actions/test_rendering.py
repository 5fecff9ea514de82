"""From an entry and values to the change in Git: files, placeholders, refusals, and what approvals are bound to."""

import hashlib

import pytest

from bot.actions.placeholders import fill, names_in_keys, names_in_paths
from bot.actions.rendering import NotPossible, Rendered, blobs_of, files_of, render, snapshot_digest
from knowledge.actions import Change, Json, Verb
from knowledge.content import split_keys
from tests.actions.entries import BUILT_IN, action, backend, change

CONTENT = {
    "metadata": {"name": "{bucket}", "labels": {"by": "{requester}", "asked": "{today}"}},
    "spec": {"size": "{size}", "versioned": "{versioned}", "note": "{note}", "tags": ["{note}", "{env}", "a {env}"]},
}
CREATE = backend(change(Verb.CREATE, "teams/{team}/{bucket}-{env}.yaml", CONTENT))
VALUES: dict[str, Json] = {
    **BUILT_IN, "team": "payments", "bucket": "logs", "env": "dev", "size": 3, "versioned": True
}  # fmt: skip
PATH = "teams/payments/logs-dev.yaml"


def reason(*changes: Change, values: dict[str, Json] = VALUES, current: dict[str, str | None] | None = None) -> str:
    rendered = render(backend(*changes), values, {PATH: None} if current is None else current)
    assert isinstance(rendered, NotPossible)
    return rendered.reason


def test_new_file_has_every_value_in_its_own_type_and_no_key_for_what_was_left_empty() -> None:
    text = (
        'metadata:\n  name: logs\n  labels:\n    by: maya\n    asked: "2026-03-02"\n'
        "spec:\n  size: 3\n  versioned: true\n  tags:\n    - dev\n    - a {env}\n"
    )

    rendered = render(CREATE, VALUES, {PATH: None})

    assert files_of(CREATE, VALUES) == (PATH,)
    assert rendered == Rendered(
        {PATH: text}, f"{PATH} (new file)\n" + "\n".join(f"+ {line}" for line in text.split("\n")[:-1])
    )


def test_value_with_braces_is_never_filled_again() -> None:
    assert fill({"a": "{x}", "b": "{{x}}"}, {"x": "{y}", "y": "no"}) == {"a": "{y}", "b": "{{x}}"}


def test_changes_of_one_file_follow_each_other_and_end_in_one_difference() -> None:
    both = backend(
        change(Verb.SET, content={"owners.{team}": "{requester}", "size": "{gone}"}),
        change(Verb.ADD, at=("list",), content={"name": "{bucket}"}, key="name"),
        change(Verb.DELETE, "old.yaml"),
    )

    rendered = render(both, VALUES, {"teams.yaml": "size: 1\nowners: {}\nlist: []\n", "old.yaml": "x: 1\n"})

    assert files_of(both, VALUES) == ("teams.yaml", "old.yaml")
    assert rendered == Rendered(
        {"teams.yaml": "size: 1\nowners:\n  payments: maya\nlist:\n  - name: logs\n", "old.yaml": None},
        "teams.yaml\n  size: 1\n- owners: {}\n- list: []\n+ owners:\n+   payments: maya\n+ list:\n+   - name: logs\n"
        "old.yaml (deleted)\n- x: 1",
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "bucket is left empty, and the path of what is changed needs it"),
        ("../x", 'bucket cannot be "../x" here: it holds /'),
        ("a/b", "holds /"),
        (".git", "begins with a dash"),
        ("-rf", "begins with a dash"),
        ("a\nb", "a character that cannot be seen (U+000A)"),
        (True, "bucket is no name"),
        (1.5, "bucket is no name"),
    ],
)
def test_path_takes_names_only(value: Json, said: str) -> None:
    values = {key: each for key, each in {**VALUES, "bucket": value}.items() if each is not None}

    assert said in reason(*CREATE.changes, values=values)
    assert files_of(CREATE, values) == ()


@pytest.mark.parametrize(
    ("file", "bucket", "said"),
    [
        ("a/.g{bucket}/x.yaml", "it", 'cannot hold ".git"'),
        ("a/GIT~{bucket}/x.yaml", "1", "holds ~"),
        ("a/p{bucket}.yaml", "аура", "mixes letters of several alphabets"),
        ("a/{bucket}.yaml", "a" * 199, "longer than 200 bytes"),
    ],
)
def test_path_is_judged_as_a_whole_too(file: str, bucket: str, said: str) -> None:
    assert said in reason(change(Verb.CREATE, file, {"a": 1}), values={**VALUES, "bucket": bucket})


def test_folder_with_a_dot_of_the_entry_itself_is_fine() -> None:
    github = backend(change(Verb.CREATE, ".github/{bucket}/.{bucket}.yaml", {"a": 1}))

    assert files_of(github, VALUES) == (".github/logs/.logs.yaml",)


def test_which_entry_is_meant_may_not_be_left_open() -> None:
    remove = change(Verb.REMOVE, at=("list",), where={"name": "{bucket}", "env": "{gone}"})

    said = reason(remove, current={"teams.yaml": "list:\n- name: logs\n  env: dev\n"})

    assert said == "env is left empty, and says which entry is meant; fill it in."


def test_what_stands_so_already_is_told() -> None:
    said = reason(change(Verb.SET, content={"size": "{size}"}), current={"teams.yaml": "size: 3\n"})

    assert said == "Nothing would change: it stands in Git like this already."


def test_refusal_of_one_change_refuses_all() -> None:
    said = reason(*CREATE.changes, change(Verb.DELETE, "gone.yaml"), current={PATH: None, "gone.yaml": None})

    assert said == "There is no file gone.yaml, so there is nothing to change in it."


def test_inputs_that_make_names_are_known() -> None:
    entry = action(
        change(
            Verb.SET, "teams/{a}/x-{b}.yaml", {'labels."{c}".{d}': "{e}"}, at=("{f}",), key="{g}", where={"n": "{h}"}
        )
    )

    assert names_in_paths(entry) == {"a", "b"}
    assert names_in_keys(entry) == {"c", "d", "f", "g"}


def test_key_with_dots_stands_in_quotes() -> None:
    assert split_keys('metadata."example.com/owner".{x}') == ("metadata", "example.com/owner", "{x}")


def test_blobs_are_named_as_git_names_them() -> None:
    git = hashlib.sha1(b"blob 3\0a\xc3\xa9").hexdigest()

    assert blobs_of({"a": "aé", "b": None}) == {"a": git, "b": None}


def test_digest_is_of_what_was_agreed_to_and_of_nothing_else() -> None:
    digest = snapshot_digest({"id": "x", "n": 1}, {"a": "é", "b": 2}, "+ a", {"p": None, "q": "1f"})

    assert digest == snapshot_digest({"n": 1, "id": "x"}, {"b": 2, "a": "é"}, "+ a", {"q": "1f", "p": None})
    others = {
        snapshot_digest({"id": "x", "n": 2}, {"a": "é", "b": 2}, "+ a", {"p": None, "q": "1f"}),
        snapshot_digest({"id": "x", "n": 1}, {"a": "é", "b": "2"}, "+ a", {"p": None, "q": "1f"}),
        snapshot_digest({"id": "x", "n": 1}, {"a": "é", "b": 2}, "+ b", {"p": None, "q": "1f"}),
        snapshot_digest({"id": "x", "n": 1}, {"a": "é", "b": 2}, "+ a", {"p": "", "q": "1f"}),
    }
    assert len(others | {digest}) == 5
