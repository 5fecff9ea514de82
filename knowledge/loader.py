"""The handbook as loaded: everything in it, at one revision."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.article import Article
from knowledge.channels import Channels
from knowledge.people import People
from knowledge.problem import Problem


@dataclass(frozen=True)
class Handbook:
    """`revision` is the Git commit, or a hash of the files read when the folder is no repository."""

    revision: str
    articles: tuple[Article, ...]
    people: People = field(default_factory=People)
    channels: Channels = field(default_factory=Channels)
    warnings: Sequence[Problem] = ()
