"""What never enters Git from a thread: who somebody is, addresses, ids, and what looks like a secret."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.masking import masked

GONE = "(removed)"
# In halves, so that nobody's scanner takes them for real ones.
AWS, GITHUB, SLACK = "AKIA" + "IOSFODNN7EXAMPLE", "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a", "xoxb-" + "1" * 20
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("ask <@U012AB3CD>, please", "ask someone, please"),
        ("ask <@U012AB3CD|maya>, please", "ask someone, please"),
        ("ask <@W4G7K2XYZ>", "ask someone"),
        ("<!subteam^S012AB3CD|@platform> <!here> <!channel>", "someone someone someone"),
        ("in <#C012AB3CD|ask-platform>", "in #ask-platform"),
        ("in <#C012AB3CD>", "in a channel"),
        ("mail <mailto:maya@example.com|maya@example.com>", "mail (e-mail address removed)"),
        ("mail maya.lin+x@mail.example.com now", "mail (e-mail address removed) now"),
        ("see <https://docs.example.com/a?b=1|the docs>", "see [the docs](https://docs.example.com/a?b=1)"),
        ("see <https://docs.example.com/a>", "see https://docs.example.com/a"),
        ("<https://maya:hunter2@git.example.com/x>", f"https://{GONE}@git.example.com/x"),
        ("<javascript:alert(1)|click>", "click"),
        ("use &lt;pod&gt; &amp; wait", "use <pod> & wait"),
        ("his id is U012AB3CD in C4G7K2XYZ", f"his id is {GONE} in {GONE}"),
        ("account 012345678901 it is", f"account {GONE} it is"),
        (f"key {AWS} here", f"key {GONE} here"),
        (f"{GITHUB} and {SLACK}", f"{GONE} and {GONE}"),
        (f"it says {JWT}", f"it says {GONE}"),
        ("Authorization: Bearer abcdefgh12345", f"Authorization: Bearer {GONE}"),
        ("DB_PASSWORD=hunter2 make", f"DB_PASSWORD={GONE} make"),
        ('"api_key": "a b c",', f'"api_key": {GONE},'),
        ("the password is hunter2", f"the password is {GONE}"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\nso", f"{GONE}\nso"),
        ("-----BEGIN PRIVATE KEY-----\nMIIB", GONE),
        ("token: d41d8cd98f00b204e9800998ecf8427e it", f"token: {GONE} it"),
    ],
)
def test_it_is_taken_out(said: str, kept: str) -> None:
    assert masked(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "run `kubectl get pods -n payments`, then wait 30 seconds",
        "the token is valid for an hour",
        "set password: $DB_PASSWORD or token: ${TOKEN}",
        "commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12, image sha256:d41d8cd98f00b204e9800998ecf8427e",
        "in eu-west-1 with 3 replicas of platform-observability-collector-2",
        "see ticket PLAT-1234 of 2026-11-24",
        "Grafana > Explore, label HTTP2XX",
    ],
)
def test_what_a_reader_needs_stays(said: str) -> None:
    assert masked(said) == said


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("thanks Maya!", "thanks someone!"),
        ("thanks @maya.lin", "thanks someone"),
        ("MAYA LIN knows", "someone knows"),
        ("the mayan calendar, and linear time", "the mayan calendar, and linear time"),
        ("Li is short", "Li is short"),
    ],
)
def test_people_of_the_thread_are_someone(said: str, kept: str) -> None:
    assert masked(said, names={"Maya Lin", "maya.lin", "Li"}) == kept


SECRETS = ("<@U012AB3CD>", "maya@example.com", AWS, GITHUB, SLACK, JWT, "U012AB3CD", "012345678901")


@given(st.lists(st.sampled_from([*SECRETS, "and", "(", "\n", "`", "see", "&lt;"]), max_size=12))
@example([SLACK, "(", JWT])
def test_whatever_stands_round_it(parts: list[str]) -> None:
    found = masked(" ".join(parts))

    assert [each for each in SECRETS if each in found] == []
