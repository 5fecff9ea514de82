"""Which actions somebody means by a few words: by id, title, or the questions they answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from knowledge.actions import Action
from knowledge.text import words

SLIP = 75  # of 100: "bukcet" for "bucket" has 83
BEGINNING = 4  # letters from which a word may stand for one that it begins: "data" for "database"
NEAR_MOST = 5


@dataclass(frozen=True)
class Meant:
    """Best first. `is_near`: nothing is called so, and these come closest."""

    actions: tuple[Action, ...] = ()
    is_near: bool = False


def meant(text: str, actions: Sequence[Action]) -> Meant:
    """The one whose id or title it is, else those that have all its words, else those that come near to most of them.

    No words mean none.
    """
    named = tuple(each for each in actions if _folded(text) in (_folded(each.id), _folded(each.title)))
    if named:
        return Meant(named[:1])
    asked = list(dict.fromkeys(words(text)))
    if not asked:
        return Meant()
    said = {each.id: _words_of(each) for each in actions}
    whole = tuple(each for each in actions if all(_has(said[each.id], word) for word in asked))
    if whole:
        return Meant(whole)
    counted = [(sum(_has_near(said[each.id], word) for word in asked), each) for each in actions]
    near = [each for each in counted if each[0] * 2 > len(asked)]
    ranked = sorted(near, key=lambda each: -each[0])
    return Meant(tuple(action for _, action in ranked[:NEAR_MOST]), is_near=True)


def is_meant(text: str, actions: Sequence[Action]) -> bool:
    """Whether these words after `run` are about an action. What ends in a question mark is, only if it names one."""
    if text.rstrip().endswith("?"):
        return any(_folded(text) in (_folded(each.id), _folded(each.title)) for each in actions)
    return bool(meant(text, actions).actions)


def _folded(text: str) -> str:
    """The same for `create-bucket`, "Create bucket" and "create bucket?"."""
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").strip(" ?!.`*").split())


def _words_of(action: Action) -> frozenset[str]:
    return frozenset(words(" ".join((action.id.replace("-", " "), action.title, *action.questions))))


def _has(there: frozenset[str], word: str) -> bool:
    return word in there or (len(word) >= BEGINNING and any(each.startswith(word) for each in there))


def _has_near(there: frozenset[str], word: str) -> bool:
    return _has(there, word) or any(fuzz.ratio(word, each) >= SLIP for each in there)
