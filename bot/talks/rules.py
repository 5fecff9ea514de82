"""Decides who is drawn for a talk, what is shown of them, and how long what was said of it stands. Pure.

Who could be drawn is `bot.surveys.frames`', and how chance is used `bot.surveys.sampling`'s.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.blockkit import clip, escape
from bot.surveys.sampling import Candidate, Strata, sample
from bot.talk_row import DRAWN
from knowledge.capabilities import FREE, Capability, Status
from knowledge.surveys import Audience, Repeats, Survey

MINUTES = 30
AT_ONCE = 5  # people in a draw
TEAM_LEAST = 5  # people of the frame: a smaller team is not named, as it would name them
AGAIN_AFTER = timedelta(days=183)  # six months from an invitation to the next, whatever was said
ANSWER_WITHIN = timedelta(days=14)  # later an invitation is taken to have come to nothing
DRAW_HOLDS = timedelta(days=14)  # so that nobody draws until somebody convenient comes up
APPROVE_WITHIN = timedelta(days=14)  # notes that nobody let stand by then are deleted
WORDS_MOST = 1_500  # characters of notes
ESCAPED_MOST = 2_600  # of them as Slack takes them: they are shown whole
# Whom a pulse may reach a talk may: everybody of ours who was sent nothing unasked for four weeks.
FRAME = Survey("talks", "Talks", "", "", (), Audience(), Repeats(1, 1, time(10)), cooldown_days=28)


@dataclass(frozen=True)
class Prospect:
    """Somebody who could be invited. `is_silent`: never asked; `is_apart`: their team chose nothing so far."""

    user_id: str
    team: str
    is_silent: bool
    is_apart: bool

    @property
    def rank(self) -> int:
        """2 for who is both, and drawn first."""
        return self.is_silent + self.is_apart


def draw(prospects: Collection[Prospect], *, seed: str, size: int = AT_ONCE) -> list[Prospect]:
    """At most `size`: silent people of teams that chose nothing first, then who is one of both, then all others.

    Among equals a stratified sample by team. The same seed draws the same from the same people.
    """
    by_rank: defaultdict[int, dict[str, Prospect]] = defaultdict(dict)
    for each in prospects:
        by_rank[each.rank][each.user_id] = each
    drawn: list[Prospect] = []
    for rank in sorted(by_rank, reverse=True):
        among = by_rank[rank]
        frame = [Candidate(each.user_id, Strata(team=each.team)) for each in among.values()]
        drawn += [among[each.user_id] for each in sample(frame, seed=seed, size=size - len(drawn))]
    return drawn


def named_teams(prospects: Collection[Prospect]) -> frozenset[str]:
    """Teams that may be shown: so many of each could be drawn that it names nobody."""
    return frozenset(team for team, count in Counter(each.team for each in prospects).items() if count >= TEAM_LEAST)


def is_chosen(capability: Capability) -> bool:
    """Whether a team that uses it chose to: it was free, and it is not us it turned to."""
    return capability.status in (*FREE, Status.PILOT) and not capability.is_mentor


def may_draw(drawn_at: datetime | None, states: Sequence[str], *, now: datetime) -> bool:
    """Whether a new draw is due: there is none, it is old, or everybody in it was invited."""
    return drawn_at is None or now - drawn_at >= DRAW_HOLDS or DRAWN not in states


def is_over(invited_at: datetime | None, *, now: datetime) -> bool:
    """Whether an invitation without a yes has come to nothing."""
    return invited_at is not None and now - invited_at >= ANSWER_WITHIN


def day_in_words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def fitting(words: str) -> str:
    """As much of them as notes may be: with names taken out they can be longer than they were written."""
    cut = clip(words, WORDS_MOST)
    while len(escape(cut)) > ESCAPED_MOST:
        cut = clip(cut, len(cut) - 20)
    return cut


def problem(words: str) -> str:
    """What is wrong with notes; "" for nothing."""
    if not words.strip():
        return "Say in a few sentences what you heard."
    is_long = len(words) > WORDS_MOST or len(escape(words)) > ESCAPED_MOST
    return f"Please write at most {WORDS_MOST:,} characters, and few < and &." if is_long else ""
