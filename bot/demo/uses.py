"""What a team of the demo's company used before the demo begins: buckets, and Mentor itself on trial.

A first use, and what a team does not use, is asked about; nobody is asked twice in a week. So the tour's pulse, which
comes after a bucket of this team, would else be left out.
"""

from datetime import date

from bot.adoption.use_events import FileUse
from bot.adoption.uses import take_file
from bot.desk import Desk

USED = tuple(FileUse(capability, "payments", date(2026, 11, 2)) for capability in ("object-storage", "mentor"))


async def furnish_uses(desk: Desk) -> None:
    """As a file of uses tells it."""
    await take_file(desk.database, USED, clock=desk.clock, new_id=desk.new_id)
