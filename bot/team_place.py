"""Where and when a team is told something: its channel, and office hours at its site. Pure."""

from collections.abc import Iterable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.calendar import Daily, Hours, WorkingTime, is_within, slots_between
from knowledge.channels import OFFICE_CLOSES, OFFICE_DAYS, OFFICE_OPENS, Channels
from knowledge.people import People

AT = time(10)  # after the rush of the morning, by the team's own wall


def channel_of(team: str, people: People) -> str:
    """ "" for a team that has none."""
    return people.teams[team].channel_id if team in people.teams else ""


def working_time_of(team: str, people: People, channels: Channels) -> WorkingTime:
    """Office hours at the team's site; the handbook's own where it has none."""
    site = people.sites.get(people.teams[team].site) if team in people.teams else None
    if site is None:
        return channels.working_time()
    return WorkingTime(Hours(OFFICE_DAYS, OFFICE_OPENS, OFFICE_CLOSES, site.timezone), site.holidays)


def holidays_of(teams: Iterable[str], people: People, channels: Channels) -> str:
    """The region whose public holidays are those of somebody in these teams: at the first that has a site."""
    sites = (people.sites.get(people.teams[each].site) for each in teams if each in people.teams)
    return next((site.holidays for site in sites if site is not None), channels.holidays)


def telling_time(working: WorkingTime, after: datetime, until: datetime) -> datetime | None:
    """The moment in that day at which the team is told; None where it is no working day there."""
    slots = slots_between(Daily(AT, working.hours.timezone), after, until)
    return next((slot.due_at for slot in slots if may_tell(working, slot.due_at)), None)


def may_tell(working: WorkingTime, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(working.hours.timezone))
    return working.is_working_day(local.date()) and is_within(working.hours, at)
