"""What each team chose first of all that the platform offers, over capabilities and policies."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Way, What
from bot.storage.schema import capability_uses, choices


async def first_uses(tx: AsyncConnection, *, among: Collection[str]) -> Mapping[str, tuple[str, date]]:
    """By team, as it was called then: which of these capabilities it used first, and the day."""
    table = capability_uses
    here = and_(table.c.what == What.USED, table.c.capability.in_(list(among)))
    first = select(table.c.team, table.c.capability, func.min(table.c.day)).where(here)
    found: dict[str, tuple[str, date]] = {}
    for team, capability, day in await tx.execute(first.group_by(table.c.team, table.c.capability)):
        if team not in found or (day, capability) < (found[team][1], found[team][0]):
            found[team] = (capability, day)
    return found


async def first_choices(tx: AsyncConnection) -> Mapping[str, tuple[str, date]]:
    """By team: the policy it first met by the platform's way, and the day."""
    query = select(choices.c.team, choices.c.policy, choices.c.at).where(choices.c.way == Way.PLATFORM)
    found: dict[str, tuple[str, date]] = {}
    for team, policy, at in await tx.execute(query.order_by(choices.c.at.desc(), choices.c.id.desc())):
        found[team] = (policy, at.date())
    return found
