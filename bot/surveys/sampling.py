"""Draws who is asked: a stratified random sample that the same seed draws again from the same people. Pure.

Chance is the seed's: people are put in the order of HMAC(seed, person), so their order beforehand changes nothing.
"""

import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Strata:
    """What people are drawn and shown by; None is not known, or not to be shown.

    `role` is "platform" or "other"; `asker`: asked a question of late; `new`: first seen in the last 90 days.
    """

    team: str | None = None
    role: str | None = None
    asker: bool | None = None
    new: bool | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        return cls(kept.get("team"), kept.get("role"), kept.get("asker"), kept.get("new"))


@dataclass(frozen=True)
class Candidate:
    """Somebody who could be asked."""

    user_id: str
    strata: Strata = Strata()


def sample(frame: Iterable[Candidate], *, seed: str, size: int) -> Sequence[Candidate]:
    """At most `size` people, in the order of chance: from each stratum its share, by largest remainders.

    Silent people are a stratum as others are, so they are asked too. Raises ValueError for a seed that is no hex.
    """
    by_strata: defaultdict[Strata, list[Candidate]] = defaultdict(list)
    for each in frame:
        by_strata[each.strata].append(each)
    shares = apportion({strata: len(found) for strata, found in by_strata.items()}, seed=seed, size=size)
    drawn = [each for strata, found in by_strata.items() for each in _in_order(found, seed)[: shares[strata]]]
    return _in_order(drawn, seed)


def apportion(sizes: Mapping[Strata, int], *, seed: str, size: int) -> dict[Strata, int]:
    """How many of each stratum: proportional, and what is left goes to the largest remainders; chance breaks ties."""
    total = sum(sizes.values())
    wanted = min(size, total)
    if wanted <= 0:
        return dict.fromkeys(sizes, 0)
    shares = {strata: wanted * count // total for strata, count in sizes.items()}
    left = wanted - sum(shares.values())
    by_remainder = sorted(sizes, key=lambda each: (-(wanted * sizes[each] % total), rank(seed, repr(each))))
    for strata in by_remainder[:left]:
        shares[strata] += 1
    return shares


def rank(seed: str, what: str) -> bytes:
    """Where chance puts it: 32 bytes that nobody foresees without the seed, the same each time."""
    return hmac.digest(bytes.fromhex(seed), what.encode(), "sha256")


def is_drawn(seed: str, what: str, *, share: float) -> bool:
    """Whether it is among the share, 0.0 to 1.0, that chance takes."""
    return int.from_bytes(rank(seed, what)[:8]) < share * 2**64


def _in_order(people: Iterable[Candidate], seed: str) -> list[Candidate]:
    return sorted(people, key=lambda each: rank(seed, each.user_id))
