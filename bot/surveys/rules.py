"""Decides whom a survey may reach and when, and how long what they say is findable. Pure: time is an argument.

Which of them are drawn is `sampling`'s; what is kept once a wave is closed is `releasing`'s.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice

from bot.authority import is_ours
from bot.calendar import DAY, WorkingTime, moment_of, zone_of
from bot.model import Colleague, Status, Workspace
from bot.surveys.sampling import rank
from bot.unasked import CLOSES, COUNTED_OUT, ERASED, OPENS, OUT_OF_HOURS, OVER_BUDGET, hours_of
from knowledge.surveys import Moment, Repeats, Survey

OF_LATE = timedelta(days=90)  # asked, ran; and first seen of who is new
A_MINUTE = 30  # people: each costs two or three calls of `users.info`, of which Slack takes 100 a minute
LAST_ASKED = time(17, 15)  # by the person's clock: what leaves after half past is skipped
MANY = 2_000  # people: over about an hour
LOOK_AHEAD = 40  # days in which there must be a working day
PAUSE = timedelta(days=91)


class Why(StrEnum):
    """Why somebody is not asked: `invitations.because`, so at most 40 characters."""

    BOT = "bot"
    GUEST = "guest"
    DEACTIVATED = "deactivated"
    STRANGER = "another company"
    AWAY = "away"
    REFUSED = "wants no surveys"
    LEFT_OUT = "left out"
    COOLDOWN = "cooldown"
    NO_ZONE = "no time zone"
    NOT_DRAWN = "not drawn"  # by event
    BUDGET = "over the unasked budget"
    HOURS = "outside their hours"
    TOO_LATE = "too late in the wave"
    UNDELIVERED = "not delivered"


@dataclass(frozen=True)
class Standing:
    """How a person stands with surveys, by our own records."""

    has_refused: bool = False
    is_left_out: bool = False
    rests_until: datetime | None = (
        None  # the survey's cooldown after the last prompt of any kind that was shown to them
    )


def why_not(colleague: Colleague, standing: Standing, *, workspace: Workspace, at: datetime) -> Why | None:
    """Why the person is not asked at that time; None when they may be."""
    profile = colleague.profile
    reasons = {
        Why.DEACTIVATED: profile.is_deleted,
        Why.BOT: profile.is_bot,
        Why.STRANGER: not is_ours(profile.team_id, profile.enterprise_id, workspace),
        Why.GUEST: profile.is_guest,
        Why.REFUSED: standing.has_refused,
        Why.LEFT_OUT: standing.is_left_out,
        Why.COOLDOWN: standing.rests_until is not None and at < standing.rests_until,
        Why.NO_ZONE: hours_of(colleague.timezone) is None,
        Why.AWAY: is_away(colleague.status, at=at),
    }
    return next((why for why, holds in reasons.items() if holds), None)


AWAY_EMOJI = {  # of Slack's own suggestions, and what people set beside them
    *(":palm_tree:", ":face_with_thermometer:", ":desert_island:", ":beach_with_umbrella:", ":airplane:", ":hospital:"),
    *(":sick:", ":nauseated_face:", ":baby:", ":baby_bottle:", ":no_entry:", ":zzz:", ":ooo:", ":vacation:"),
}
AWAY_WORDS = re.compile(
    r"\b(?:vacation(?:ing)?|on holidays?|on leave|(?:annual|parental|maternity|paternity|sick|compassionate) leave"
    r"|sabbatical|ooo|o\.o\.o|out of (?:the )?office|out sick|off sick|sick|away|day off|pto|urlaub|im urlaub|krank"
    r"|elternzeit|abwesend|vacaciones|congés?|en congé|ferie)\b",
    re.IGNORECASE,
)
HERE_WORDS = re.compile(r"\b(?:far away|away from (?:my )?(?:keyboard|desk)|right away|back from)\b", re.IGNORECASE)


def is_away(status: Status, *, at: datetime) -> bool:
    """Whether the person says that they do not work then: leave, illness, out of office. A meeting or a lunch is none.

    Only what they wrote beside their name counts, never whether Slack shows them as active.
    """
    if status.until is not None and status.until <= at:
        return False
    return status.emoji in AWAY_EMOJI or bool(AWAY_WORDS.search(HERE_WORDS.sub(" ", status.text)))


# When.


def due_day(repeats: Repeats, *, tomorrow: date, last: date | None) -> date | None:
    """The day on which people are to be asked, if that is tomorrow. `last` is any day of the last wave's week.

    A wave is opened the day before, at a time when nobody's working day has begun yet, wherever they are.
    """
    if tomorrow.isoweekday() != repeats.weekday:
        return None
    weeks = None if last is None else (monday(tomorrow) - monday(last)).days // 7
    return tomorrow if weeks is None or weeks >= repeats.weeks else None


def monday(day: date) -> date:
    return day - (day.isoweekday() - 1) * DAY


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def day_in(week: str) -> date:
    """The Monday of 2026-W47."""
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def asking_time(
    day: date, at: time, timezone: str, *, now: datetime, holidays: str = "", place: int = 0
) -> datetime | None:
    """When to write to the person: from that day on, on a working day of theirs, from that time on, and not past.

    So many are asked before them, as `place` says, at Slack's pace: for whom a day has no room it is the next working
    day. None where there is no such time within forty days, or the zone is not known.
    """
    hours = hours_of(timezone)
    if hours is None:
        return None
    working, (days, ahead) = WorkingTime(hours, holidays), divmod(place, in_a_day(at))
    possible = (day + number * DAY for number in range(LOOK_AHEAD))
    for each in islice(filter(working.is_working_day, possible), days, None):
        when = max(moment_of(each, max(at, OPENS), timezone), now) + timedelta(minutes=ahead / A_MINUTE)
        if when <= moment_of(each, LAST_ASKED, timezone):
            return when
    return None


def next_time(
    survey: Survey, seed: str, person: str, timezone: str, *, now: datetime, holidays: str = ""
) -> datetime | None:
    """When to write to somebody whose own time went by while we were away; each a little apart from the others."""
    at = survey.schedule.at if isinstance(survey.schedule, Repeats) else OPENS
    place = int.from_bytes(rank(seed, person)[:8]) * min(MANY, in_a_day(at)) // 2**64
    return asking_time(today_in(timezone, now), at, timezone, now=now, holidays=holidays, place=place)


def in_a_day(at: time) -> int:
    """How many can be asked at Slack's pace from that time on, until the last are in their hours."""
    left = datetime.combine(date.min, LAST_ASKED) - datetime.combine(date.min, max(at, OPENS))
    return max(1, int(left.total_seconds() / 60 * A_MINUTE))


