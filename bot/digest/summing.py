"""Lets a model rephrase a digest's first sentence, and holds what it says against the facts. All else is the rules'.

Without a model, on any trouble, and where one number or word too many came back, the rules' sentence stands.
"""

import re
from collections import Counter
from dataclasses import replace

import structlog

from bot.digest.kept import Digest
from bot.digest.team_blocks import rules_summary
from bot.model import Json
from bot.model_client import ModelClient, Task, Trouble

log = structlog.get_logger(__name__)

RULES = """\
You are given one sentence with counts, as JSON. Write it anew, in one or two short plain sentences, for a busy person.
Keep every number, add none, judge nothing, name nobody, and use no link, no mark-up and no exclamation mark."""
SCHEMA: Json = {
    "type": "object",
    "properties": {"sentence": {"type": "string"}},
    "required": ["sentence"],
    "additionalProperties": False,
}
PAYER = "digest"  # it is nobody's question
LONGEST = 1.5  # times the rules' sentence
TOKENS_MOST = 300
# What the sentence counts: each number, and what it is of.
COUNTED = re.compile(
    r"\d+(?:,\d{3})*|questions?|person|people|before|colleagues?|platform|handbook|askers?|nobody|young|private"
)
PLAIN = re.compile(r"[\w ,.;:()%'’-]*")
# Words that say how good something is, or why it came so: no count says that.
JUDGES = re.compile(
    r"\b(?:good|great|bad|better|worse|improv\w*|declin\w*|because|thanks to|due to|only|just|impressive|strong|weak|"
    r"most|majority|few|all|none|every\w*|double\w*|half|twice|record|best|worst|more|fewer|less)\b",
    re.IGNORECASE,
)


class Summing:
    def __init__(self, model: ModelClient | None = None) -> None:
        self._model = model

    async def summed_up(self, digest: Digest) -> Digest:
        if self._model is None or not digest.this.questions:
            return digest
        given = rules_summary(digest).replace("*", "")
        task = Task("digest_summary", RULES, {"sentence": given}, SCHEMA, _read, TOKENS_MOST)
        said = await self._model.ask(task, person=PAYER)
        if isinstance(said, Trouble) or not is_faithful(said, given):
            log.info("digest.not_rephrased", reason=str(said) if isinstance(said, Trouble) else "not the facts")
            return digest
        return replace(digest, summary=said)


def _read(value: Json) -> str:
    """Raises ValueError for what is not the form asked for."""
    match value:
        case {"sentence": str(sentence)} if sentence.strip():
            return " ".join(sentence.split())
    raise ValueError("no sentence")


def is_faithful(said: str, given: str) -> bool:
    """Whether it says the same counts of the same things in the same order, judges nothing, and is plain and short."""
    same = COUNTED.findall(said.lower()) == COUNTED.findall(given.lower())
    judged = Counter(JUDGES.findall(said.lower())) - Counter(JUDGES.findall(given.lower()))
    return same and not judged and PLAIN.fullmatch(said) is not None and len(said) <= len(given) * LONGEST
