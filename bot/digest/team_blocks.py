"""The digest that the platform team reads: what happened, two things worth doing, and what changed for sure. Pure.

Figures stand in its thread: `detail_blocks`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bot.blockkit import TEXT_MAX, Shown, button, clip, context, escape, header, section
from bot.digest.blocks import (
    TAKE,
    and_more,
    dates,
    fitting,
    linked,
    moment,
    was_it_useful,
    was_week,
    what_became,
    written,
)
from bot.digest.blocks import in_words as day_in_words
from bot.digest.community_blocks import STATUS
from bot.digest.detail_blocks import detail_blocks, reasons
from bot.digest.kept import Changed, Digest, Reader, Todo, What
from bot.digest.rules import Moved, is_quiet, moved
from bot.model import Json
from bot.statistics import Change, Share, counted, duration, share_in_words

MOVED_MOST = 3  # shares
LONG_AGO = timedelta(days=60)  # who waits as long is told since when, not for how many days
WHOLE_ROOM = 9_500  # characters: all of a message may be 10,000
Takers = Mapping[int, str]  # by place, who has taken it

LACK = {"article": "an article", "action": "an action", "product": "something of the product"}
SHARES = {
    "peer_first": "first answers that colleagues gave",
    "peer_solved": "solved questions that colleagues solved",
    "solved": "questions that were solved",
    "unanswered": "questions without a response",
    "self_serve": "answers from the handbook that helped",
    "do_it_for_me": "questions that ask to have something done",
}
VERDICTS = {Change.BETTER: "Better", Change.WORSE: "Worse"}


def team_digest(digest: Digest, taken: Takers, *, may_press: bool = True) -> Shown:
    """`may_press`: it stands in the team's channel. To somebody alone it is shown with its details, and no buttons."""
    head = f"The week in our channels: {dates(digest)}"
    todo = list(_todo(digest, taken, may_press=may_press)) if digest.shows(Reader.TEAM, "todo") else []
    lines = [*_facts(digest), *map(_moved, moved(digest)[:MOVED_MOST])]
    end = (was_it_useful(digest, Reader.TEAM),) if may_press else ()
    blocks = (
        header(head),
        *(section(each) for each in lines),
        *(block for _, block in todo),
        context(_fine_print(digest)),
        *end,
    )
    if not may_press:
        *details, numbers = detail_blocks(digest).blocks
        blocks = (*fitting([*blocks, *details], WHOLE_ROOM), numbers)
    return Shown(clip("\n".join([head, *lines, *(text for text, _ in todo)]), TEXT_MAX), blocks)


def _facts(digest: Digest) -> Iterator[str]:
    if is_quiet(digest, Reader.TEAM):
        yield f"A quiet {was_week(digest)}: nothing was asked, nothing shipped, and nothing waits for you."
        return
    yield _summary(digest)
    if digest.shows(Reader.TEAM, "adoption"):
        yield from (_change(each, digest) for each in digest.changed[:MOVED_MOST])
    if digest.shipped and digest.shows(Reader.TEAM, "shipped"):
        listed = [f"{written(each.title)} ({linked(each.url, 'change')})" for each in digest.shipped[:3]]
        yield f"*Shipped, as people asked*: {and_more(listed, len(digest.shipped))}."


def _change(each: Changed, digest: Digest) -> str:
    """With who took it up since: what teams have to do says nothing of whether they like it."""
    told = f"*{written(each.title)}* {STATUS.get(each.after) or escape(each.after)} since {day_in_words(each.day)}"
    told += f" ({escape(each.before)} before)"
    found = next((one for one in digest.adopted if (one.title, one.day) == (each.title, each.day)), None)
    if found is None:
        return f"{told}."
    began = f"{counted(found.began_after, 'team')} began since, {found.began_before} in as many days before"
    return f"{told}: {began}.{' They had to, so it does not count as a choice.' if found.is_jump else ''}"


def _summary(digest: Digest) -> str:
    now, before = digest.this, digest.before
    if not now.questions:
        versus = _versus(digest, 0, before.questions) if before.questions else ""
        return f"*A quiet {was_week(digest)}*: nothing was asked{versus}."
    if digest.summary:
        return escape(digest.summary)
    return rules_summary(digest)


