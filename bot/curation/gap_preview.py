"""The gaps that past questions would have made, for a rehearsal. Pure, and for the operator alone: it shows words."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.curation.gap_rules import Asked, Cluster, sorted_in
from bot.model import moment
from knowledge.likeness import WordLikeness, says_anything


@dataclass(frozen=True)
class PastGap:
    """Questions asked more or less the same way, and the first of them as it was asked."""

    example: str
    count: int


def largest_gaps(questions: Mapping[str, str], *, most: int) -> list[PastGap]:
    """Questions are texts by their ts; the gaps with most questions first, then those asked first."""
    texts = {ts: text for ts, text in questions.items() if says_anything(text)}
    clusters: dict[str, Cluster] = {}
    for placed in sorted_in([Asked(ts, moment(ts)) for ts in texts], [], WordLikeness(texts)):
        clusters.setdefault(placed.gap_id, Cluster(placed.gap_id, [])).members.append(placed.key)
    by_size = sorted(clusters.values(), key=lambda each: (-len(each.members), each.members[0]))
    return [PastGap(texts[each.members[0]], len(each.members)) for each in by_size[:most]]
