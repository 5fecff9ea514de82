"""What users said, and what was changed because of it. Pure.

Surveys' figures are those that may be shown; nobody's words are quoted, for they were written to the platform team.
"""

from collections.abc import Iterator

from bot.friction import IN_WORDS
from bot.listening.figures import ListeningFacts
from bot.report.facts import QuarterFacts
from bot.report.page import Line, Section, Trend
from bot.report.words import cell_point, of_cell, said
from bot.statistics import FEWEST, TOO_FEW, Change, counted, duration
from bot.surveys import figures
from bot.surveys.result_rules import QuestionFacts, WaveFacts

SAID, CHANGED = "What users said", "What we changed because of it"
WAVE_CHANGES = {
    Change.BETTER: ", better than the wave before",
    Change.WORSE: ", worse than the wave before",
    Change.NONE: ", no detectable change from the wave before",
    Change.TOO_FEW: "",
}
STAGES_MOST, THEMES_MOST, SHIPPED_MOST = 3, 3, 6
DAY_S = 86_400
PEOPLE_SAID = "What people log of their own accord; who logs nothing is not at ease by that."


def newest_waves(facts: QuarterFacts) -> list[WaveFacts]:
    """Of each survey the one that closed last, in the order of their titles."""
    found: dict[str, WaveFacts] = {}
    for wave in facts.surveys.waves:  # the newest first
        found.setdefault(wave.survey.id, wave)
    return sorted(found.values(), key=lambda each: (each.survey.title, each.id))


def users_said(facts: QuarterFacts) -> Section:
    waves = newest_waves(facts)
    lines = [line for wave in waves for line in _of_wave(wave)]
    lines += _friction(facts.listening)
    return Section(SAID, tuple(lines), tuple(trend for wave in waves for trend in _trends(wave)))


def _of_wave(wave: WaveFacts) -> Iterator[Line]:
    asked = f"{wave.survey.title}: asked {wave.invited} of {wave.frame} who could be"
    reached = f"{asked}; answered, of those it reached: {said(wave.response_rate)}"
    if wave.answers < wave.threshold:
        yield Line(f"{wave.survey.title}: {TOO_FEW}; under {wave.threshold} answers nothing is shown.")
        return
    note = figures.population_note(wave.answers, wave.frame)
    caveat = f"{reached}. {note}".strip()
    for question in wave.questions:
        if told := _told(question):
            yield Line(f"“{question.question.text}”: {told}.", caveat)
            caveat = ""  # the same for all of a wave


def _told(question: QuestionFacts) -> str:
    if question.nps is not None and question.nps.value is not None:
        return f"{question.nps.value:+.0f} net promoters, n = {question.nps.n}"
    if question.everybody is not None:
        return f"{of_cell(question.everybody)}{WAVE_CHANGES[question.change] if len(question.trend) > 1 else ''}"
    told = [f"{choice} {of_cell(cell)}" for choice, cell in question.choices.items() if cell.k is not None]
    return "; ".join(told)


def _trends(wave: WaveFacts) -> Iterator[Trend]:
    for question in wave.questions[:1]:
        yield Trend(question.question.text, tuple(cell_point(each.slot, each.cell) for each in question.trend))


def _friction(listening: ListeningFacts) -> Iterator[Line]:
    now = listening.friction
    if (now.people or 0) < FEWEST:  # also of a few people: so few may be known by it
        return
    stages = sorted(listening.by_stage.items(), key=lambda each: (-each[1].n, each[0]))
    most = [f"{IN_WORDS[stage]} {count.n}" for stage, count in stages if count.n >= FEWEST][:STAGES_MOST]
    where = f", most of it in {', '.join(most)}" if most else ""
    yield Line(
        f"{now.people} people logged {counted(now.n, 'thing')} as hard ({now.before} the quarter before){where}.",
        PEOPLE_SAID,
    )
    themes = [each for each in listening.themes if (each.count.people or 0) >= FEWEST][:THEMES_MOST]
    for theme in themes:
        yield Line(
            f"{theme.count.people} people: {theme.title}.", "The title is made of words that several of them used."
        )


def changed(facts: QuarterFacts) -> Section:
    shipped = [(each.title, each.url) for each in facts.surveys.shipped]
    shipped += [(each.title, each.url) for each in facts.listening.shipped]
    lines = [Line(f"{title}: done.", url=url) for title, url in shipped[:SHIPPED_MOST]]
    if more := len(shipped) - len(lines):
        lines.append(Line(f"And {more} more."))
    lines += _kept_word(facts)
    if facts.gaps.closed:
        because = "; ".join(f"{reason}: {number}" for reason, number in facts.gaps.closed_by.items())
        lines.append(
            Line(
                f"{counted(facts.gaps.closed, 'gap')} in the handbook closed ({because}), {facts.gaps.opened} came up.",
                "A gap is several questions in like words that the handbook could not answer.",
            )
        )
    return Section(CHANGED, tuple(lines))


def _kept_word(facts: QuarterFacts) -> Iterator[Line]:
    for what, told in (("surveys", facts.surveys), ("friction", facts.listening)):
        word, days = told.kept_word, told.days_to_change
        if word.n:
            took = f", {duration(days * DAY_S)} after it was found (median)" if days is not None else ""
            yield Line(
                f"{word.k or 'None'} of {counted(word.n, 'theme')} of {what} led to a visible change{took}.",
                "A theme counts as changed once somebody linked a change to it and it was live.",
            )
