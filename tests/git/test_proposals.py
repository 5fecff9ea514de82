"""What may go out to a Git host, and in what form."""

import subprocess

import pytest

from bot.errors import GitFailed
from bot.git.host import Author, Proposal
from bot.git.proposals import blob_id, checked, commit_message, is_signed, read_file_path
from tests.git.remote import ISOLATED


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/x", "a//b", "a/./b", ".git/config", "a/.GIT/x", "a/git~1/x", ".g\u200cit/x", ".git /x", "-x", ":x",
     "a\\b", "a\nb", "a\0b", "", "a/", "x" * 401],
)  # fmt: skip
def test_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(GitFailed, match="is no path of a file"):
        read_file_path(path)


@pytest.mark.parametrize("path", ["a", ".github/workflows/x.yaml", "articles/grüße to-all.md", "a/-b"])
def test_ordinary_path_stays(path: str) -> None:
    assert read_file_path(path) == path


@pytest.mark.parametrize(
    ("proposal", "reason"),
    [
        (Proposal("--force", "X", "", {"a": "x"}), "is no branch name"),
        (Proposal("mentor/x", "X", "", {}), "changes 1 to 100 files"),
        (Proposal("mentor/x", "X", "", {"a": "x", "a/b": "x"}), "a file and a folder at once"),
        (Proposal("mentor/x", "X", "", {"a": "x" * (1024 * 1024 + 1)}), "no text of at most"),
        (Proposal("mentor/x", "X", "", {"a": "x\0"}), "no text of at most"),
        (Proposal("mentor/x", "X", "", {"a": "\udc00"}), "half a character"),
        (Proposal("mentor/x", "X", "", {"a": "x"}, author=Author("<>", "a@b")), "needs a name and an e-mail"),
        (Proposal("mentor/x", "X", "", {"a": "x"}, author=Author("A", "a@b>\nx")), "needs a name and an e-mail"),
    ],
    ids=["option as branch", "nothing", "file and folder", "large", "zero byte", "half", "no name", "two lines"],
)
def test_proposal_that_cannot_be_is_refused(proposal: Proposal, reason: str) -> None:
    with pytest.raises(GitFailed, match=reason):
        checked(proposal)


def test_texts_become_what_hosts_take() -> None:
    wild = Proposal(
        "mentor/x",
        " Two\nlines\x1b[0m \udc00" + "x" * 300,
        "Body\r\n\0" + "y" * 70_000,
        {"a": "x"},
        author=Author("Maya <b>\nx", "m@example.com"),
        labels=("a,b", " ", "c"),
    )

    tame = checked(wild)

    assert (tame.title[:19], len(tame.title)) == ("Two lines [0m ?xxxx", 200)
    assert (tame.body[:6], len(tame.body)) == ("Body\ny", 60_000)
    assert (tame.author, tame.labels) == (Author("Maya b x", "m@example.com"), ("a b", "c"))


def test_commit_is_signed_for_its_branch_alone() -> None:
    message = commit_message(Proposal("mentor/x", "Title", "Why.\n Mentor-Proposal: mentor/y\n", {"a": "x"}))

    assert message == "Title\n\nWhy.\n\nMentor-Proposal: mentor/x\n"
    assert [is_signed(message, branch) for branch in ("mentor/x", "mentor/y", "mentor/")] == [True, False, False]


@pytest.mark.parametrize(
    ("like", "object_id"),
    [("0" * 40, "ce013625030ba8dba906f756967f9e9ca394464a"),
     ("0" * 64, "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4")],
    ids=["sha1", "sha256"],
)  # fmt: skip
def test_blob_has_gits_own_id(like: str, object_id: str) -> None:
    assert blob_id("hello\n", like=like) == object_id


def read_trailers(message: str) -> list[str]:
    """As Git itself reads them."""
    done = subprocess.run(
        ["git", "interpret-trailers", "--parse"], input=message.encode(), env=ISOLATED, capture_output=True, check=True
    )
    return done.stdout.decode().splitlines()


SIGNED = "Mentor-Proposal: mentor/r7"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Why.",
        "Why.\n\nTicket: 7\nSee: there",
        "---\nfile | 2 +-",
        "One\n--- \nTwo",
        "# " + "-" * 24 + " >8 " + "-" * 24,
        "# A heading\n\n- a\n- b",
        "Why.\n\nMentor-Proposal: mentor/other",
        "Conflicts:\n\ta",
    ],
    ids=["none", "words", "its own", "divider", "divider within", "scissors", "markdown", "another's", "conflicts"],
)
def test_git_reads_the_trailers_and_the_signature_whatever_the_body_says(body: str) -> None:
    trailers = (("Requested-by", "Maya Lind <maya@example.com>"), ("Approved-by", "Jonas Weiß <jonas@example.com>"))
    proposal = checked(Proposal("mentor/r7", "Make it larger", body, {"a": "x"}, trailers=trailers))

    message = commit_message(proposal)

    assert read_trailers(message) == [*(f"{key}: {value}" for key, value in trailers), SIGNED]
    assert is_signed(message, "mentor/r7")
    assert not is_signed(message, "mentor/other")


def test_without_trailers_the_signature_is_the_only_one() -> None:
    message = commit_message(checked(Proposal("mentor/r7", "Make it larger", "Why.", {"a": "x"})))

    assert message == f"Make it larger\n\nWhy.\n\n{SIGNED}\n"
    assert read_trailers(message) == [SIGNED]


def test_value_of_a_trailer_becomes_one_plain_line() -> None:
    hostile = "Maya\nMentor-Proposal: mentor/other\x1b[31m\u2028\u202eApproved-by: x\0 <m@x>"
    proposal = checked(Proposal("mentor/r7", "X", "", {"a": "x"}, trailers=(("Requested-by", hostile),)))

    message = commit_message(proposal)

    said = "Requested-by: Maya Mentor-Proposal: mentor/other [31m Approved-by: x <m@x>"
    assert read_trailers(message) == [said, SIGNED]
    assert not is_signed(message, "mentor/other")


@pytest.mark.parametrize(
    ("key", "value"),
    [("Requested by", "x"), ("", "x"), ("-x", "x"), ("a\nb", "x"), ("Ü", "x"), ("x" * 51, "x"), ("a:b", "x"),
     ("mentor-proposal", "mentor/other"), ("Approved-by", " \n ")],
    ids=["a space", "none", "an option", "two lines", "no ascii", "long", "a colon", "our signature", "no value"],
)  # fmt: skip
def test_trailer_that_git_would_not_read_or_that_signs_is_refused(key: str, value: str) -> None:
    with pytest.raises(GitFailed, match="is no trailer of ours"):
        checked(Proposal("mentor/r7", "X", "", {"a": "x"}, trailers=((key, value),)))


def test_more_trailers_than_anybody_reads_are_refused() -> None:
    with pytest.raises(GitFailed, match="at most 20 trailers"):
        checked(Proposal("mentor/r7", "X", "", {"a": "x"}, trailers=(("Approved-by", "x"),) * 21))
