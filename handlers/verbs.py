"""The registry of verbs: the slash command, mentions, the messages tab, the help text and the manifest all read it."""

from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.digest.weeks import is_week
from bot.peers.window import read_back
from bot.report.quarter import is_quarter
from bot.wanted import Kind

# "human readable logs?" is a question. All other words after `human` are what the person is wanted for: an answer in
# place of a person is worse than a person in place of an answer.
ONE_WORD_WITH_HUMAN = {
    *("readable", "friendly", "error", "errors", "factor", "factors", "resources", "review", "reviews", "reviewer"),
    *("approval", "approvals", "approver", "intervention", "oversight", "operator", "user", "users", "being", "beings"),
    *("language", "interface", "interaction"),
}
NEAR = 85  # of 100: one slip in a long word; "helm" is no slip of "help"


@dataclass(frozen=True)
class Verb:
    name: str
    usage: str  # what may follow it
    summary: str
    kind: Kind
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """What somebody wants: the verb, and the words after it."""

    verb: Verb
    rest: str


ASK = Verb("ask", "<question>", "an answer from the handbook, for you alone", Kind.ANSWER)
FIND = Verb("find", "<words>", "articles and solved threads with these words, for you alone", Kind.FIND)
HUMAN = Verb("human", "[what]", "who is on duty, and how to page", Kind.HAND_OVER)
HEALTH = Verb("health", "[window]", "how people help each other, for you alone", Kind.HEALTH)
DIGEST = Verb("digest", "[week]", "a week's digest, for you alone", Kind.SHOW_DIGEST)
GAPS = Verb("gaps", "", "what the handbook could not answer, for the platform team", Kind.GAPS)
POLICIES = Verb(
    "policies", "", "each policy, how your teams stand, and both ways to comply", Kind.POLICIES, aliases=("comply",)
)
WHY = Verb("why", "", "why I did or did not answer here, for you alone", Kind.WHY)
RUN = Verb("run", "[action]", "what you can do yourself, or the form of one action", Kind.ACTIONS, aliases=("actions",))
REQUESTS = Verb("requests", "", "your requests, and what waits for you to approve", Kind.REQUESTS)
LINK = Verb("link", "", "prove which Git account is yours, so that changes bear your name", Kind.LINK)
HELP = Verb("help", "", "this text", Kind.HELP)
RESULTS = Verb(
    "results",
    "",
    "what surveys found, as far as it may be shown, for the platform team",
    Kind.RESULTS,
    aliases=("pulse results",),
)
REPORT = Verb("report", "[quarter]", "a quarter on a page, for the platform team", Kind.REPORT)
HANDOVER = Verb("handover", "", "what is open, for the platform team", Kind.HANDOVER)
SETTINGS = Verb(
    "settings", "", "what I keep about you, and how to be left out", Kind.SETTINGS, aliases=("pulse", "privacy")
)
FRICTION = Verb("friction", "<text>", "log what is hard on the way to production", Kind.FRICTION)
STORY = Verb("story", "", "tell a success story; only people who agree are named", Kind.STORY)
THANKS = Verb("thanks", "@person [for …]", "thank somebody, in private", Kind.THANKS)
FLOWS = Verb("flows", "", "your team's way to production, drawn; the platform team sees all", Kind.FLOWS)
NEWS = Verb("news", "", "current notices, and what is left for your team", Kind.NEWS)
INCIDENT = Verb("incident", "<words>", "tell everybody what is broken, for people on duty", Kind.INCIDENT)
TALK = Verb("talk", "", "whom to invite to a talk, for the platform team", Kind.TALKS)
START = Verb("start", "[team]", "five steps to get a team started, and how far it is", Kind.START)
VERBS = (
    ASK,
    FIND,
    RUN,
    REQUESTS,
    LINK,
    HUMAN,
    POLICIES,
    FRICTION,
    STORY,
    THANKS,
    FLOWS,
    NEWS,
    INCIDENT,
    WHY,
    HEALTH,
    DIGEST,
    GAPS,
    RESULTS,
    REPORT,
    HANDOVER,
    TALK,
    START,
    SETTINGS,
    HELP,
)
_BY_NAME = {name: verb for verb in VERBS for name in (verb.name, *verb.aliases)}


def no_action(_words: str) -> bool:
    """Where there is no catalogue, no words are about an action of it."""
    return False


def parse(text: str, *, is_action: Callable[[str], bool] = no_action) -> Parsed:
    """Any text that is no verb is a question; nothing at all asks for help; a lone near-miss of a verb is that verb.

    `is_action` tells whether words are about an action of the catalogue: "run the tests in CI?" is a question.
    """
    words = text.split(maxsplit=1)
    if not words:
        return Parsed(HELP, "")
    if (both := _BY_NAME.get(" ".join(text.lower().split()))) is not None:  # also of two words
        return Parsed(both, "") if both not in (ASK, FIND) else Parsed(HELP, "")
    first, rest = words[0].lower().rstrip(":,!"), words[1] if len(words) > 1 else ""
    verb = _BY_NAME.get(first) or (None if rest else _near(first))
    if verb is None or (rest and _is_asked(verb, rest, is_action)):
        return Parsed(ASK, text.strip())
    return Parsed(HELP if verb in (ASK, FIND) and not rest else verb, rest)


def _is_asked(verb: Verb, rest: str, is_action: Callable[[str], bool]) -> bool:
    """Whether the verb only begins a question: "help me deploy", "health check fails", "human readable logs?"."""
    match verb:
        case Verb(name="health"):
            return read_back(rest) is None
        case Verb(name="digest"):
            return not is_week(rest)
        case Verb(name="report"):
            return not is_quarter(rest)
        case Verb(name="run"):
            return not is_action(rest)
        case Verb(name="human"):
            return rest.split(maxsplit=1)[0].lower().strip(".,;:!?") in ONE_WORD_WITH_HUMAN
        case Verb(name="start"):
            return len(rest.split()) > 1 or "?" in rest  # "start a pod", "start minikube?"
        case Verb(name="thanks"):
            return not rest.startswith(("<@", "@"))  # "thanks, that works" thanks nobody by the verb
        case _:
            return not verb.usage


def _near(word: str) -> Verb | None:
    """The verb that the word is a slip of: letters swapped, or one too many or too few."""
    for name, verb in _BY_NAME.items():
        if sorted(name) == sorted(word) or fuzz.ratio(name, word) >= NEAR:
            return verb
    return None