def latest_on(day: date, timezone: str, *, otherwise: datetime) -> datetime:
    """The last moment of that day at which the person may be asked: who can be by then can be asked that day."""
    return otherwise if hours_of(timezone) is None else moment_of(day, LAST_ASKED, timezone)


def closes_at(survey: Survey, last_day: date, timezone: str) -> datetime:
    """The end of a wave in which people are asked until that day, by the handbook's wall."""
    return moment_of(last_day + survey.open_days * DAY, CLOSES, timezone)


def last_of_month(day: date) -> date:
    return (day.replace(day=1) + 32 * DAY).replace(day=1) - DAY


def today_in(timezone: str, now: datetime) -> date:
    return now.astimezone(zone_of(timezone)).date()


def may_still_ask(closes: datetime, *, at: datetime) -> bool:
    """Nobody is asked in the last day of a wave: they could hardly answer."""
    return at <= closes - DAY


# Whom.


def sample_size(survey: Survey, frame: int) -> int:
    """At most the survey's share of the frame, and at most its number of people; one at least."""
    return min(survey.people, frame, max(1, int(survey.share * frame + 1e-9)))


def is_about(survey: Survey, moment: str, subject: str) -> bool:
    """Whether the survey is sent after such an event."""
    if isinstance(survey.schedule, Repeats):
        return False
    after = survey.schedule
    is_action = after.moment is Moment.CONVERGED and bool(after.actions)
    return after.moment.value == moment and (not is_action or subject in after.actions)


UNSENT = {  # what the outbox says of a message it did not send
    OVER_BUDGET: Why.BUDGET,
    OUT_OF_HOURS: Why.HOURS,
    COUNTED_OUT: Why.LEFT_OUT,
    ERASED: Why.LEFT_OUT,
}


def because_unsent(problem: str) -> Why:
    """Why somebody was not asked after all, from what the outbox says of their message."""
    return UNSENT.get(problem, Why.UNDELIVERED)


def shown_count(answered: int, survey: Survey) -> int | None:
    """How many answered, of a wave under way; None as long as they are fewer than may be shown."""
    return answered if answered >= survey.threshold else None


def tag(key: str, person: str) -> str:
    """Under which a person's answer is found while the wave has its key; nobody finds it after."""
    return hmac.digest(bytes.fromhex(key), person.encode(), "sha256").hex()
