"""A thread as it is kept: a question, a reply, and who set a check mark on it."""

from sqlalchemy import insert, select

from bot.desk import Desk
from bot.storage.engine import Tx
from bot.storage.schema import messages, people, reactions
from tests.curation.desk import ASK

ROOT, REPLY = "1795514000.000100", "1795514060.000100"


async def thread(
    desk: Desk, *, solver: str = "jonas", marked_by: str | None = "priya", root: str = ROOT, holds: bool = True
) -> None:
    """Priya's question, a reply, and who set a check mark on it."""
    said = {"channel_id": ASK, "author_kind": "person", "gist": "says", "posted_at": desk.clock.now()}
    reply = f"{float(root) + 60:.6f}"

    async def unit(tx: Tx) -> None:
        for name in ("priya", "jonas", "amara"):
            if await tx.scalar(select(people.c.id).where(people.c.id == name)) is None:
                await tx.execute(
                    insert(people).values(id=name, slack_id=f"U0{name.upper()}", created_at=desk.clock.now())
                )
        asked = {"ts": root, "author": "priya", "text": "how do I clean the cache of the build?"}
        await tx.execute(insert(messages).values(**said, **asked))
        answered = {"ts": reply, "thread_ts": root, "author": solver, "text": "Run the cleaner."}
        await tx.execute(insert(messages).values(**said, **answered))
        if marked_by:
            mark = {
                "name": "white_check_mark",
                "changed_ts": root,
                "is_there": holds,
                "seen_ts": "",
                "was_there": False,
            }
            await tx.execute(insert(reactions).values(channel_id=ASK, ts=reply, person=marked_by, **mark))

    await desk.database.write(unit)
