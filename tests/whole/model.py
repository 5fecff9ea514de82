"""What must be seen and kept, whatever people do in whatever order. Small on purpose, and knows nothing of the bot.

It is told each act at its time, and says of everything said how many answers it must have, and which words are kept.
"""

from dataclasses import dataclass, field

from tests.whole.place import Gist, Place

CHANCE_S = 20 * 60.0  # that people have in channels that wait
HISTORY_S = 3_600.0  # so long past its turn a question is not answered any more
UNSURE_S = 90.0  # this near to its turn nobody can say who was first
Key = tuple[str, str]
Mark = tuple[str, str, str]  # where, on what, by whom


@dataclass
class Said:
    """A message of a person, and what became of it.

    `due` is its turn: when the bot looks whether it answers; None if it does not look. `least` to `most` answers.
    """

    place: Place
    ts: str
    author: str
    text: str
    gist: Gist
    root: str | None = None
    due: float | None = None
    is_decided: bool = False
    is_deleted: bool = False
    is_forgotten: bool = False  # its words are not to be kept, or no more
    is_nobodys: bool = False  # who said it was erased since: they are a stranger to it
    is_solved: bool = False  # whoever asked said so of the answer
    least: int = 0
    most: int = 0


@dataclass
class Model:
    is_away: bool = False  # the bot: in which order it will learn of what happens meanwhile nobody can say
    left_out: set[str] = field(default_factory=set)
    said: dict[Key, Said] = field(default_factory=dict)
    private: dict[str, int] = field(default_factory=dict)  # answers that a person alone must have seen
    marks: dict[Mark, bool] = field(default_factory=dict)  # those that stand; whether the person is named, or someone

    def ask(self, said: Said, *, mentions: bool) -> Said:
        """Something is said that begins a thread."""
        self._say(said)
        if mentions:  # it is answered, even if it is that nothing was found; or never heard of
            said.is_decided, said.least, said.most = True, int(said.place.is_watched or not self.is_away), 1
        else:
            self._overhear(said)
        return said

    def reply(self, said: Said, *, now: float) -> None:
        self.settle(now)
        self._say(said)
        self._doubt(self.said[said.place.id, said.root or ""], now)

    def edit(self, said: Said, text: str, gist: Gist, *, now: float) -> None:
        self.settle(now)
        self._doubt(said, now)
        said.text, said.gist, said.is_forgotten = text, gist, said.author in self.left_out
        if said.due is None and not said.is_decided:
            self._overhear(said)

    def delete(self, said: Said, *, now: float) -> None:
        self.settle(now)
        said.is_deleted = True
        self._doubt(self.said[said.place.id, said.root or said.ts], now)

    def erase(self, person: str) -> None:
        self.leave_out(person)  # or the next word of theirs would be kept again
        for each in self.said.values():
            each.is_nobodys = each.is_nobodys or each.author == person

    def press_solved(self, said: Said, person: str) -> None:
        said.is_solved = said.is_solved or (person == said.author and not said.is_nobodys)

    def leave_out(self, person: str) -> None:
        self.left_out.add(person)
        self.marks = {each: is_named and each[2] != person for each, is_named in self.marks.items()}
        for each in self.said.values():
            if each.author == person:
                each.is_forgotten = True
                if each.due is not None:
                    self._leave_open(each)

    def count_in(self, person: str) -> None:
        self.left_out.discard(person)

    def mark(self, said: Said, person: str) -> None:
        self.marks[said.place.id, said.ts, person] = person not in self.left_out

    def unmark(self, said: Said, person: str) -> None:
        del self.marks[said.place.id, said.ts, person]

    def settle(self, now: float) -> None:
        """What had its turn by now is answered or not, as things stand."""
        for each in self.said.values():
            if each.due is not None and each.due <= now and not each.is_decided:
                self._decide(each, now)

    def kept(self) -> dict[Key, str | None]:
        """The words of each message of a watched channel; None where only the message counts."""
        return {
            key: each.text if each.place.keeps_words and not each.is_deleted and not each.is_forgotten else None
            for key, each in self.said.items()
            if each.place.is_watched
        }

    def _say(self, said: Said) -> None:
        self.said[said.place.id, said.ts] = said
        said.is_forgotten = said.author in self.left_out

    def _overhear(self, said: Said) -> None:
        if said.place.is_heard and said.author not in self.left_out:
            said.due = float(said.ts) + (CHANCE_S if said.place.waits else 0.0)

    def _decide(self, said: Said, now: float) -> None:
        if said.is_deleted or said.gist is not Gist.CHATTER:  # an edit may still make a question of the others
            said.is_decided = True
        if said.gist is Gist.KNOWN and not said.is_deleted and not self._has_reply(said):
            said.least = said.most = 1
            if now - float(said.ts) > HISTORY_S:
                said.least = 0

    def _doubt(self, said: Said, now: float) -> None:
        """Something about it changes just before its turn, or while nobody looks."""
        if said.due is not None and not said.is_decided and (self.is_away or said.due - now < UNSURE_S):
            self._leave_open(said)

    def _leave_open(self, said: Said) -> None:
        if not said.is_decided:
            said.is_decided, said.most = True, 1

    def _has_reply(self, root: Said) -> bool:
        return any(
            each.root == root.ts and each.place == root.place and each.author != root.author and not each.is_deleted
            for each in self.said.values()
        )
