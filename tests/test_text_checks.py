"""What could call, lead away or hide is found in a text whatever its disguise, and plain words are left alone."""

import pytest

from bot import text_checks

ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"

CALLS = [
    "@channel look",
    "please @here",
    "@Everyone",
    "(@priya)",
    "_@here_",
    "@ channel",
    "\N{FULLWIDTH COMMERCIAL AT}channel",
    "\N{SMALL COMMERCIAL AT}everyone",
    f"@{ZERO_WIDTH}channel",
    f"@chan{ZERO_WIDTH}nel",
    "&#64;channel",
    "&amp;#64;here",
    "&commat;here",
    "<!channel>",
    "<!here|here>",
    "&lt;!everyone&gt;",
    "< !channel>",
    "<@U0PRIYA>",
    "<@U0PRIYA|priya>",
    "<#C0ASKPLAT|ask-platform>",
    "<!subteam^S0DUTY>",
    "\N{FULLWIDTH LESS-THAN SIGN}!channel>",
    "ask in #ask-platform",
    "\N{FULLWIDTH NUMBER SIGN}general",
]
NO_CALLS = [
    "write to security@example.com",
    "issue #1234",
    "# a comment",
    "C# and F#",
    "https://docs.example.com/a#logs",
    "if a < b and b > c",
    "image@sha256:0a",
    "at 5 @ 3",
]
LINKS = [
    "https://evil.example",
    "HTTP://EVIL.EXAMPLE",
    "javascript:alert(1)",
    "data:text/html;base64,AA",
    "mailto:a@evil.example",
    "//evil.example/x",
    "www.evil.example",
    "[here](evil.example)",
    "<https://evil.example|docs>",
    "a@evil.example",
    "evil.example/login",
    "xn--80ak6aa92e.com/x",
    "https\N{FULLWIDTH COLON}//evil.example",
    f"htt{ZERO_WIDTH}ps://evil.example",
    "&#104;ttps://evil.example",
]


@pytest.mark.parametrize("text", CALLS)
def test_a_call_is_found(text: str) -> None:
    assert text_checks.has_call(text)


@pytest.mark.parametrize("text", NO_CALLS)
def test_what_calls_nobody_is_left_alone(text: str) -> None:
    assert not text_checks.has_call(text)


@pytest.mark.parametrize("text", LINKS)
def test_a_link_is_found(text: str) -> None:
    assert text_checks.has_link(text)


@pytest.mark.parametrize("text", ["Kept 30 days.", "at 10:30", "e.g. staging: small", "kubectl get pods -n x", "a/b"])
def test_what_leads_nowhere_is_no_link(text: str) -> None:
    assert not text_checks.has_link(text)


@pytest.mark.parametrize(
    "sign", ["\N{ZERO WIDTH SPACE}", "\N{RIGHT-TO-LEFT OVERRIDE}", "\x00", "\ud83d", "\N{LINE SEPARATOR}", "\r"]
)
def test_a_sign_that_is_not_seen_is_found(sign: str) -> None:
    assert text_checks.hidden(f"a{sign}b\n\tc") == {sign}


def test_pieces_are_what_a_reader_sees_as_one_without_what_surrounds_it() -> None:
    text = "Run *this*: (see https://docs.example.com/a), use --force-sync -n web; don't - it's 30 %."

    assert list(text_checks.pieces(text)) == [
        *(
            "Run",
            "this",
            "see",
            "https://docs.example.com/a",
            "use",
            "--force-sync",
            "-n",
            "web",
            "don't",
            "it's",
            "30",
        ),
        "%",
    ]


@pytest.mark.parametrize(
    ("piece", "is_word"),
    [("don't", True), ("self-service", True), ("Größe", True), ("v2", False), ("a.b", False), ("--all", False)],
)
def test_a_word_is_letters_alone(piece: str, is_word: bool) -> None:
    assert text_checks.is_word(piece) is is_word


def test_code_is_what_stands_between_backticks() -> None:
    text = "Run `ls -l`, then\n```sh\ngit push\n```\nand wait."

    assert text_checks.codes(text) == ["ls -l", "git push"]
    assert text_checks.without_code(text).split() == ["Run", ",", "then", "and", "wait."]
