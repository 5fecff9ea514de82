"""The registry of verbs: the slash command, mentions, the messages tab, the help text and the manifest all read it."""

from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.work import Kind

NEAR = 75  # of 100: one slip in a short word


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
HUMAN = Verb("human", "[what]", "who is on duty, and how to page", Kind.HAND_OVER, ("person", "page"))
HELP = Verb("help", "", "this text", Kind.HELP)
VERBS = (ASK, HUMAN, HELP)
_BY_NAME = {name: verb for verb in VERBS for name in (verb.name, *verb.aliases)}


def parse(text: str) -> Parsed:
    """Any text that is no verb is a question; nothing at all asks for help; a lone near-miss of a verb is that verb."""
    words = text.split(maxsplit=1)
    if not words:
        return Parsed(HELP, "")
    first, rest = words[0].lower(), words[1] if len(words) > 1 else ""
    if verb := _BY_NAME.get(first):
        return Parsed(HELP if verb is ASK and not rest else verb, rest)
    if not rest and (near := process.extractOne(first, list(_BY_NAME), scorer=fuzz.ratio, score_cutoff=NEAR)):
        return Parsed(_BY_NAME[near[0]], "")
    return Parsed(ASK, text.strip())