def rules_summary(digest: Digest) -> str:
    """The same facts give the same words."""
    now = digest.this
    return (
        f"*{counted(now.questions, 'question')}*{_versus(digest, now.questions, digest.before.questions)} "
        f"from {counted(now.askers, 'person', 'people')}. {what_became(digest)}."
    )


def _versus(digest: Digest, now: int, before: int) -> str:
    if not digest.is_comparable:
        return " (not compared: fewer than 3 working days)"
    was = "the week before" if digest.weeks == 1 else "the two weeks before"
    return f" ({before} {was})" if now != before else f" (as many as {was})"


def _todo(digest: Digest, taken: Takers, *, may_press: bool) -> Iterator[tuple[str, Json]]:
    if not digest.todos:
        return
    head = f"*Worth doing now*{'' if len(digest.todos) > 1 else ', one thing'}"
    yield head, section(head)
    for place, each in enumerate(digest.todos, start=1):
        text = f"{place}. {in_words(each, digest)}"
        if who := taken.get(place):
            text += f"\n:white_check_mark: {escape(who)} has it."
        is_free = may_press and place not in taken
        press = button("I'll take it", action_id=TAKE, value=f"{digest.week}:{place}") if is_free else None
        yield text, section(text, accessory=press)


def in_words(todo: Todo, digest: Digest) -> str:
    """What to do, and why."""
    called = written(todo.title)
    match todo.what:
        case What.WAITING:
            return _waiting(todo, digest)
        case What.SURVEY:
            return (
                f"*Say what becomes of “{called}”*: {todo.n} comments of a survey, no change linked. `results` does it."
            )
        case What.FRICTION:
            times = counted(todo.n, "time")
            return f"*Say what becomes of “{called}”*: logged as hard {times}, no change linked. App Home does it."
        case What.GAP:
            people = f" by {todo.people} people" if todo.people > 1 else ""
            where = f", lately in {linked(todo.url, f'#{todo.where}')}" if todo.where else ""
            lack = LACK.get(todo.title, "something")
            return f"*Fill a gap*: {lack} is missing, asked for {counted(todo.n, 'time')}{people}{where}. `gaps` helps."
        case What.ARTICLE:
            return f"*Mend the article* {linked(todo.url, todo.title)}: {_ill(todo, digest)}."
        case What.DRIFT:
            whose = f"team {called}" if called else "of no team: find out whose they are"
            return f"*Ask why it is done by hand*: {counted(todo.n, 'change')} put back by the controller, {whose}."
        case What.PUSH:
            return f"*Make “{called}” a proposal*: it is run past Git, and no action in the catalogue proposes it."
        case What.SIGN:
            return f"*{called}*"


def _waiting(todo: Todo, digest: Digest) -> str:
    waits, verb = counted(todo.n, "question"), "waits" if todo.n == 1 else "wait"
    if not todo.since:
        return f"*Answer who waits*: {waits} in private channels {verb} for a response."
    since = datetime.fromisoformat(todo.since)
    oldest = linked(todo.url, f"#{todo.where}, {moment(since, digest.timezone)}")
    how_many = "" if todo.people == todo.n else f"{todo.people} "
    late = f", {how_many}past the time promised" if todo.people else ""
    waited = digest.made_at - since
    so_long = duration(waited.total_seconds()) if waited < LONG_AGO else f"since {since:%B %Y}"
    which = oldest if todo.n == 1 else f"the longest {oldest}"
    return f"*Answer who waits*: {waits} without a response{late}: {which}, {so_long}."


def _ill(todo: Todo, digest: Digest) -> str:
    return next((reasons(each) for each in digest.ill if (each.title, each.url) == (todo.title, todo.url)), "")


def _moved(each: Moved) -> str:
    first = f", {_short(each.first)} in those before that" if each.first and each.first.is_enough else ""
    return (
        f"*{VERDICTS[each.change]}*: {SHARES[each.name]}, {share_in_words(each.now)} in four weeks; "
        f"{_short(each.before)} in the four before{first}."
    )


def _short(share: Share) -> str:
    return f"{share.k} of {share.n}"


def _fine_print(digest: Digest) -> str:
    is_told = moved(digest) or not digest.rolling.settled
    shares = "" if is_told else " No share changed detectably between the last four weeks and the four before."
    return f"Figures, gaps and articles: in the thread.{shares}"
