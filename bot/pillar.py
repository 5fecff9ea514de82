"""What the services of a room bring to the bot beside what its neighbours call: work they do, and when by the clock."""

from collections.abc import Mapping, Sequence

from bot.timetable import Planned
from bot.work import Asked, Job


class Pillar:
    def jobs(self, asked: Asked) -> Mapping[str, Job]:
        """Each kind of work of the room, and who does it."""
        raise NotImplementedError

    def planned(self) -> Sequence[Planned]:
        """What it does at its times, if anything."""
        return ()
