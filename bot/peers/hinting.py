"""Counts what showing the handbook to the asker first does to how peers answer, as docs/metrics.md defines it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from bot.model import Json
from bot.peers.counted import Counted
from bot.peers.solving import By
from bot.statistics import Change, Share, change, difference


@dataclass(frozen=True)
class Hinting:
    """Of a window's questions. The shares of peers are over settled questions of channels where hints were shown."""

    confirmed: Share  # pressed *That solved it*, of all hints that were shown
    peer_first: Share  # after a hint
    peer_first_without: Share  # of the other questions

    @property
    def effect(self) -> Change:
        """What a hint does to the share of first answers that peers give."""
        return change(self.peer_first_without, self.peer_first)

    @property
    def difference(self) -> tuple[float, float] | None:
        """With a hint minus without one, as a 95 % interval; None where either is of nothing."""
        return difference(self.peer_first_without, self.peer_first)

    def to_json(self) -> Json:
        low, high = self.difference if self.effect is not Change.TOO_FEW and self.difference else (None, None)
        shares = {name: share.to_json() for name, share in vars(self).items()}
        return {**shares, "effect": self.effect.value, "difference": {"low": low, "high": high}}

    @classmethod
    def from_json(cls, said: Json) -> Self:
        return cls(*(Share.from_json(said[name]) for name in ("confirmed", "peer_first", "peer_first_without")))


NO_HINTS = Hinting(Share(0, 0), Share(0, 0), Share(0, 0))


def hinting(cases: Sequence[Counted]) -> Hinting:
    """Counts the cases; all of nothing where no hint was shown."""
    hinted = [each for each in cases if each.was_hinted]
    places = {each.channel_id for each in hinted}
    settled = [each for each in cases if each.channel_id in places and not each.is_young]
    return Hinting(
        confirmed=Share(sum(each.is_hint_confirmed for each in hinted), len(hinted)),
        peer_first=peers_share(each.responder for each in settled if each.was_hinted),
        peer_first_without=peers_share(each.responder for each in settled if not each.was_hinted),
    )


def peers_share(by: Iterable[By]) -> Share:
    """Peers, of peers and the platform team."""
    kinds = list(by)
    return Share(kinds.count(By.PEER), kinds.count(By.PEER) + kinds.count(By.PLATFORM))
