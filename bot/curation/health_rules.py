"""Decides which articles need a look, why, and whose they are: pure.

What is served and said is read by `bot.storage.articles`; who is asked and when is `bot.curation.owners`'.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from knowledge.article import Article, review_due
from knowledge.people import Group, Member, People

DEAD_AFTER = 2  # looks in a row, so that one bad night is none
NOT_QUITE_PEOPLE, NOT_QUITE_SHARE = 2, 1 / 3  # fewer say more about them than about the article
SERVED_DAYS = 90


class Owner(StrEnum):
    THERE = "there"
    LEFT = "left"  # people.yaml knows the name, and nobody behind it is there any more
    UNKNOWN = "unknown"  # people.yaml does not know the name
    NONE = "none"


@dataclass(frozen=True)
class Served:
    """How often an article was the first source of an answer, and how many askers said that it was not quite it.

    `reasons` is how many of them gave each reason; nobody need give one.
    """

    times: int = 0
    not_quite: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ArticleHealth:
    """What is known of one article. `days_overdue` is 0 while it is not."""

    id: str
    title: str
    url: str
    owner: str
    owner_state: Owner
    days_overdue: int = 0
    dead_links: tuple[str, ...] = ()
    served: Served = Served()
    needs_work: bool = False  # its owner says it needs work

    @property
    def is_served_badly(self) -> bool:
        said = self.served.not_quite
        return said >= NOT_QUITE_PEOPLE and said >= self.served.times * NOT_QUITE_SHARE

    @property
    def needs_look(self) -> bool:
        is_left = self.owner_state is Owner.LEFT
        return bool(self.days_overdue or self.dead_links or self.is_served_badly or is_left)

    @property
    def urgency(self) -> tuple[int, int, int]:
        return self.served.not_quite if self.is_served_badly else 0, len(self.dead_links), self.days_overdue


@dataclass(frozen=True)
class ArticleFacts:
    """The health of all articles, as App Home and the digest tell it."""

    articles: tuple[ArticleHealth, ...] = ()

    @property
    def overdue(self) -> int:
        return sum(each.days_overdue > 0 for each in self.articles)

    @property
    def with_dead_links(self) -> int:
        return sum(bool(each.dead_links) for each in self.articles)

    @property
    def ownerless(self) -> int:
        """Of which nobody can be asked."""
        return sum(each.owner_state is not Owner.THERE for each in self.articles)

    @property
    def served_badly(self) -> int:
        return sum(each.is_served_badly for each in self.articles)

    @property
    def needing_work(self) -> tuple[ArticleHealth, ...]:
        return tuple(each for each in self.articles if each.needs_work)

    @property
    def worst(self) -> tuple[ArticleHealth, ...]:
        """Those that need work, by the word of whose they are, then the others that need a look."""
        return (*self.needing_work, *(each for each in self.to_look_at if not each.needs_work))

    @property
    def to_look_at(self) -> tuple[ArticleHealth, ...]:
        """The worst first."""
        ill = [each for each in self.articles if each.needs_look]
        return tuple(sorted(ill, key=lambda each: (*(-part for part in each.urgency), each.id)))


@dataclass(frozen=True)
class Known:
    """What was gathered about articles, each by the article's id, the address or the owner's name."""

    failures: Mapping[str, int] = field(default_factory=dict)  # of an address, in a row
    served: Mapping[str, Served] = field(default_factory=dict)
    owners: Mapping[str, Owner] = field(default_factory=dict)
    needs_work: Mapping[str, date] = field(default_factory=dict)  # the day it was said


def health_of(article: Article, known: Known, *, today: date) -> ArticleHealth:
    due = review_due(article.reviewed, article.review_every_days)
    said_on = known.needs_work.get(article.id)
    return ArticleHealth(
        id=article.id,
        title=article.title,
        url=article.url,
        owner=article.owner,
        owner_state=known.owners.get(article.owner, Owner.NONE),
        days_overdue=max(0, (today - due).days) if due else 0,
        dead_links=tuple(each for each in article.addresses if known.failures.get(each, 0) >= DEAD_AFTER),
        served=known.served.get(article.id, Served()),
        needs_work=said_on is not None and (article.reviewed is None or article.reviewed <= said_on),
    )


def owner_group(owner: str, people: People) -> Group | None:
    """Whom an article's `owner` names: a team, a group or a person of people.yaml; None when it names none of these."""
    if owner in people.git_accounts or owner in _members(people):
        return Group(members=(Member(owner),))
    for user_id, account in people.git_accounts.items():
        if account.account == owner:
            return Group(members=(Member(user_id),))
    return people.role(owner) or (people.teams[owner].group if owner in people.teams else None)


def _members(people: People) -> frozenset[str]:
    groups = [team.group for team in people.teams.values()]
    groups += [approvers.group for approvers in people.approvers.values()]
    groups += [people.duty.group] if people.duty else []
    groups += [people.platform_team] if people.platform_team else []
    return frozenset(member.user_id for group in groups for member in group.members)


def whose_turn(user_ids: Sequence[str], week: int) -> str | None:
    """One of a group at a time, in turn, so that a duty of all is not left to nobody. None of an empty group."""
    return sorted(user_ids)[week % len(user_ids)] if user_ids else None
