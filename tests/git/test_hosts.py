"""What every Git host keeps: one table of tests over all of them, each on a real repository."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import GitFailed
from bot.git.host import Author, Proposal, Review
from tests.git.hosted import Hosted
from tests.git.hosting import HOSTS, hosting

OLD = {"articles/dns.md": "# DNS\n\nOld.\n", "articles/old.md": "Gone soon.\n", "README.md": "Ours.\n"}
NEW = "# DNS\n\nAsk for a name: `dig ü`.\n"
PROPOSAL = Proposal(
    branch="mentor/draft-7",
    title="Say how names are asked for",
    body="From a thread.\n\nMentor-Proposal: mentor/other",
    files={"articles/dns.md": NEW, "articles/names/new.md": "New.\n", "articles/old.md": None},
    author=Author("Maya Müller", "maya@example.com"),
    labels=("documentation",),
)


@pytest.fixture(params=HOSTS)
async def hosted(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hosted]:
    async with hosting(request.param, tmp_path) as hosted:
        hosted.remote.commit(OLD)
        yield hosted


async def test_proposal_is_one_branch_with_one_commit_that_changes_the_files_named(hosted: Hosted) -> None:
    standing = await hosted.host.propose(PROPOSAL)

    assert standing.review is Review.OPEN
    assert hosted.branches() == ["main", PROPOSAL.branch]
    assert hosted.commits(PROPOSAL.branch) == [PROPOSAL.title]
    assert hosted.files(PROPOSAL.branch) == {
        "README.md": "Ours.",
        "articles/dns.md": NEW.strip(),
        "articles/names/new.md": "New.",
    }
    assert hosted.opened(PROPOSAL.branch) == 1


async def test_commit_is_the_authors(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)

    assert hosted.people_of(PROPOSAL.branch) == f"Maya Müller <maya@example.com> / {hosted.committer}"


async def test_trailers_stand_at_the_end_of_the_commit(hosted: Hosted) -> None:
    trailers = (("Requested-by", "Maya Müller <maya@example.com>"), ("Approved-by", "Jonas <jonas@example.com>"))

    await hosted.host.propose(replace(PROPOSAL, trailers=trailers))

    read = hosted.remote.git("log", "-1", "--format=%(trailers)", PROPOSAL.branch).splitlines()
    assert read == [*(f"{key}: {value}" for key, value in trailers), f"Mentor-Proposal: {PROPOSAL.branch}"]


async def test_base_branch_is_not_touched(hosted: Hosted) -> None:
    before = hosted.tip("main")

    await hosted.host.propose(PROPOSAL)

    assert hosted.tip("main") == before


async def test_second_try_adopts_what_the_first_one_left(hosted: Hosted) -> None:
    first = await hosted.host.propose(PROPOSAL)
    tip = hosted.tip(PROPOSAL.branch)

    second = await hosted.host.propose(PROPOSAL)

    assert (second, hosted.tip(PROPOSAL.branch), hosted.opened(PROPOSAL.branch)) == (first, tip, 1)


async def test_peoples_commits_on_the_branch_stay(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    theirs = hosted.push(PROPOSAL.branch, "articles/dns.md", "Better.\n")

    standing = await hosted.host.propose(PROPOSAL)

    assert (standing.review, hosted.tip(PROPOSAL.branch)) == (Review.OPEN, theirs)


async def test_branch_of_that_name_that_is_not_ours_is_left_alone(hosted: Hosted) -> None:
    theirs = hosted.remote.commit(OLD | {"theirs.md": "Theirs.\n"}, branch=PROPOSAL.branch)

    with pytest.raises(GitFailed, match=r"a branch mentor/draft-7 with something else on it; rename or delete it"):
        await hosted.host.propose(PROPOSAL)

    assert (hosted.tip(PROPOSAL.branch), hosted.branches()) == (theirs, ["main", PROPOSAL.branch])


async def test_what_the_base_says_already_is_not_proposed(hosted: Hosted) -> None:
    said = hosted.remote.commit({"articles/dns.md": NEW, "articles/names/new.md": "New.\n"})

    standing = await hosted.host.propose(PROPOSAL)

    assert (standing.review, standing.revision, hosted.branches()) == (Review.MERGED, said, ["main"])


@pytest.mark.parametrize("is_deleted", [False, True], ids=["branch kept", "branch deleted"])
@pytest.mark.parametrize("way", ["merge", "squash"])
async def test_merge_is_seen_with_its_commit(hosted: Hosted, way: str, is_deleted: bool) -> None:
    await hosted.host.propose(PROPOSAL)
    hosted.push(PROPOSAL.branch, "articles/dns.md", "Better.\n")
    merged = getattr(hosted, way)(PROPOSAL.branch)
    if is_deleted:
        hosted.delete(PROPOSAL.branch)
    hosted.push("main", "articles/dns.md", "Changed again.\n")

    standing = await hosted.host.look_up(PROPOSAL)

    assert (standing.review, standing.revision) == (Review.MERGED, merged)


async def test_fast_forward_is_a_merge(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    merged = hosted.fast_forward(PROPOSAL.branch)
    hosted.push("main", "articles/dns.md", "Changed again.\n")

    standing = await hosted.host.look_up(PROPOSAL)

    assert (standing.review, standing.revision) == (Review.MERGED, merged)


async def test_squash_under_other_words_is_seen_by_its_files(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    hosted.squash(PROPOSAL.branch, message="Names")

    assert (await hosted.host.look_up(PROPOSAL)).review is Review.MERGED


async def test_merged_and_deleted_before_the_second_try_is_not_proposed_again(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    hosted.squash(PROPOSAL.branch)
    hosted.delete(PROPOSAL.branch)

    standing = await hosted.host.propose(PROPOSAL)

    assert (standing.review, hosted.branches()) == (Review.MERGED, ["main"])


async def test_files_that_stand_on_the_base_whoever_put_them_there_are_merged(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    hosted.close(PROPOSAL.branch)
    for path, text in PROPOSAL.files.items():
        if text:
            hosted.push("main", path, text)
    before = await hosted.host.look_up(PROPOSAL)
    hosted.remote.commit({path: text for path, text in PROPOSAL.files.items() if text})

    after = await hosted.host.look_up(PROPOSAL)

    assert (before.review, after.review) == (Review.CLOSED, Review.MERGED)


async def test_closed_without_a_merge_is_closed(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    hosted.close(PROPOSAL.branch)

    assert (await hosted.host.look_up(PROPOSAL)).review is Review.CLOSED


async def test_open_stays_open_while_the_base_moves_on(hosted: Hosted) -> None:
    opened = await hosted.host.propose(PROPOSAL)
    hosted.push("main", "README.md", "Newer.\n")

    assert await hosted.host.look_up(PROPOSAL) == opened


async def test_merge_of_a_branch_whose_name_begins_the_same_is_not_ours(hosted: Hosted) -> None:
    longer = Proposal(f"{PROPOSAL.branch}1", "Another", "", {"articles/other.md": "Other.\n"})
    await hosted.host.propose(longer)
    hosted.merge(longer.branch)
    await hosted.host.propose(PROPOSAL)

    assert (await hosted.host.look_up(PROPOSAL)).review is Review.OPEN


async def test_body_cannot_carry_another_proposals_signature(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    hosted.merge(PROPOSAL.branch)
    other = Proposal("mentor/other", "Another", "", {"articles/other.md": "Other.\n"})

    await hosted.host.propose(other)

    assert (await hosted.host.look_up(other)).review is Review.OPEN


@pytest.mark.parametrize(
    ("path", "text"),
    [("articles/dns.md", "# DNS\n\nOld.\n"), ("articles/none.md", None), ("articles", None)],
    ids=["there", "missing", "a folder"],
)
async def test_file_is_read_from_the_base(hosted: Hosted, path: str, text: str | None) -> None:
    hosted.remote.commit(OLD | {"articles/none.md": "There.\n"}, branch="other")

    assert await hosted.host.read_file(path) == text


async def test_file_is_read_as_it_stands_now(hosted: Hosted) -> None:
    await hosted.host.read_file("README.md")
    hosted.push("main", "README.md", "Newer.\n")

    assert await hosted.host.read_file("README.md") == "Newer.\n"


async def test_path_that_leads_elsewhere_is_refused(hosted: Hosted) -> None:
    with pytest.raises(GitFailed, match="is no path of a file"):
        await hosted.host.propose(Proposal("mentor/x", "X", "", {"../x": "x"}))
    with pytest.raises(GitFailed, match="is no path of a file"):
        await hosted.host.read_file("../x")

    assert hosted.branches() == ["main"]


async def test_title_on_two_lines_and_a_name_with_signs_become_plain(hosted: Hosted) -> None:
    proposal = Proposal("mentor/x", " Two\nlines\x1b ", "", {"a": "x"}, author=Author("Maya <b>\nx", "m@example.com"))

    await hosted.host.propose(proposal)

    assert hosted.commits("mentor/x") == ["Two lines"]
    assert hosted.people_of("mentor/x").startswith("Maya b x <m@example.com>")


async def test_without_an_author_the_bot_is(hosted: Hosted) -> None:
    await hosted.host.propose(Proposal("mentor/x", "X", "", {"a": "x"}))

    assert hosted.people_of("mentor/x") == f"Mentor <mentor@example.com> / {hosted.committer}"


async def test_file_keeps_its_mode(hosted: Hosted) -> None:
    hosted.remote.commit(OLD | {"run.sh": "old\n"}, modes={"run.sh": "100755"})

    await hosted.host.propose(Proposal("mentor/x", "X", "", {"run.sh": "new\n"}))

    assert hosted.remote.git("ls-tree", "mentor/x", "run.sh").startswith("100755")


async def test_what_was_never_proposed_is_neither_open_nor_merged(hosted: Hosted) -> None:
    standing = await hosted.host.look_up(PROPOSAL)

    assert standing.review in (Review.CLOSED, Review.UNKNOWN)


@pytest.mark.parametrize("mode", ["120000", "160000"], ids=["link", "submodule"])
async def test_link_in_place_of_the_file_is_neither_read_nor_changed(hosted: Hosted, mode: str) -> None:
    blob = hosted.remote.git("hash-object", "-w", "--stdin", given="/etc/passwd")
    hosted.remote.commit_entries([f"{mode} {blob if mode == '120000' else '1' * 40}\tarticles/dns.md"])

    with pytest.raises(GitFailed, match="a link or a submodule"):
        await hosted.host.propose(PROPOSAL)
    with pytest.raises(GitFailed, match="a link or a submodule"):
        await hosted.host.read_file("articles/dns.md")

    assert hosted.branches() == ["main"]


async def test_file_below_a_link_is_refused(hosted: Hosted) -> None:
    hosted.remote.commit({"articles": "/etc", "README.md": "Ours.\n"}, modes={"articles": "120000"})

    with pytest.raises(GitFailed, match="articles"):
        await hosted.host.propose(PROPOSAL)

    assert hosted.branches() == ["main"]


async def test_file_that_is_no_text_is_not_read(hosted: Hosted) -> None:
    blob = hosted.remote.git("hash-object", "-w", "--stdin", given=b"\xff\xfe")
    hosted.remote.commit_entries([f"100644 {blob}\timage.png"])

    with pytest.raises(GitFailed, match=r"image\.png is not UTF-8 text"):
        await hosted.host.read_file("image.png")


async def test_base_that_is_not_there_is_named(hosted: Hosted) -> None:
    hosted.remote.git("update-ref", "-d", "refs/heads/main")

    with pytest.raises(GitFailed, match="has no branch main"):
        await hosted.host.propose(PROPOSAL)
