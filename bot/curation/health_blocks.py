"""Shows articles that need a look to their owners, with what was said of each; and reads the presses."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import statistics
from bot.blockkit import Shown, actions, button, clip, context, escape, header, link, section
from bot.curation.health_rules import ArticleFacts, ArticleHealth, Owner, Served
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose

STILL_TRUE, NEEDS_WORK = "curation.article.still_true", "curation.article.needs_work"
CHOICES = {STILL_TRUE: "still true", NEEDS_WORK: "needs work"}
LINKS_SHOWN = 3
HOME_MOST = 5  # articles in App Home
ARTICLES_MOST = 8  # in one message: more is a task nobody begins, and Slack takes 10,000 characters
REASON_MOST, NAME_MOST, URL_MOST = 150, 100, 250  # characters

TO_LOOK_AT = MessageKind(
    "articles to look at",
    Purpose.OWED,
    "the article's owner, as a DM (of a group one at a time, in turn); the platform channel where nobody owns it",
    "articles are due for review, have dead links, had many answers called “not quite”, or their owner left",
    "once a week in one message; the same article once in four weeks",
    "say *Still true* or *Needs work*, or name another `owner` in the article",
)
KINDS = (TO_LOOK_AT,)


@dataclass(frozen=True)
class Item:
    """An article as it stands in the message; `said` is "" until somebody said something of it."""

    look_id: str
    article: str
    title: str
    url: str
    reasons: tuple[str, ...]
    said: str = ""


def reasons(health: ArticleHealth) -> tuple[str, ...]:
    """Why it needs a look, each in a few words."""
    dead, served = health.dead_links, health.served
    found = [f"due for review for {_days(health.days_overdue)}"] if health.days_overdue else []
    if dead:
        more = f" and {len(dead) - LINKS_SHOWN} more" if len(dead) > LINKS_SHOWN else ""
        found.append(f"links lead nowhere: {', '.join(dead[:LINKS_SHOWN])}{more}")
    if health.is_served_badly:
        found.append(f"{served.not_quite} of {served.times} answers from it were “not quite”{_because(served)}")
    if health.owner_state is Owner.LEFT:
        found.append(f"its owner {health.owner} is not there any more")
    return tuple(found)


def _because(served: Served) -> str:
    """The reasons that were given, by most given first; "" for none."""
    by_count = sorted(served.reasons.items(), key=lambda each: (-each[1], each[0]))
    return f" ({', '.join(f'{reason} {count}' for reason, count in by_count)})" if by_count else ""


def to_look_at(items: Sequence[Item], *, left: int, is_channel: bool) -> Shown:
    """One message for all; `left` more come another week."""
    whose = "without an owner" if is_channel else "of yours"
    noun = "article" if len(items) == 1 else "articles"
    head = f"{len(items)} {noun} {whose} {'needs' if len(items) == 1 else 'need'} a look. Readers see how old each is."
    blocks = [section(head)]
    for item in items:
        blocks += _item(item)
    if left:
        blocks.append(context(f"{left} more wait; the worst are shown first."))
    return Shown(head, tuple(blocks))


def _item(item: Item) -> list[Json]:
    title = clip(item.title, NAME_MOST)
    named = link(item.url, title) if 0 < len(item.url) <= URL_MOST else clip(escape(title), NAME_MOST)
    why = "\n".join(f"• {clip(escape(each), REASON_MOST)}" for each in item.reasons)
    shown = section(f"*{named}* (`{clip(escape(item.article), NAME_MOST)}`)\n{why}")
    if item.said:
        return [shown, context(f"Said: {item.said}.")]
    buttons = [
        button("Still true", action_id=STILL_TRUE, value=item.look_id),
        button("Needs work", action_id=NEEDS_WORK, value=item.look_id),
    ]
    return [shown, actions(f"curation.article.{item.look_id}", buttons)]


def home_part(facts: ArticleFacts) -> list[Json]:
    """How the articles are, for App Home of the platform team."""
    counted = [
        (facts.overdue, "due for review"),
        (facts.with_dead_links, "with links that lead nowhere"),
        (facts.served_badly, "whose answers were often “not quite”"),
        (facts.ownerless, "without an owner who can be asked"),
        (len(facts.needing_work), "that somebody says need work"),
    ]
    told = ", ".join(f"{count} {words}" for count, words in counted if count) or "none needs a look"
    blocks = [header("Article health"), section(f"Of {statistics.counted(len(facts.articles), 'article')}: {told}.")]
    worst = [f"• *{_named(each)}*: {clip(escape(_why(each)), REASON_MOST)}" for each in facts.worst[:HOME_MOST]]
    return [*blocks, section("\n".join(worst))] if worst else blocks


def _named(health: ArticleHealth) -> str:
    title = clip(health.title, NAME_MOST)
    return link(health.url, title) if 0 < len(health.url) <= URL_MOST else clip(escape(title), NAME_MOST)


def _why(health: ArticleHealth) -> str:
    return "; ".join((*reasons(health), *(["somebody says it needs work"] if health.needs_work else [])))


def request_text(title: str, day: str) -> str:
    """What stands in the pull request, in Markdown."""
    return f"An owner of *{title}* says that it is still true. This moves its review date to {day}."


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def read_choice(action_id: str) -> str:
    """What the button says. Raises PayloadMalformed for an id that is none of ours."""
    if action_id not in CHOICES:
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return CHOICES[action_id]


def _days(count: int) -> str:
    if count < 60:
        return f"{count} day{'s' if count != 1 else ''}"
    return f"{count // 30} months"
