"""Articles of other repositories: which files count, what they get of their source, how they rank."""

from pathlib import Path

import pytest

from knowledge.article import Article, Section
from knowledge.audience import Audience
from knowledge.index import Index
from knowledge.loader import Handbook, joined, load, load_source
from knowledge.sources import Source, page_of
from knowledge.trust import Trust

DOCS = Source("docs", "https://git.example.com/docs.git")


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("globs", "has", "lacks"),
    [
        ((), ["a.md", "b/c.html.md.erb"], ["a.txt", "a.rst"]),
        (("*.md",), ["a.md"], ["b/c.md"]),
        (("guides/**/*.md",), ["guides/a.md", "guides/b/c/d.md"], ["a.md", "guidesx/a.md"]),
        (("**/how-?.md",), ["how-1.md", "a/how-2.md"], ["how-10.md", "a/xhow-1.md", "a/how-/.md"]),
        (("!drafts/**", "!**/CHANGELOG.md"), ["a.md"], ["drafts/a.md", "drafts/b/c.md", "b/CHANGELOG.md"]),
        (("**/*.md", "!x.md"), ["a.md"], ["x.md"]),
        (("a.md",), ["a.md"], ["aXmd"]),
    ],
    ids=["none", "one folder", "below", "one sign", "left out", "both", "dot"],
)
def test_globs_choose_the_files(globs: tuple[str, ...], has: list[str], lacks: list[str]) -> None:
    source = Source("docs", DOCS.repository, globs=globs) if globs else DOCS

    assert [path for path in has + lacks if source.has(path)] == has


@pytest.mark.parametrize(
    ("page", "path", "address"),
    [
        ("https://d.example/{path}.html", "guide/set up.html.md.erb", "https://d.example/guide/set%20up.html"),
        ("https://d.example/{path}.html", "guide/index.md", "https://d.example/guide/index.html"),
        ("https://d.example/{path}/", "guide/index.md", "https://d.example/guide/"),
        ("https://d.example/{path}/", "README.md", "https://d.example/"),
        ("https://d.example/{path}", "guide/README.md", "https://d.example/guide"),
        ("https://g.example/blob/main/{file}", "guide/README.md", "https://g.example/blob/main/guide/README.md"),
        ("https://d.example/?p={path}", "a&b#c.md", "https://d.example/?p=a%26b%23c"),
        ("", "a.md", ""),
    ],
)
def test_rendered_page_is_made_of_the_path(page: str, path: str, address: str) -> None:
    assert page_of(page, path) == address


def test_article_gets_what_it_does_not_say_from_its_source(tmp_path: Path) -> None:
    source = Source("docs", DOCS.repository, page="https://d.example/{path}", owner="team-b", trust=Trust.LOW)
    folder = write(tmp_path, {
        "plain.md": "# Plain\n\nText.\n",
        "own.md": "---\ntitle: Own\nowner: team-c\nurl: https://e.example/own\n---\nText.\n",
        "old.md": "This page has moved to [the plain one](plain.md).\n",
        "older.md": "---\nsuperseded_by: plain.md\n---\nText.\n",
    })  # fmt: skip

    read = {article.id: article for article in load_source(source, folder, revision="r").articles}

    assert list(read) == ["docs:old.md", "docs:older.md", "docs:own.md", "docs:plain.md"]
    plain, own = read["docs:plain.md"], read["docs:own.md"]
    assert (plain.url, plain.owner, plain.trust, plain.source) == ("https://d.example/plain", "team-b", "low", "docs")
    assert (own.url, own.owner) == ("https://e.example/own", "team-c")
    assert read["docs:old.md"].moved_to == "docs:plain.md"
    assert (read["docs:older.md"].superseded_by, plain.superseded_by) == ("docs:plain.md", "")


