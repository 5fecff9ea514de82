"""Success stories as they were told, who else they would name and whether they may, and what became of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import stories, story_people
from bot.storage.statements import insert_new

SHOWN, PROPOSED, MERGED, CLOSED, DROPPED = "shown", "proposed", "merged", "closed", "dropped"  # `stories.state`
ASKED, YES, NO = "asked", "yes", "no"  # `story_people.said`


@dataclass(frozen=True)
class StoryRow:
    """`words` are what was hard, what was done and what came of it; None once the handbook has them, or nobody."""

    id: str
    key: str
    teller: str
    title: str
    words: Mapping[str, str] | None
    names_teller: bool
    team: str
    state: str
    file: str
    url: str
    told_at: datetime
    settled_at: datetime | None = None


async def add(tx: AsyncConnection, story: StoryRow, named: Collection[str]) -> bool:
    """Whether it is new; those it would name are asked."""
    if not await insert_new(tx, stories, asdict(story)):
        return False
    for person in sorted(named):
        await insert_new(tx, story_people, {"story_id": story.id, "person": person, "said": ASKED})
    return True


async def by_id(tx: AsyncConnection, story_id: str) -> StoryRow | None:
    row = (await tx.execute(select(stories).where(stories.c.id == story_id))).mappings().one_or_none()
    return None if row is None else StoryRow(**row)


async def said_by(tx: AsyncConnection, story_id: str) -> Mapping[str, str]:
    """Of each person it would name, what they said to that."""
    query = select(story_people.c.person, story_people.c.said).where(story_people.c.story_id == story_id)
    return {row.person: row.said for row in await tx.execute(query.order_by(story_people.c.person))}


async def say(tx: AsyncConnection, story_id: str, person: str, said: str) -> bool:
    """Whether the person was asked, and it is not too late: a story before reviewers stays as it is."""
    open_ = select(stories.c.id).where(stories.c.id == story_id, stories.c.state == SHOWN)
    asked = and_(story_people.c.story_id.in_(open_), story_people.c.person == person)
    changed = update(story_people).where(asked).values(said=said).returning(story_people.c.person)
    return (await tx.execute(changed)).first() is not None


async def mark_proposed(tx: AsyncConnection, story_id: str) -> bool:
    """Whether it was shown and not decided on."""
    shown = and_(stories.c.id == story_id, stories.c.state == SHOWN, stories.c.words.is_not(None))
    changed = update(stories).where(shown).values(state=PROPOSED).returning(stories.c.id)
    return (await tx.execute(changed)).first() is not None


async def take_back(tx: AsyncConnection, story_id: str) -> None:
    """It could not be proposed, and may be tried again."""
    proposed = and_(stories.c.id == story_id, stories.c.state == PROPOSED)
    await tx.execute(update(stories).where(proposed).values(state=SHOWN))


async def settle(
    tx: AsyncConnection, story_id: str, state: str, *, url: str, file: str, now: datetime
) -> StoryRow | None:
    """The story, if it was before the reviewers; its words go, as Git has them."""
    here = and_(stories.c.id == story_id, stories.c.state == PROPOSED)
    gone = {"state": state, "url": url, "file": file, "settled_at": now, "words": None}
    row = (await tx.execute(update(stories).where(here).values(**gone).returning(*stories.columns))).mappings().first()
    return None if row is None else StoryRow(**row)


async def drop(tx: AsyncConnection, story_id: str) -> bool:
    shown = and_(stories.c.id == story_id, stories.c.state == SHOWN)
    gone = update(stories).where(shown).values(state=DROPPED, words=None, title="").returning(stories.c.id)
    return (await tx.execute(gone)).first() is not None


async def merged(tx: AsyncConnection, since: datetime, until: datetime) -> Sequence[StoryRow]:
    """The oldest first."""
    here = and_(stories.c.state == MERGED, stories.c.settled_at >= since, stories.c.settled_at < until)
    query = select(stories).where(here).order_by(stories.c.settled_at, stories.c.id)
    return [StoryRow(**row) for row in (await tx.execute(query)).mappings()]


async def forget_words(tx: AsyncConnection, *, before: datetime) -> None:
    """Stories that nobody decided on for long."""
    old = and_(stories.c.told_at < before, stories.c.state == SHOWN)
    await tx.execute(update(stories).where(old).values(state=DROPPED, words=None, title=""))


async def leave_out(tx: AsyncConnection, person: str) -> Sequence[str]:
    """The ids of stories that are the person's, or would name them: theirs are dropped, in others they are nobody."""
    named = select(story_people.c.story_id).where(story_people.c.person == person)
    query = select(stories.c.id).where(or_(stories.c.teller == person, stories.c.id.in_(named)))
    ids = (await tx.scalars(query)).all()
    theirs = and_(stories.c.teller == person, stories.c.state.in_((SHOWN, PROPOSED)))
    await tx.execute(update(stories).where(theirs).values(words=None, title="", names_teller=False))
    await tx.execute(update(stories).where(theirs, stories.c.state == SHOWN).values(state=DROPPED))
    await tx.execute(update(story_people).where(story_people.c.person == person).values(said=NO))
    return ids


async def forget_person(tx: AsyncConnection, person: str) -> None:
    await tx.execute(delete(story_people).where(story_people.c.person == person))
