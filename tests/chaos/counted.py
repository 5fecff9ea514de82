"""What is there against what should be: more of it is doubled, less of it is lost, and what never ends is stuck."""

import traceback
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence

WAYS = ("lost", "doubled", "stuck", "wrong")


class Lost(AssertionError):
    """Something that should be there is not."""


class Doubled(AssertionError):
    """Something is there more often than it should be, or should not be there at all."""


def exactly(found: Iterable[Hashable], wanted: Iterable[Hashable]) -> None:
    """Of mappings, each key as often as its number says. Raises Doubled or Lost."""
    there, due = Counter(found), Counter(wanted)
    if more := there - due:
        raise Doubled(f"{_told(more)} more than wanted")
    if less := due - there:
        raise Lost(f"{_told(less)} missing, of {_told(due)}")


def in_order(found: Sequence[Hashable], wanted: Sequence[Hashable]) -> None:
    """The same of lists, which have to agree in their order, too."""
    exactly(found, wanted)
    assert list(found) == list(wanted)


def went(error: BaseException) -> str:
    """In which of WAYS it went wrong."""
    match error:
        case Lost():
            return "lost"
        case Doubled():
            return "doubled"
        case TimeoutError():
            return "stuck"
        case _:
            return "wrong"


def counted(wrong: Mapping[str, str]) -> dict[str, int]:
    """How often in each way, of what was noted by `noted`."""
    ways = Counter(each.partition(":")[0] for each in wrong.values())
    return {way: ways[way] for way in WAYS}


def noted(error: BaseException) -> str:
    """For a table of what went wrong: with the line, of an assertion without words."""
    return f"{went(error)}: {type(error).__name__}: {_words(error)}"


def _words(error: BaseException) -> str:
    told = str(error) or str(traceback.extract_tb(error.__traceback__)[-1].line)
    return "; ".join([told, *getattr(error, "__notes__", ())])


def _told(counts: Mapping[Hashable, int]) -> str:
    return ", ".join(f"{each!r} {number} times" if number > 1 else repr(each) for each, number in counts.items())
