"""The digest that everybody reads, in the help channel: about eight lines, each a thing that happened. Pure."""

from collections.abc import Iterator

from bot.blockkit import TEXT_MAX, Shown, clip, context, escape, header, link, section
from bot.digest.blocks import (
    and_more,
    dates,
    in_words,
    linked,
    names,
    thread_of,
    was_it_useful,
    was_week,
    what_became,
    written,
)
from bot.digest.kept import Changed, Digest, Reader
from bot.digest.rules import is_quiet
from bot.statistics import counted

OPEN_MOST = 3
STATUS = {
    "pilot": "is tried with a few teams",
    "optional": "is there for every team that wants it",
    "policy": "meets a policy now, and so does equivalent evidence of your own",
    "only way": "is the only way now",
    "mandated": "has to be used",
}


def community_digest(digest: Digest, *, may_press: bool = True) -> Shown:
    """`may_press`: it stands in the channel, where people say whether it was useful."""
    head = f"What changed on the platform: {dates(digest)}"
    lines = list(community_lines(digest))
    end = (was_it_useful(digest, Reader.COMMUNITY),) if may_press else ()
    blocks = (header(head), *(section(each) for each in lines), context(_fine_print(digest)), *end)
    return Shown(clip("\n".join([head, *lines]), TEXT_MAX), blocks)


def community_lines(digest: Digest) -> Iterator[str]:
    """Without the silent ones."""
    if is_quiet(digest, Reader.COMMUNITY):
        yield f"A quiet {was_week(digest)}: nothing changed for you, nothing was asked, and no question is open."
        return
    if digest.this.questions:
        yield summary(digest)
    for name, line in _SECTIONS.items():
        if digest.shows(Reader.COMMUNITY, name) and (said := line(digest)):
            yield said


def summary(digest: Digest) -> str:
    asked = counted(digest.this.questions, "question")
    people = counted(digest.this.askers, "person", "people")
    return f"*{asked}* from {people}. {what_became(digest)}."


def _changed(digest: Digest) -> str:
    listed = [_change(each) for each in digest.changed[:OPEN_MOST]]
    return f"*Changed for you*: {and_more(listed, len(digest.changed))}." if listed else ""


def _change(each: Changed) -> str:
    called = written(each.title)
    now = STATUS.get(each.after) or escape(each.after)
    return f"{called} {now} since {in_words(each.day)} ({escape(each.before)} before)"


def _coming(digest: Digest) -> str:
    return f"*Coming*: {names(digest.coming)}." if digest.coming else ""


def _documented(digest: Digest) -> str:
    return f"*Now documented*: {names(digest.documented)}." if digest.documented else ""


def _done(digest: Digest) -> str:
    if not digest.shipped:
        return ""
    listed = [f"{written(each.title)} ({linked(each.url, 'the change')})" for each in digest.shipped[:3]]
    return f"*You said, we did*: {and_more(listed, len(digest.shipped))}."


def _open(digest: Digest) -> str:
    if not digest.unanswered:
        return ""
    listed = [thread_of(each, digest) for each in digest.listed[:OPEN_MOST]]
    said = f": {and_more(listed, digest.unanswered)}" if listed else f": {digest.unanswered}, in private channels"
    return f"*Still open*{said}. If you know one, answer in its thread."


def _story(digest: Digest) -> str:
    """One."""
    return f"*A story*: {names(digest.stories[:1])}." if digest.stories else ""


_SECTIONS = {
    "changed": _changed,
    "coming": _coming,
    "documented": _documented,
    "done": _done,
    "open": _open,
    "story": _story,
}


def _fine_print(digest: Digest) -> str:
    where = f" {link(digest.definitions, 'How it is counted')}." if digest.definitions else ""
    return f"Counted without names; private channels are counted and not shown.{where} `health` shows more to you."
