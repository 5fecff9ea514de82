"""What may go out to a Git host, and in what form."""

import pytest

from bot.errors import GitFailed
from bot.git.host import Author, Proposal
from bot.git.proposals import blob_id, checked, commit_message, is_signed, read_file_path


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