@pytest.mark.parametrize(
    ("source", "said", "audience"),
    [
        (Audience.INTERNAL, "", Audience.INTERNAL),
        (Audience.INTERNAL, "audience: public", Audience.INTERNAL),
        (Audience.INTERNAL, "audience: platform", Audience.PLATFORM),
        (Audience.PUBLIC, "audience: internal", Audience.INTERNAL),
        (Audience.PLATFORM, "audience: internal", Audience.PLATFORM),
    ],
)
def test_article_is_seen_by_no_more_people_than_its_source(
    tmp_path: Path, source: Audience, said: str, audience: Audience
) -> None:
    folder = write(tmp_path, {"a.md": f"---\ntitle: A\n{said}\n---\nText.\n"})

    (article,) = load_source(Source("docs", "", audience=source), folder, revision="r").articles

    assert article.audience is audience


def test_source_without_an_article_is_warned_of(tmp_path: Path) -> None:
    source = Source("docs", "", globs=("*.rst",), at="[2]", line=7)

    (warning,) = load_source(source, write(tmp_path, {"a.md": "# A\n"}), revision="r").warnings

    assert str(warning).startswith("sources.yaml:7: [2].globs: the source docs holds no article")


def test_revision_of_the_whole_covers_its_sources(tmp_path: Path) -> None:
    own = Handbook("c" * 40, (article("a.md"),))
    files = write(tmp_path, {"a.md": "# A\n"})
    parts = [load_source(DOCS, files, revision=one) for one in ("r1", "r2")]

    revisions = [joined(own, ()).revision, *(joined(own, [part]).revision for part in (*parts, parts[0]))]

    assert revisions[0] == own.revision
    assert revisions[1] == revisions[3] != revisions[2]
    assert all(revision.startswith(own.revision + "+") and len(revision) <= 80 for revision in revisions[1:])


def test_articles_of_the_same_path_do_not_collide(tmp_path: Path) -> None:
    own = Handbook("c", (article("a.md"), article("docs/a.md")))
    other = Source("docs-2", "")
    files = write(tmp_path, {"a.md": "# A\n"})

    whole = joined(own, [load_source(source, files, revision="r") for source in (DOCS, other)])

    assert [one.id for one in whole.articles] == ["a.md", "docs/a.md", "docs:a.md", "docs-2:a.md"]


@pytest.mark.parametrize("first", list(Trust))
def test_of_two_that_fit_the_same_the_more_trusted_is_first(first: Trust) -> None:
    trusts = [trust for trust in Trust if trust.doubt >= first.doubt]
    articles = [article(f"{number}.md", trust) for number, trust in enumerate(reversed(trusts))]

    hits = Index.build([*articles, article("other.md", text="Nothing of that kind.")]).search("rotate a secret").hits

    assert [hit.article.trust for hit in hits[: len(trusts)]] == trusts


def test_file_of_comments_alone_names_no_sources(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, {"articles/a.md": "# A\n", "sources.yaml": "# - repository: …\n"}))

    assert isinstance(loaded, Handbook)
    assert loaded.sources == ()


def test_every_key_is_read(tmp_path: Path) -> None:
    entry = """\
- name: team-docs
  repository: git@git.example.com:team/docs.git
  branch: live
  folder: /source/
  globs: ["**/*.md", "!drafts/**"]
  page: https://docs.example.com/{path}/
  trust: high
  audience: internal
  owner: team-docs
- repository: https://git.example.com/Team/Other_Docs.git/
"""
    loaded = load(write(tmp_path, {"articles/a.md": "# A\n", "sources.yaml": entry}))

    assert isinstance(loaded, Handbook)
    assert loaded.sources == (
        Source(
            "team-docs", "git@git.example.com:team/docs.git", "live", "source", ("**/*.md", "!drafts/**"),
            "https://docs.example.com/{path}/", Trust.HIGH, Audience.INTERNAL, "team-docs",
        ),
        Source("other-docs", "https://git.example.com/Team/Other_Docs.git/"),
    )  # fmt: skip


def article(name: str, trust: Trust = Trust.HIGH, *, text: str = "Rotate a secret in the vault.") -> Article:
    return Article(name, f"Page {name[0]}", (Section("", "", (), text, 1),), trust=trust)
