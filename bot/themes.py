"""Finds what several comments are about, and judges what a model found: of surveys, and of what was hard. Pure.

Comments are compared as askings are for gaps, and a title is made of words that at least three of them share. A theme
needs three comments. No title quotes anybody: none takes four words in a row of a comment. None names anybody either:
`names` are what Slack calls people, as they are taken out of comments. Whose comments they are is not known here.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from bot.masking import masked
from bot.model import Json
from knowledge.likeness import Alike, WordLikeness, says_anything
from knowledge.spelling import Stems
from knowledge.text import words

FEWEST_COMMENTS = 3
ALIKE_AT = 0.35  # as for gaps, where it was measured
TITLE_WORDS, TITLE_MOST = 4, 60
QUOTED_FROM = 4  # words in a row
COMPARED_MOST = 1_000  # comments of a wave, 5 s; each is compared with each
TITLE = re.compile(r"\w[\w ,'’&/()+-]*")  # nothing that is read as a mention, a link or an address
KNOWN_MOST = 20  # comments of a theme that was there before


@dataclass(frozen=True)
class Found:
    """A theme: `members` are keys of comments. `joins` is the id of one that was there before, "" for a new one."""

    title: str
    members: tuple[str, ...]
    joins: str = ""

    @property
    def id(self) -> str:
        """The same whoever finds it, so that two runs at a time find one."""
        return self.joins or sha256("\0".join(sorted(self.members)).encode()).hexdigest()[:24]


def by_words(
    comments: Mapping[str, str], *, known: Mapping[str, Sequence[str]], names: Collection[str] = ()
) -> list[Found]:
    """Comments by key; `known` are the comments of each theme that was there before, which others may join.

    Keys are of chance, so of more comments than can be compared a sample is.
    """
    told = {key: comments[key] for key in sorted(comments)[:COMPARED_MOST] if says_anything(comments[key])}
    old = {theme: [f"{theme} {at}" for at, _ in enumerate(texts[:KNOWN_MOST])] for theme, texts in known.items()}
    before = {key: text for theme, keys in old.items() for key, text in zip(keys, known[theme], strict=False)}
    alike = WordLikeness({**told, **before})
    joined: dict[str, list[str]] = {}
    new: list[list[str]] = []
    for key in sorted(told):
        theme = _nearest(key, old, alike)
        if theme:
            joined.setdefault(theme, []).append(key)
            continue
        place = _nearest(key, {str(at): group for at, group in enumerate(new)}, alike)
        if place:
            new[int(place)].append(key)
        else:
            new.append([key])
    groups = [tuple(group) for group in new if len(group) >= FEWEST_COMMENTS]
    titled = [Found(title_of([told[key] for key in group], names=names), group) for group in groups]
    return [
        *(Found("", tuple(keys), theme) for theme, keys in joined.items()),
        *(each for each in titled if each.title),
    ]


def _nearest(key: str, groups: Mapping[str, Sequence[str]], alike: Alike) -> str:
    """The name of the group most like it; "" where none is."""
    scored = [(sum(alike(key, each) for each in group) / len(group), name) for name, group in groups.items() if group]
    likeness, name = max(scored, default=(0.0, ""))
    return name if likeness >= ALIKE_AT else ""


def title_of(comments: Sequence[str], *, names: Collection[str] = ()) -> str:
    """The words that most of the comments share, the commonest first; "" where no word is in three of them.

    A word that is part of somebody's name is none of them, for nobody can tell here which of the two was meant.
    """
    stems = Stems()
    having: Counter[str] = Counter()
    spelled: dict[str, Counter[str]] = {}
    for comment in comments:
        found = {stems.of(word): word for word in words(comment) if says_anything(word)}
        having.update(found.keys())
        for stem, word in found.items():
            spelled.setdefault(stem, Counter())[word] += 1
    shared = [stem for stem, count in having.most_common() if count >= FEWEST_COMMENTS]
    ordered = sorted(shared, key=lambda stem: (-having[stem], stem))
    chosen = [min(spelled[stem], key=lambda word: (-spelled[stem][word], word)) for stem in ordered]
    nameless = (word for word in chosen if not _names_anybody(word.capitalize(), names))
    return ", ".join(islice(nameless, TITLE_WORDS))


def _names_anybody(words: str, names: Collection[str]) -> bool:
    return masked(words, names=names) != words


# What a model found.


def read(value: Json, keys: Sequence[str]) -> list[Found]:
    """Raises ValueError for what is not the form asked for: no such comment, one in two themes, too few in one."""
    themes = value.get("themes")
    if not isinstance(themes, list):
        raise ValueError("no themes")  # noqa: TRY004  (of what came, not of our types)
    found = [_theme(each, keys) for each in themes]
    members = [key for each in found for key in each.members]
    if len(members) != len(set(members)):
        raise ValueError("a comment in two themes")
    return found


def _theme(value: object, keys: Sequence[str]) -> Found:
    match value:
        case {"title": str(title), "comments": [*numbers]} if title.strip() and len(numbers) >= FEWEST_COMMENTS:
            if all(type(each) is int and 0 <= each < len(keys) for each in numbers):
                return Found(" ".join(title.split()), tuple(keys[each] for each in numbers))
    raise ValueError("no theme")


def is_fit(title: str, comments: Sequence[str], *, names: Collection[str] = ()) -> bool:
    """Whether it may be shown: short plain words, without anybody's name or id, and quoting no comment."""
    told, as_written = words(title), _as_written(title)
    in_comments = {run for comment in comments for run in _runs(_as_written(comment))}
    is_whole = any(told == words(comment) or as_written == _as_written(comment) for comment in comments)
    quotes = is_whole or not in_comments.isdisjoint(_runs(as_written))
    is_plain = len(title) <= TITLE_MOST and TITLE.fullmatch(title) is not None
    return bool(told) and is_plain and not quotes and not _names_anybody(title, names)


def _as_written(text: str) -> list[str]:
    """Every word, also those that say little: a quotation is made of them too."""
    return re.findall(r"\w+", text.casefold())


def _runs(told: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(told[at : at + QUOTED_FROM]) for at in range(len(told) - QUOTED_FROM + 1)}
