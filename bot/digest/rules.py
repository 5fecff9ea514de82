"""Decides what a digest says: which shares may be spoken of, what is worth doing, and when nothing happened. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.digest.kept import Digest, Reader, Todo, What
from bot.peers.figures import Figures
from bot.statistics import Change, Share, change

TODOS_MOST = 2
FEWEST_REVERTS = 3  # of one team; fewer may be one bad day


@dataclass(frozen=True)
class Moved:
    """A share that changed detectably: of the last four weeks, the four before, and, where known, the four before."""

    name: str
    now: Share
    before: Share
    first: Share | None
    change: Change


# What may be spoken of once it changed, and whether more of it is better.
SHARES = {
    "peer_first": True,
    "peer_solved": True,
    "solved": True,
    "unanswered": False,
    "self_serve": True,
    "do_it_for_me": False,
}


def moved(digest: Digest) -> list[Moved]:
    """Shares of four weeks that differ detectably from those of the four weeks before: at most a few, often none."""
    found = []
    for name, more_is_better in SHARES.items():
        now, before = _share(digest.rolling, name), _share(digest.rolling_before, name)
        said = change(before, now, more_is_better=more_is_better)
        if said in (Change.BETTER, Change.WORSE):
            first = _share(digest.rolling_first, name) if digest.rolling_first else None
            found.append(Moved(name, now, before, first, said))
    return found


def _share(figures: Figures, name: str) -> Share:
    found: Share = getattr(figures, name)
    return found


def peer_change(digest: Digest) -> Change:
    """What became of the share of first answers that peers gave, over four weeks each."""
    return change(digest.rolling_before.peer_first, digest.rolling.peer_first)


def unanswered_change(digest: Digest) -> Change:
    return change(digest.rolling_before.unanswered, digest.rolling.unanswered, more_is_better=False)


def is_quiet(digest: Digest, reader: Reader) -> bool:
    """Whether there is nothing to tell that reader: then one line says so."""
    both = digest.this.questions or digest.shipped or digest.stories or digest.documented
    if reader is Reader.COMMUNITY:
        return not (both or digest.changed or digest.coming or digest.unanswered)
    came = digest.gaps.opened or digest.gaps.closed or digest.waves or digest.adopted or digest.reverted
    ran = digest.self_service and (digest.self_service.live_n or digest.self_service.pushed.n)
    return not (both or came or ran or digest.unanswered or digest.signs or digest.todos)


def worth_doing(digest: Digest) -> tuple[Todo, ...]:
    """The two things most worth doing, each of another kind.

    Who waits past the time they were promised comes first. Then what touches most people, or happened most often.
    """
    best: dict[What, Todo] = {}
    for each in _candidates(digest):
        if each.what not in best or _weight(each) > _weight(best[each.what]):
            best[each.what] = each
    order = list(What)
    ranked = sorted(best.values(), key=lambda each: (not _is_first(each), -_weight(each), order.index(each.what)))
    return tuple(ranked[:TODOS_MOST])


def _weight(each: Todo) -> int:
    return each.people or each.n


def _is_first(each: Todo) -> bool:
    return each.what is What.WAITING and each.people > 0


def _candidates(digest: Digest) -> Iterator[Todo]:
    yield from _waiting(digest)
    for theme in digest.asked_for:
        yield Todo(What(theme.kind), theme.title, theme.n)
    for gap in digest.gaps.top:
        yield Todo(What.GAP, gap.lacks.value, gap.questions, gap.people, gap.permalink, gap.channel)
    for ill in digest.ill:
        yield Todo(What.ARTICLE, ill.title, max(ill.not_quite, ill.dead_links, 1), url=ill.url)
    for reverted in digest.reverted:
        if reverted.times >= FEWEST_REVERTS:
            yield Todo(What.DRIFT, reverted.team, reverted.times)
    if digest.self_service and digest.self_service.pushed.k:
        for debt in digest.self_service.debts:
            yield Todo(What.PUSH, debt, 1)
    for sign in digest.signs:
        if sign.way_out:
            yield Todo(What.SIGN, sign.way_out, 1)


def _waiting(digest: Digest) -> Sequence[Todo]:
    """Those past their horizon; `people` 0 where all are younger, for these may be answered still by anybody."""
    if not digest.unanswered:
        return ()
    oldest = digest.listed[0] if digest.listed else None
    late = sum(not each.is_young for each in digest.listed)
    where = (oldest.permalink, oldest.channel, oldest.asked_at.isoformat()) if oldest else ("", "", "")
    return (Todo(What.WAITING, "", digest.unanswered, late, *where),)
