"""What each number of a digest is, in a line, and under which head of docs/metrics.md it stands: a test holds that."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    section: str
    title: str
    text: str
    anchor: str


OUTCOMES = "outcomes"
DEFINITIONS = (
    Definition(
        OUTCOMES,
        "Answered by",
        "who solved a question; of one past its horizon that nobody called solved, the first person who answered. "
        "A colleague is a person outside the platform team on that day. The parts sum to all questions.",
        "numbers",
    ),
    Definition(
        OUTCOMES, "First response", "from the question to the first word of a person who is not the asker.", "numbers"
    ),
    Definition(
        OUTCOMES,
        "Shares that changed",
        "of four weeks against the four before, with their 95 % interval; told only where the interval of the "
        "difference (Newcombe) leaves out 0.",
        "numbers",
    ),
    Definition(
        "satisfaction",
        "Satisfied",
        "share of 4 and 5 on the 1-5 scale among valid answers of a closed wave.",
        "surveys",
    ),
    Definition(
        "adoption",
        "By choice",
        "teams that began while they were free to, of those that could; what is mandated, or the only way, is no "
        "choice and is told apart.",
        "adoption",
    ),
    Definition("gaps", "Gaps", "what was asked several ways and not well answered; people from two on.", "gaps"),
    Definition(
        "articles",
        "To mend",
        "articles past review, with dead links, many “not quite”, or no owner.",
        "articles",
    ),
    Definition(
        "drift", "Put back", "changes made by hand that a controller returned to what Git says.", "self-service"
    ),
    Definition(
        "self-service",
        "Pushed past Git",
        "direct and break-glass runs, of all runs that were started in these weeks.",
        "self-service",
    ),
    Definition(
        "waits",
        "Where changes wait",
        "what the steps of a stage wait in all, by the clock, over all flows; a range where teams said one.",
        "bets-and-flows",
    ),
    Definition("signs", "Signs", "each from the source it names, or not measured; never one score.", "digest"),
)
_ANCHORS = {each.section: each.anchor for each in DEFINITIONS}


def anchor_of(section: str) -> str:
    return _ANCHORS.get(section, "digest")
