"""What is said of closed waves: figures that may be shown, how they changed, what people wrote. Pure.

Which figures may be shown was decided when each wave closed (`deciding`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.model import Json, Window
from bot.statistics import Change, Share, median
from bot.surveys import figures, suppression
from bot.surveys.deciding import threshold_of
from bot.surveys.kept import Kept
from bot.surveys.suppression import Cell, Reading, Released
from knowledge.surveys import Question, Scale, Survey

TREND_MOST = 12  # waves


@dataclass(frozen=True)
class Closed:
    """A closed wave, with what may be shown of its answers: nothing else was kept of them."""

    id: str
    slot: str
    survey: Survey
    frame: int
    opened_at: datetime
    closed_at: datetime
    kept: Kept
    comments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trend:
    """How everybody's share was in a wave of those before."""

    slot: str
    cell: Cell


@dataclass(frozen=True)
class QuestionFacts:
    """What may be shown of a question's answers; None and empty for what may not.

    `n` are valid answers. `spread` is how many gave each score, `nps` the net promoters: both of over 20 answers alone.
    """

    question: Question
    n: int | None = None
    released: Released | None = None
    choices: Mapping[str, Cell] = field(default_factory=dict)
    nps: figures.Nps | None = None
    spread: tuple[int, ...] = ()
    change: Change = Change.TOO_FEW
    trend: tuple[Trend, ...] = ()  # the oldest first, this wave last

    @property
    def everybody(self) -> Cell | None:
        return self.released.everybody if self.released else None


@dataclass(frozen=True)
class WaveFacts:
    """`comments` are in no order, without names, and there are none under the threshold."""

    id: str
    slot: str
    survey: Survey
    opened_at: datetime
    closed_at: datetime
    frame: int
    invited: int
    delivered: int
    answers: int
    threshold: int
    questions: tuple[QuestionFacts, ...]
    comments: tuple[str, ...] = ()

    @property
    def response_rate(self) -> Share:
        return figures.response_rate(min(self.answers, self.delivered), self.delivered)

    @property
    def reach(self) -> Share:
        return figures.reach(min(self.invited, self.frame), self.frame)


@dataclass(frozen=True)
class ThemeFacts:
    """What several comments are about, and what became of it."""

    id: str
    survey: str
    title: str
    state: str
    url: str
    opened_at: datetime
    comments: int
    shipped_at: datetime | None = None


@dataclass(frozen=True)
class SurveyFacts:
    """What the pillar says of a window: the waves closed in it, the newest first, and what was done about them.

    `themes` are of these waves' surveys; `shipped` were shipped in the window.
    """

    window: Window
    waves: tuple[WaveFacts, ...] = ()
    themes: tuple[ThemeFacts, ...] = ()
    shipped: tuple[ThemeFacts, ...] = ()

    @property
    def kept_word(self) -> Share:
        """Themes with a shipped outcome, of all themes."""
        return Share(sum(each.shipped_at is not None for each in self.themes), len(self.themes))

    @property
    def days_to_change(self) -> float | None:
        """The median from the theme to the visible change."""
        took = [each.shipped_at - each.opened_at for each in self.themes if each.shipped_at is not None]
        return median([each / timedelta(days=1) for each in took])

    def to_json(self) -> Json:
        return {
            "since": self.window.since.isoformat(),
            "until": self.window.until.isoformat(),
            "waves": [wave_json(each) for each in self.waves],
            "themes": [_theme_json(each) for each in self.themes],
            "you_said_we_did": {**self.kept_word.to_json(), "median_days": self.days_to_change},
        }


def facts_of(waves: Sequence[Closed]) -> list[WaveFacts]:
    """Of one survey's closed waves, the oldest first: each as it was decided, beside the one before."""
    trends: dict[str, list[Trend]] = {}
    return [_wave(each, trends) for each in waves]


def _wave(wave: Closed, trends: dict[str, list[Trend]]) -> WaveFacts:
    questions = [
        _question(wave, question, trends.setdefault(question.name, []))
        for question in wave.survey.questions
        if question.scale is not Scale.TEXT
    ]
    kept, threshold = wave.kept, threshold_of(wave.survey)
    return WaveFacts(
        id=wave.id,
        slot=wave.slot,
        survey=wave.survey,
        opened_at=wave.opened_at,
        closed_at=wave.closed_at,
        frame=wave.frame,
        invited=kept.invited,
        delivered=kept.delivered,
        answers=kept.answers,
        threshold=threshold,
        questions=tuple(questions),
        comments=wave.comments if kept.answers >= threshold else (),
    )


def _question(wave: Closed, question: Question, trend: list[Trend]) -> QuestionFacts:
    """A change is told by what is shown of both waves, so it is no further thing to be kept."""
    kept = wave.kept.questions.get(question.name)
    if kept is None:
        return QuestionFacts(question)
    found = QuestionFacts(question, kept.n, kept.released, kept.choices, kept.nps, kept.spread)
    if kept.released is None:
        return found
    last = trend[-1].cell if trend else None
    trend.append(Trend(wave.slot, kept.released.everybody))
    changed = suppression.verdict(last, kept.released.everybody) if last else Change.TOO_FEW
    return replace(found, change=changed, trend=tuple(trend[-TREND_MOST:]))


# As JSON and in a table.


