"""When a survey is sent: its `every` or `after`, and its lengths of time.

How they are read. When the next wave begins is worked out in `bot.surveys`.
"""

import re
from datetime import time

from knowledge.people import WEEKDAYS
from knowledge.schema import Fields, Value
from knowledge.strict_yaml import Scalar
from knowledge.survey_audience import Around, read_ids
from knowledge.surveys import After, Moment, Repeats, Survey

EVERY_KEYS = ("weeks", "day", "at")
EVENTS = {"action_live": Moment.CONVERGED, "answer": Moment.ANSWERED}  # as an author writes them
AFTER_KEYS = (*EVENTS, "share")
ANY = "any"
DAYS_ASKED = WEEKDAYS[:5]
# By the person's own clock: what nobody asked for leaves at no other time (bot.outbox), and a large wave takes a while.
EARLIEST, LATEST = time(9), time(17)
MOST_WEEKS = 52
WEEKS = re.compile(r"[1-9]|[1-4]\d|5[0-2]", re.ASCII)
DAYS = re.compile(r"([1-9]\d{0,2}) days?", re.ASCII)
LEAST_COOLDOWN, MOST_COOLDOWN = 14, 365
MOST_OPEN = 28  # the promise of anonymity begins when the wave ends
MOST_REMIND = 7  # later it would be a message of its own


def read_schedule(fields: Fields, around: Around) -> Repeats | After | None:
    """One of `every` and `after`."""
    if "every" in fields and "after" in fields:
        fields["after"].wrong(
            "it is asked by the week already", "take `every` or `after` out: two surveys are two files"
        )
    if "every" in fields:
        return fields.get("every", _read_every, None)
    if "after" in fields:
        return fields.get("after", lambda it: _read_after(it, around), None)
    fix = 'write `every: {weeks: 4, day: tue, at: "10:00"}`, or `after: {answer: any, share: 0.1}`'
    fields.whole.wrong("nothing says when it is asked", fix)
    return None


def read_cooldown(value: Value) -> int | None:
    return _read_days(value, LEAST_COOLDOWN, MOST_COOLDOWN, "people are to be left alone for that long")


def read_open(value: Value) -> int | None:
    return _read_days(value, 1, MOST_OPEN, "answers are anonymous only after it")


def read_remind_after(value: Value) -> int | None:
    return _read_days(value, 1, MOST_REMIND, "there is one reminder, and it belongs to its message")


def check_times(fields: Fields, survey: Survey) -> None:
    """Waves do not overlap, and nobody is reminded of what is over."""
    days, schedule = survey.open_days, survey.schedule
    if survey.remind_after_days >= days:
        fix = f"write less than `open`, which is {_counted(days)}"
        fields["remind_after"].wrong(f"after {_counted(survey.remind_after_days)} it is closed", fix)
    if isinstance(schedule, Repeats) and days > schedule.weeks * 7:
        what = f"it is open for {_counted(days)}, and the next wave begins after {schedule.weeks * 7}"
        fields["open"].wrong(what, "write fewer days, or more `weeks`")


def _read_every(value: Value) -> Repeats | None:
    fields = value.fields(*EVERY_KEYS)
    weeks = fields.need("weeks", _read_weeks, f"write a number of weeks, 1 to {MOST_WEEKS}")
    day = fields.need("day", _read_day, f"write one of: {', '.join(DAYS_ASKED)}")
    at = fields.need("at", _read_at, 'write for example "10:00"')
    return Repeats(weeks, WEEKDAYS.index(day) + 1, at) if weeks and day and at else None


def _read_weeks(value: Value) -> int | None:
    text = value.shaped(WEEKS, "is no number of weeks", f"write a whole number, 1 to {MOST_WEEKS}, such as 4")
    return int(text) if text else None


def _read_day(value: Value) -> str | None:
    if isinstance(value.node, Scalar) and value.node.text.strip() in WEEKDAYS[5:]:
        value.wrong("nobody is asked at weekends", f"write one of: {', '.join(DAYS_ASKED)}")
        return None
    return value.choice(DAYS_ASKED)


def _read_at(value: Value) -> time | None:
    at = value.time_of_day()
    if at is None or EARLIEST <= at <= LATEST:
        return at
    fix = f'write a time from "{EARLIEST:%H:%M}" to "{LATEST:%H:%M}", by each person\'s own clock'
    value.wrong("nobody is asked outside their working day", fix)
    return None


def _read_after(value: Value, around: Around) -> After | None:
    fields = value.fields(*AFTER_KEYS)
    named = [key for key in EVENTS if key in fields]
    share = fields.need("share", read_share, "write which part of these events leads to a message, such as 0.2")
    if not named:
        value.wrong(
            "nothing is named that it comes after", "write `action_live: any`, a list of actions, or `answer: any`"
        )
        return None
    if len(named) > 1:
        fields[named[1]].wrong(f"it comes after {named[0]} already", "keep one of the two: two surveys are two files")
    actions = fields.get(named[0], lambda it: _read_which(it, named[0], around), ())
    return After(EVENTS[named[0]], actions, share) if share else None


def read_share(value: Value) -> float | None:
    """More than 0, at most 1."""
    share = value.share()
    if share == 0:
        value.wrong("nobody would be asked", "write a number above 0, at most 1, such as 0.2")
        return None
    return share


def _read_which(value: Value, event: str, around: Around) -> tuple[str, ...]:
    """Ids of actions; () is any."""
    if isinstance(value.node, Scalar):
        value.choice((ANY,))
        return ()
    if EVENTS[event] is Moment.ANSWERED:
        value.wrong("an answer has no actions", f"write `answer: {ANY}`")
        return ()
    return read_ids(value, Value.name, around.check_action)


def _read_days(value: Value, least: int, most: int, why: str) -> int | None:
    fix = f"write {least} to {most} days, as `{min(7 * least, 28)} days`; {why}"
    text = value.shaped(DAYS, "is no number of days", fix)
    if text is None:
        return None
    days = int(text.split()[0])
    if least <= days <= most:
        return days
    value.wrong(f"{_counted(days)} {'is' if days == 1 else 'are'} too {'few' if days < least else 'many'}", fix)
    return None


def _counted(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
