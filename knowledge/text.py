"""Words of a question or a passage, ready to be stemmed and compared.

Does not stem, rank or correct spelling (see `knowledge.index`), and does not read Markdown (see `knowledge.article`).
"""

import re
from html import unescape

QUESTION_LIMIT = 500  # characters; a pasted log would drown the question before it

_SLACK_MARKUP = re.compile(r"<(?:[@#!][^<>|]*|https?:[^<>|]*|mailto:[^<>|]*)(?:\|([^<>]*))?>")
_ADDRESS = re.compile(r"https?://\S+")
_EMOJI = re.compile(r"(?<![\w:]):(?=[^:\s]*[a-z+])[a-z0-9_+'-]+:(?!\w)")
_GREETING = re.compile(
    r"^\W*(?:(?:hi|hello|hey|hiya|morning|afternoon|good (?:morning|afternoon|evening))\b[\s,]*"
    r"(?:all|team|folks|everyone|everybody|there|guys)?\b[\s,.!:-]*)+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"[a-z][A-Z]")
_CAMEL = re.compile(r"(?<![A-Za-z])[A-Za-z]*[a-z][A-Z][A-Za-z]*")
_CAMEL_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

# What people write round a question. English function words, and the small talk of a support channel: left in, they
# decide between two pages that both say "you need to"; measured, dropping them is worth ten points of precision.
_SMALL_TALK = """
    a about afternoon all also am an and any anybody anyone are as at be been being but by can cannot could did do does
    doing don done else folks for from get gets getting give go going got guys had has have having he hello help her
    here hey hi his how i if im in into is isn it its just know let like ll look looking m make many may me might more
    morning most much must my need needs no not now of off on one only or other our out over please possible question
    re s same she should so some somebody someone something still such t team tell than thank thanks that the their
    them then there these they thing things this those to too try trying up us ve very want wants was way we were what
    whats when where which while who whom whose why will with without won wonder wondering would yes you your
"""
STOPWORDS = frozenset(_SMALL_TALK.split())

# Said in channels, rarely written in pages. Each is looked for beside the word itself, never in its place.
ABBREVIATIONS = {
    "auth": "authentication",
    "cert": "certificate",
    "certs": "certificates",
    "config": "configuration",
    "creds": "credentials",
    "db": "database",
    "dbs": "databases",
    "dev": "development",
    "docs": "documentation",
    "env": "environment",
    "envs": "environments",
    "gha": "github actions",
    "k8s": "kubernetes",
    "kube": "kubernetes",
    "ns": "namespace",
    "perms": "permissions",
    "pg": "postgresql",
    "postgres": "postgresql",
    "prod": "production",
    "pvc": "persistent volume",
    "pw": "password",
    "repo": "repository",
    "repos": "repositories",
    "sa": "service account",
    "vm": "virtual machine",
}


def question_text(message: str) -> str:
    """The question in a Slack message: at most 500 characters, without mentions, links, emoji codes or a greeting.

    A link's own label stays. Empty when nothing else was said.
    """
    text = _SLACK_MARKUP.sub(lambda link: f" {link[1] or ''} ", message[: QUESTION_LIMIT * 4])
    text = _EMOJI.sub(" ", _ADDRESS.sub(" ", unescape(text)))
    return " ".join(_GREETING.sub("", text.strip()).split())[:QUESTION_LIMIT]


def words(text: str) -> list[str]:
    """Lower-case words in order, without stopwords; `PostgresOperator` also gives `postgres` and `operator`."""
    if _HUMP.search(text):
        text = _CAMEL.sub(lambda name: f"{name[0]} {' '.join(_CAMEL_PART.findall(name[0]))}", text)
    return [word for word in _WORD.findall(text.lower()) if word not in STOPWORDS]
