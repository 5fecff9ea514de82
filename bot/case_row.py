"""What became of a question, in the form in which it is kept and counted. Decides nothing: see `bot.peers.cases`."""

from typing import NamedTuple

Key = tuple[str, str]  # channel and ts of a question


class CaseRow(NamedTuple):
    """A case as it is kept. Times are microseconds since 1970; `answers` are people and who they were."""

    channel_id: str
    ts: str
    asker: str
    kind: str
    is_kind_corrected: bool
    topic: str
    basis: str
    is_part: bool
    young_until: int
    responder: str
    response_s: int | None
    working_s: int | None
    is_at_work: bool | None
    answerer: str
    solver: str | None
    solved_s: int | None
    solved_working_s: int | None
    untouched: int | None
    reopened: int
    was_shown: bool
    was_hinted: bool
    is_hint_confirmed: bool
    said_not_quite: bool
    is_thanked: bool
    was_looked_up: bool
    is_repeat: bool
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> Key:
        return self.channel_id, self.ts
