"""What may name a repository, a branch or a folder in one."""

import re
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import GitFailed
from bot.git.address import is_address, read_address, read_branch, read_subfolder

HOSTILE_ADDRESSES = [
    "",
    "--upload-pack=touch /tmp/x",
    "--upload-pack=touch",
    "-oProxyCommand=touch",
    "ext::sh -c touch% /tmp/x",
    "ext::sh",
    "fd::17",
    "ext://sh",
    "http://git.example.com/handbook.git",
    "git://git.example.com/handbook.git",
    "ftp://git.example.com/handbook.git",
    "HTTPS://git.example.com/handbook.git",
    "/srv/handbook.git",
    "handbook.git",
    "https://",
    "https:///handbook.git",
    "https://git.example.com",
    "https://git.example.com/",
    "https://git.example.com:port/handbook.git",
    "https://git.example.com/handbook.git?service=x",
    "https://git.example.com/a/../b.git",
    "https://git.example.com/a/%2e%2e/b.git",
    "https://git.example.com/handbook.git\n",
    "https://git.example.com/hand\nbook.git",
    "https://git.example.com/hand%0abook.git",
    "https://git.example.com/hand\0book.git",
    "https://git.example.com/hand%00book.git",
    "https://git.example.com/hand book.git",
    "https://git.example.com\\@evil.example.com/handbook.git",
    "https://user:pass%0aword@git.example.com/handbook.git",
    "ssh://-oProxyCommand=touch/handbook.git",
    "ssh://%2doProxyCommand=touch/handbook.git",
    "ssh://-oProxyCommand=touch@git.example.com/handbook.git",
    "ssh://git@-git.example.com/handbook.git",
    "ssh://git@git.example.com/-handbook.git",
    "ssh://git@git.example.com/%2dhandbook.git",
    "ssh://git:secret@git.example.com/handbook.git",
    "ssh://git@git.example.com;touch/handbook.git",
    "ssh://git@$(touch)/handbook.git",
    "-git@git.example.com:handbook.git",
    "git@-oProxyCommand=touch:handbook.git",
    "git@git.example.com:-handbook.git",
    "git@git.example.com:~maya/handbook.git",
    "git@git.example.com:a/../handbook.git",
    "git@git.example.com:",
    "git@ext::sh",
    "https://junk[::1]junk/handbook.git",
    "https://git.example.com:/handbook.git",
    "https://git.example.com/handbook.git?",
    "https://git.example.com/handbook.git#",
    "file://handbook.git",
    "file://git.example.com/srv/handbook.git",
    "file://localhost/srv/handbook.git",
    "file:///",
    "file:///srv/../etc",
    "file:///srv/%2e%2e/etc",
    "file:///srv/handbook%2egit",
    "file:///srv/-handbook.git",
    "file:///srv/handbook.git#main",
]


@pytest.mark.parametrize("text", HOSTILE_ADDRESSES, ids=repr)
def test_hostile_address_is_refused(text: str) -> None:
    with pytest.raises(GitFailed):
        read_address(text)


PIECES = (
    "https://", "ssh://", "file:///", "file://", "ext::", "http://", "git@", "git.example.com", "/", ":", "-", "@", "#",
    "--upload-pack=x", "-oProxyCommand=x", "..", "%2e%2e", "%00", "%0a", "\0", "\n", " ", "\\", "user:pass", "[::1]",
    "?", "a", ";", "$(x)",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=7).map("".join))
def test_whatever_is_accepted_is_plain(text: str) -> None:
    try:
        url = read_address(text).url
    except GitFailed:
        return
    place = unquote(url)
    assert re.match(r"https://|ssh://|file:///|[a-z][a-z.-]*@[a-z][a-z.-]*:[^-:~]", url)
    assert place.isprintable()
    assert not set(place) & set(" \\#?")
    assert not any(part in {".."} or part.startswith("-") for part in place.split("/"))
    if url.startswith(("https:", "ssh:")):
        assert re.fullmatch(r"([a-z][a-z.-]*@)?(\[::1\]|[a-z][a-z.-]*)", urlsplit(url).netloc)


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("https://git.example.com/platform/handbook.git", "https"),
        ("https://git.example.com:8443/platform/handbook", "https"),
        ("https://[2001:db8::1]/handbook.git", "https"),
        ("ssh://git@git.example.com:2222/platform/handbook.git", "ssh"),
        ("ssh://git.example.com/platform/handbook.git", "ssh"),
        ("git@git.example.com:platform/handbook.git", "ssh"),
        ("file:///srv/git/handbook.git", "file"),
    ],
)
def test_ordinary_address_is_kept_as_written(text: str, scheme: str) -> None:
    address = read_address(text)

    assert (address.url, address.scheme, address.credentials.value) == (text, scheme, "")


def test_credentials_leave_the_address() -> None:
    address = read_address("https://bot:s3cr%40t@git.example.com/handbook.git")

    assert address.url == "https://git.example.com/handbook.git"
    assert address.credentials.value == "bot:s3cr@t"
    assert "s3cr" not in f"{address} {address!r}"


@pytest.mark.parametrize(
    "text",
    [
        "", "-main", "--upload-pack=touch", "a b", "a\nb", "a\0b", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[b",
        "a\\b", "@", "a@{1}", "/a", "a/", "a//b", "a.", ".a", "a/.b", "a.lock", "a.lock/b", "a/-b", "x" * 201,
    ],
    ids=repr,
)  # fmt: skip
def test_impossible_or_option_like_branch_is_refused(text: str) -> None:
    with pytest.raises(GitFailed):
        read_branch(text)


@pytest.mark.parametrize("text", ["main", "release/2026-11", "feature/größe", "a-b_c.d+e#1"])
def test_ordinary_branch_is_kept(text: str) -> None:
    assert read_branch(text) == text


@pytest.mark.parametrize("text", ["..", "a/../b", "-a", "a/-b", ":(top)a", "a\nb", "a\0b", "a//b"], ids=repr)
def test_subfolder_that_could_lead_out_is_refused(text: str) -> None:
    with pytest.raises(GitFailed):
        read_subfolder(text)


@pytest.mark.parametrize(("text", "path"), [("", ""), ("/", ""), ("//docs/handbook/", "docs/handbook"), ("a b", "a b")])
def test_subfolder_is_written_without_slashes_around(text: str, path: str) -> None:
    assert read_subfolder(text) == path


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("https://git.example.com/handbook.git", True),
        ("git@git.example.com:handbook.git", True),
        ("ext::sh -c touch", True),
        ("/srv/handbook", False),
        ("handbook", False),
        ("./a:b", False),
        ("/srv/a@b:c", False),
    ],
)
def test_folder_and_address_are_told_apart(text: str, meant: bool) -> None:
    assert is_address(text) is meant
