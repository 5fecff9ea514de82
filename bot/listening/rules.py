"""Guesses at which stage of delivery something was hard, and of which capability; says how often people are thanked.

Pure. The words of the stages are English; where none is found, the person is asked.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.friction import Stage
from knowledge.capabilities import Capability
from knowledge.text import words

KEPT = timedelta(days=400)  # friction: a year, to hold it against the same month, and some
WORDS_KEPT = timedelta(days=90)  # of thanks and of stories that nobody decided on
TEXT_MOST = 1_000  # characters of what was hard
SAID_FROM = 2  # people: of fewer no number of people is shown
THEME_FROM = 2  # people in a theme: what one person says thrice is none

# Thanks.
BROUGHT_EVERY = timedelta(days=30)  # to one person at most
AGAIN_AFTER = timedelta(days=30)  # from one person to the same one
GIVEN_MOST = 10  # by one person in these 30 days: thanks are no mailing
WORDS_MOST = 200  # characters beside thanks
BROUGHT_MOST = 10  # in one message

_WORDS = {
    Stage.CODE: (
        "ide|editor|lint(?:er|ing)?|local(?:ly|host)?|dev ?containers?|boilerplate|scaffold(?:ing)?|libraries|library"
        "|sdk|onboarding|merge conflicts?|codespaces?|typing|refactor(?:ing)?|laptop|check(?:ing)? ?out|clon(?:e|ing)"
    ),
    Stage.BUILD: (
        "builds?|building|built|compil(?:e|es|ing|ation)|docker ?files?|artifacts?|images?|ci|pipelines?|runners?"
        "|gradle|maven|npm install|dependenc(?:y|ies)|cach(?:e|es|ing)|registry"
    ),
    Stage.TEST: (
        "tests?|testing|tested|flaky|e2e|coverage|fixtures?|mocks?|test data|staging data|test environments?|qa"
    ),
    Stage.REVIEW: (
        "reviews?|reviewers?|reviewing|approvals?|approv(?:e|es|ed|ing)|approvers?|pull requests?|prs?"
        "|merge requests?|mrs?|code ?owners?|sign-?offs?"
    ),
    Stage.DEPLOY: (
        "deploy(?:s|ed|ing|ments?)?|releas(?:e|es|ed|ing)|roll ?outs?|rolling out|roll ?backs?|helm|argo ?cd|flux"
        "|terraform|canary|promot(?:e|es|ing|ion)|manifests?|sync(?:s|ed|ing)?|change window"
    ),
    Stage.OPERATE: (
        "alert(?:s|ed|ing)?|on-?call|incidents?|outages?|pag(?:ed|er|ers)|logs?|logging|metrics?|dashboards?|trac(?:es|ing)"
        "|monitoring|latency|prod(?:uction)?|quotas?|certificates?|secrets?|scal(?:e|ing)|backups?|restor(?:e|ing)"
        "|grafana|kubectl|pods?"
    ),
}
_PATTERNS = {stage: re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE) for stage, found in _WORDS.items()}


def guessed_stage(text: str) -> Stage:
    """The stage of which most different words are said, the one named first among equals; `UNSURE` for none."""
    best, ranked = Stage.UNSURE, (0, 0)
    for stage, pattern in _PATTERNS.items():
        found = list(pattern.finditer(text))
        rank = (len({each[0].lower() for each in found}), -found[0].start() if found else 0)
        if found and rank > ranked:
            best, ranked = stage, rank
    return best


def capability_in(text: str, capabilities: Sequence[Capability]) -> str:
    """The id of the one whose title, or id, the words name; "" for none, and for several."""
    said = set(words(text))
    named = [each.id for each in capabilities if any(_is_named(name, said) for name in (each.title, each.id))]
    return named[0] if len(named) == 1 else ""


def _is_named(name: str, said: Iterable[str]) -> bool:
    """Whether all words of the name are said; a name of one short word is too common a word."""
    wanted = set(words(name.replace("-", " ")))
    is_telling = len(wanted) > 1 or any(len(each) >= 5 for each in wanted)
    return is_telling and wanted <= set(said)


def may_bring(last_brought: datetime | None, *, now: datetime) -> bool:
    """Whether a person may be brought thanks again."""
    return last_brought is None or now - last_brought >= BROUGHT_EVERY