def wave_json(wave: WaveFacts) -> Json:
    return {
        "wave": wave.id,
        "survey": wave.survey.id,
        "title": wave.survey.title,
        "slot": wave.slot,
        "opened_at": wave.opened_at.isoformat(),
        "closed_at": wave.closed_at.isoformat(),
        "threshold": wave.threshold,
        "n": wave.answers,
        "frame": wave.frame,
        "response_rate": wave.response_rate.to_json(),
        "reach": wave.reach.to_json(),
        "questions": [_question_json(each) for each in wave.questions],
        "comments": list(wave.comments),
    }


def _question_json(facts: QuestionFacts) -> Json:
    found: Json = {
        "name": facts.question.name,
        "text": facts.question.text,
        "scale": facts.question.scale.value,
        "definition": DEFINITIONS[facts.question.scale],
        "n": facts.n,
        "too_few_to_say": not (facts.released or facts.choices or facts.nps),
    }
    if facts.nps is not None:
        found["nps"] = {**vars(facts.nps), "value": facts.nps.value}
    if facts.choices:
        found["choices"] = {choice: cell_json(cell) for choice, cell in facts.choices.items()}
    if facts.released is not None:
        found["everybody"] = cell_json(facts.released.everybody)
        found["change"] = facts.change.value
        found["spread"] = list(facts.spread)
        found["groups"] = [
            {"by": list(table), "group": dict(sorted(cell.group)), **cell_json(cell)}
            for table, shown in facts.released.tables.items()
            for cell in shown.cells
        ]
        found["groups_hidden"] = {"+".join(table): shown.hidden for table, shown in facts.released.tables.items()}
    return found


def cell_json(cell: Cell) -> Json:
    """What is told of a group: `k` and `value` are null where it reads high or low."""
    low, high = interval(cell)
    value = cell.k / cell.n if cell.k is not None else None
    return {"n": cell.n, "k": cell.k, "value": value, "low": low, "high": high, "reads": cell.reads.value}


def interval(cell: Cell) -> tuple[float, float]:
    """The 95 % interval; where it is not told how many, wide enough for all that it may be."""
    found = [Share(k, cell.n).interval or (0.0, 1.0) for k in cell.bounds]
    return min(low for low, _ in found), max(high for _, high in found)


def _theme_json(theme: ThemeFacts) -> Json:
    shipped_at = theme.shipped_at.isoformat() if theme.shipped_at else None
    return {**vars(theme), "opened_at": theme.opened_at.isoformat(), "shipped_at": shipped_at}


DEFINITIONS = {
    Scale.CSAT: "share of 4 and 5 on the scale of 1 to 5 among valid answers",
    Scale.CES: "share of 4 and 5 (agree that it was easy) on the scale of 1 to 5 among valid answers",
    Scale.NPS: "percent of 9 and 10 minus percent of 0 to 6 on the scale of 0 to 10, over 20 valid answers",
    Scale.CHOICE: "share of each choice among valid answers",
    Scale.TEXT: "words",
}
CSV_HEAD = ("survey", "slot", "closed", "question", "group", "choice", "n", "k", "low", "high", "reads", "definition")


def csv_rows(waves: Sequence[WaveFacts]) -> list[tuple[str, ...]]:
    """What may be shown, a figure a row; `n` and `k` are empty where they are not told."""
    return [CSV_HEAD, *(row for wave in waves for facts in wave.questions for row in _csv_rows(wave, facts))]


def _csv_rows(wave: WaveFacts, facts: QuestionFacts) -> list[tuple[str, ...]]:
    begin = (wave.survey.id, wave.slot, wave.closed_at.date().isoformat(), facts.question.name)
    definition = DEFINITIONS[facts.question.scale]
    if facts.nps is not None:
        return [(*begin, "everybody", "", str(facts.n), "", "", "", f"{facts.nps.value:+.1f}", definition)]
    cells = [(choice, cell) for choice, cell in facts.choices.items()]
    if facts.released is not None:
        shown = [cell for table in facts.released.tables.values() for cell in table.cells]
        cells = [("", cell) for cell in (facts.released.everybody, *shown)]
    if not cells:
        n = "" if facts.n is None else str(facts.n)
        return [(*begin, "everybody", "", n, "", "", "", Change.TOO_FEW.value, definition)]
    return [(*begin, group_in_words(cell.group), choice, *_csv_cell(cell), definition) for choice, cell in cells]


def _csv_cell(cell: Cell) -> tuple[str, ...]:
    low, high = interval(cell)
    return str(cell.n), "" if cell.k is None else str(cell.k), f"{low:.4f}", f"{high:.4f}", cell.reads.value


WORDS = {
    ("role", "platform"): "platform team",
    ("role", "other"): "outside the platform team",
    ("asker", "yes"): "asked questions",
    ("asker", "no"): "asked none",
    ("new", "yes"): "new here",
    ("new", "no"): "not new here",
}


def group_in_words(group: suppression.Group) -> str:
    """In the order of the dimensions, so that one group has one name."""
    ordered = sorted(group, key=lambda each: suppression.DIMENSIONS.index(each[0]))
    return ", ".join(WORDS.get(each, each[1]) for each in ordered) or "everybody"


def in_words(cell: Cell) -> str:
    """The share with its interval and of how many."""
    low, high = interval(cell)
    said = f"{cell.k / cell.n:.0%}" if cell.k is not None and cell.reads is Reading.EXACT else cell.reads.value
    spaced = said if said.endswith(" %") else said.replace("%", " %")
    return f"{spaced} of {cell.n} ({low:.0%} to {high:.0%})".replace("%)", " %)").replace("% to", " % to")
