"""Shows results of pulse surveys to the platform team: figures with n and interval, themes, and what can be done.

What may be shown was decided before (`suppression`); nobody is named, and what is hidden is said to be.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.bet_button import Source, draft_a_bet
from bot.blockkit import (
    TEXT_MAX,
    Shown,
    actions,
    clip,
    context,
    escape,
    fits,
    header,
    link,
    section,
    table,
)
from bot.change_form import buttons
from bot.model import Json, MessageKind, Purpose
from bot.statistics import TOO_FEW, Change, duration, share_in_words
from bot.surveys import figures
from bot.surveys.change_blocks import IDS
from bot.surveys.result_rules import (
    DEFINITIONS,
    QuestionFacts,
    SurveyFacts,
    ThemeFacts,
    WaveFacts,
    group_in_words,
    in_words,
)
from bot.surveys.suppression import BLURRED_TO, Cell, Reading, Released

WAVES_MOST, THEMES_MOST, COMMENTS_MOST, ROWS_MOST, QUESTIONS_MOST = 3, 5, 5, 12, 5
HOME_THEMES_MOST = 3
COMMENT_MOST, TITLE_MOST, LABEL_MOST = 200, 120, 60  # characters

RESULTS = MessageKind(
    "survey results",
    Purpose.ASKED,
    "the person of the platform team who asked, only visible to them; as a DM when that fails",
    "`results`, by the command or to the bot; a press beside a theme",
    "once a request",
    "it only answers what you do",
)
KINDS = (RESULTS,)

NONE = "No survey has closed yet. Results are shown once a wave is closed and at least five people answered."
OPEN_STATES = ("open", "linked")
CHANGES = {
    Change.BETTER: "better than the wave before",
    Change.WORSE: "worse than the wave before",
    Change.NONE: "no detectable change from the wave before",
    Change.TOO_FEW: "too few to compare with a wave before",
}
FIRST = "nothing shown before it to compare with"
STATES = {"open": "nothing is linked yet", "linked": "in work", "shipped": "done", "dropped": "not followed up"}
FINE_PRINT = (
    "Shares with their 95 % interval (Wilson). Under the threshold nothing is shown, nor what would give it away. "
    f"With up to {BLURRED_TO} answers, “over 80 %” and “under 20 %” may be one answer off, so that all and none "
    "cannot be told. How each number is counted: docs/metrics.md."
)


def results(facts: SurveyFacts, *, timezone: str) -> Shown:
    """The newest waves with their figures, and the themes with what can be done."""
    if not facts.waves:
        return said(NONE)
    shown = facts.waves[:WAVES_MOST]
    blocks: list[Json] = []
    for wave in shown:
        _add(blocks, wave_blocks(wave, timezone=timezone))
    _add(blocks, _themes(facts, most=THEMES_MOST))
    rest = len(facts.waves) - len(shown)
    more = f" {_count(rest, 'older wave')}: `mentor pulse results`." if rest else ""
    blocks.append(context(FINE_PRINT + more))
    lines = [line for wave in shown for line in wave_lines(wave, timezone=timezone)]
    return Shown(clip("\n".join(lines), TEXT_MAX), tuple(blocks))


def home_part(facts: SurveyFacts, *, timezone: str) -> list[Json]:
    """The newest wave in a few lines, and the themes, for App Home."""
    if not facts.waves:
        return [header("Pulse results"), section("No survey has closed yet.")]
    newest = facts.waves[0]
    blocks = [header("Pulse results"), section("\n".join(wave_lines(newest, timezone=timezone)[:6]))]
    blocks += _themes(facts, most=HOME_THEMES_MOST)
    return [*blocks, context("`results` shows groups, comments and older waves.")]


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def refusal(reason: str) -> Shown:
    return said(escape(reason))


# A wave.


def wave_blocks(wave: WaveFacts, *, timezone: str) -> list[Json]:
    blocks: list[Json] = [header(f"{wave.survey.title}, {wave.slot}"), section(_reached(wave, timezone))]
    for facts in wave.questions[:QUESTIONS_MOST]:
        blocks += _question(facts, wave)
    if wave.comments:
        quoted = "\n".join(f"> {_comment(each)}" for each in wave.comments[:COMMENTS_MOST])
        rest = len(wave.comments) - COMMENTS_MOST
        more = f"\n… and {rest} more" if rest > 0 else ""
        blocks.append(
            section(f"*{_count(len(wave.comments), 'comment')}*, in no order, names taken out\n{quoted}{more}")
        )
    return blocks


def wave_lines(wave: WaveFacts, *, timezone: str) -> list[str]:
    """The same where no blocks can be shown: a terminal, a notification, a screen reader."""
    lines = [f"*{escape(wave.survey.title)}, {escape(wave.slot)}*: {_reached(wave, timezone)}"]
    for facts in wave.questions:
        lines += [_headline(facts), *(f"• {escape(name)}: {value}" for name, value in _rows(facts))]
        if facts.released is not None:
            lines += [escape(each) for each in _hidden(facts.released)]
    return lines


def _reached(wave: WaveFacts, timezone: str) -> str:
    frame = figures.population_note(wave.answers, wave.frame) if wave.answers >= wave.threshold else ""
    days = f"{_day(wave.opened_at, timezone)} to {_day(wave.closed_at, timezone)}"
    return (
        f"{days}: {_count(wave.answers, 'answer')}. Asked: {wave.invited} of {wave.frame} who could be. "
        f"Answered: {share_in_words(wave.response_rate)} who got the question. {frame}".strip()
    )


def _question(facts: QuestionFacts, wave: WaveFacts) -> list[Json]:
    blocks = [section(_headline(facts))]
    if rows := _rows(facts)[:ROWS_MOST]:
        caption = clip(f"{facts.question.text} ({wave.slot})", LABEL_MOST * 2)
        blocks.append(table(caption, [["Group" if facts.released else "Choice", "Share"], *map(list, rows)]))
    if facts.spread:
        blocks.append(_chart(facts))
    notes = [DEFINITIONS[facts.question.scale], *(_hidden(facts.released) if facts.released else [])]
    return [*blocks, context(". ".join(escape(f"{each[:1].upper()}{each[1:]}") for each in notes))]


def _headline(facts: QuestionFacts) -> str:
    """What everybody said, or that there are too few to say."""
    asked = f"*{escape(clip(facts.question.text, TITLE_MOST))}* "
    if facts.nps is not None and facts.nps.value is not None:
        return f"{asked}{facts.nps.value:+.1f} points (n = {facts.nps.n})"
    if facts.everybody is not None:
        return f"{asked}{in_words(facts.everybody)}: {CHANGES[facts.change] if len(facts.trend) > 1 else FIRST}"
    if facts.choices:
        return f"{asked}n = {facts.n}{'' if _are_told(facts) else ', and none was chosen by over half'}"
    return f"{asked}{TOO_FEW}" if facts.n is None else f"{asked}{TOO_FEW} (n = {facts.n})"


def _are_told(facts: QuestionFacts) -> bool:
    """Whether more is told of any choice than that at most half chose it."""
    return any(cell.reads is not Reading.REST for cell in facts.choices.values())


def _rows(facts: QuestionFacts) -> list[tuple[str, str]]:
    """The groups or the choices, each with how it reads."""
    if facts.choices and not _are_told(facts):
        return []
    if facts.choices:
        return [(clip(choice, LABEL_MOST), in_words(cell)) for choice, cell in facts.choices.items()]
    if facts.released is None:
        return []
    earlier = [(each.slot, in_words(each.cell)) for each in facts.trend[:-1][-3:]]
    groups = [(clip(group_in_words(cell.group), LABEL_MOST), in_words(cell)) for cell in _groups(facts.released)]
    return [*earlier, *groups]


def _groups(released: Released) -> list[Cell]:
    """Without those that are the same people as a wider group: who is in payments and asked nothing, if nobody did."""
    cells = [cell for shown in released.tables.values() for cell in shown.cells]
    wider = [released.everybody, *cells]
    return [each for each in cells if not any(one.group < each.group and one.n == each.n for one in wider)]


def _hidden(released: Released) -> list[str]:
    """What may not be shown, by each way to cut: how many answers are in no group shown."""
    cells = {table[0]: shown.cells for table, shown in released.tables.items() if len(table) == 1}
    beside = {name: released.everybody.n - sum(cell.n for cell in shown) for name, shown in cells.items() if shown}
    said = [
        f"by {name}: {_count(n, 'answer')} not shown, of too small a group or of none"
        for name, n in beside.items()
        if n
    ]
    nothing = ", ".join(name for name, shown in cells.items() if not shown)
    return [*said, f"by {nothing}: {TOO_FEW}"] if nothing else said


def _chart(facts: QuestionFacts) -> Json:
    """How many gave each score: of over 20 answers alone."""
    labels = [str(score) for score in range(1, len(facts.spread) + 1)]
    points = [{"label": label, "value": count} for label, count in zip(labels, facts.spread, strict=True)]
    axes = {"categories": labels, "x_label": "Score", "y_label": "Answers"}
    series = [{"name": "Answers", "data": points}]
    chart = {"type": "bar", "axis_config": axes, "series": series}
    return {"type": "data_visualization", "title": clip(facts.question.text, 50), "chart": chart}


# Themes.


def _themes(facts: SurveyFacts, *, most: int) -> list[Json]:
    """Those that wait for somebody first, then what was done."""
    going = [each for each in facts.themes if each.state in OPEN_STATES]
    if not facts.themes:
        return []
    kept = facts.kept_word
    told = f"*You said, we did*: {kept.k} of {_count(kept.n, 'theme')} led to a change"
    days = facts.days_to_change
    took = f", after {duration(days * 86_400)} (median)" if days is not None else ""
    blocks: list[Json] = [section(f"{told}{took}.")]
    for theme in going[:most]:
        blocks += [
            section(theme_line(theme)),
            actions(
                f"results.{theme.id}",
                [*buttons(IDS, theme.id, is_linked=theme.state == "linked"), draft_a_bet(Source.PULSE, theme.id)],
            ),
        ]
    rest = len(going) - most
    return [*blocks, context(f"… and {_count(rest, 'more theme')}.")] if rest > 0 else blocks


def theme_line(theme: ThemeFacts) -> str:
    change = f": {link(theme.url, theme.url)}" if theme.url else ""
    title = escape(clip(theme.title, TITLE_MOST))
    return f"*{title}* · {_count(theme.comments, 'comment')} · {STATES[theme.state]}{change}"


def _comment(text: str) -> str:
    return escape(clip(" ".join(text.split()), COMMENT_MOST))


def _add(blocks: list[Json], more: Sequence[Json]) -> None:
    """As long as a message of Slack's takes them: at most two charts, and so many blocks and characters."""
    for block in more:
        is_chart = block["type"] == "data_visualization"
        charts = sum(each["type"] == "data_visualization" for each in blocks)
        if (is_chart and charts == 2) or not fits(blocks, [block]):
            continue
        blocks.append(block)


def _count(number: int, one: str) -> str:
    return f"{number} {one}{'' if number == 1 else 's'}"


def _day(at: datetime, timezone: str) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%b %Y}"
