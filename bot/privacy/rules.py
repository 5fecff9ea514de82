"""What stands for a person in text, and what takes its place: pure."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

SOMEONE = "someone"
FOR_EVER = "for ever"
SHORTEST_NAME = 3  # letters of a name that Slack gives; shorter ones are common words more often than names


@dataclass(frozen=True)
class Kept:
    """What there is about a person: whether they are counted, and how many rows of each part name them.

    `no_surveys` is what they said of pulse surveys: "" nothing, `FOR_EVER`, or in words the day a pause of theirs ends.
    """

    is_counted: bool
    counts: Mapping[str, int]
    no_surveys: str = ""
    wants_no_thanks: bool = False


@dataclass(frozen=True)
class Traces:
    """Where a person may be found in text: the user id, names, and the ids of direct messages with their new names.

    `new_id` takes the user id's place in keys: each erasing has its own, for no two keys may become the same.
    """

    user_id: str
    names: frozenset[str] = frozenset()
    direct: Mapping[str, str] = field(default_factory=dict)
    new_id: str = SOMEONE

    @property
    def needles(self) -> frozenset[str]:
        return frozenset({self.user_id, *self.names, *self.direct})

    def remover(self) -> Callable[[str], str]:
        """Changes a text so that it holds none of them: "someone" stands there, or the direct message's new name."""
        mention = rf"<@{re.escape(self.user_id)}(?:\|[^<>]*)?>"
        words = sorted({form for name in self.names for form in _forms(name)}, key=len, reverse=True)
        spelled = [r"\s+".join(re.escape(part) for part in word.split()) for word in words]
        ids = "|".join(map(re.escape, (self.user_id, *self.direct)))
        whole = rf"(?<!\w)(?:{'|'.join([*spelled, ids])})(?!\w)"
        pattern = re.compile(f"{mention}|{whole}", re.IGNORECASE)
        return lambda text: pattern.sub(lambda found: self.direct.get(found[0], SOMEONE), text)

    def renamer(self) -> Callable[[str], str]:
        """The same for keys, in which ids alone may stand."""
        new = {self.user_id: self.new_id, **self.direct}
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, new))})(?!\w)", re.IGNORECASE)
        return lambda text: pattern.sub(lambda found: new.get(found[0].upper(), self.new_id), text)


def _forms(name: str) -> set[str]:
    """The same letters can be written in two ways."""
    return {unicodedata.normalize(form, name) for form in ("NFC", "NFD")}


def usable_names(given: Collection[str], from_slack: Collection[str]) -> frozenset[str]:
    """Names worth looking for: all that were given, and of Slack's those that are no stray letters."""
    told = {name.strip() for name in from_slack if len(name.strip()) >= SHORTEST_NAME}
    return frozenset({name.strip() for name in given if name.strip()} | told)
