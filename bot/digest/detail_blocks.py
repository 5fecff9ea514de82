"""The figures behind the platform team's digest, in its thread: each section says its text beside its table. Pure.

Nothing here is by person, and no words of anybody's are quoted.
"""

from collections.abc import Iterator, Sequence

from bot.blockkit import TEXT_MAX, Shown, clip, context, escape, section, table
from bot.curation.gap_blocks import LACKING
from bot.curation.gap_rules import FEWEST_PEOPLE
from bot.digest.blocks import and_more, fitting, in_words, linked, numbers_row, title, whole_lines, written
from bot.digest.kept import Adopted, Digest, Ill, Reader, TopGap, Waited
from bot.friction import IN_WORDS, Stage
from bot.model import Json
from bot.peers.blocks import times
from bot.peers.cases import Outcome
from bot.peers.solving import By
from bot.statistics import FEWEST, counted, duration, share_in_words

LISTED_MOST, WAITS_MOST = 5, 3
DETAILS_ROOM = 9_000  # characters: all of a message may be 10,000
SERIES = {"peers": "colleagues", "platform": "platform team", "handbook": "handbook", "nobody": "nobody"}
# How each outcome reads, best first.
OUTCOMES = {
    Outcome.PEER: "Answered by a colleague",
    Outcome.PLATFORM: "Answered by the platform team",
    Outcome.BOT: "Answered from the handbook, says the asker",
    Outcome.SELF: "Solved by the asker alone",
    Outcome.UNCONFIRMED: "Only the bot answered, unconfirmed",
    Outcome.NONE: "Nobody answered",
    Outcome.OPEN: "Still open (too new to say)",
}

Part = tuple[str, tuple[Json, ...]]  # text, and what stands below it


def detail_blocks(digest: Digest) -> Shown:
    """For the thread; the sections that have nothing to say are left out."""
    parts = [part for name, make in _SECTIONS.items() if digest.shows(Reader.TEAM, name) for part in make(digest)]
    whole = [(whole_lines(text), below) for text, below in parts]
    blocks = fitting([block for text, below in whole for block in (section(text), *below)], DETAILS_ROOM)
    lines = [line for text, below in whole for line in (text, *_table_lines(below))]
    text = "\n".join([*lines, _fine_print(digest)])
    return Shown(clip(text, TEXT_MAX), (*blocks, context(_fine_print(digest)), numbers_row(digest, Reader.TEAM)))


def _table_lines(below: Sequence[Json]) -> Iterator[str]:
    """A table for where none can be shown: a terminal, a notification, a screen reader."""
    for block in below:
        for row in block.get("rows", ())[1:]:
            what, now, before = (cell["text"] for cell in row)
            yield f"• {what}: {now}" + ("" if before == "-" else f" ({before} before)")


def has_details(digest: Digest) -> bool:
    return any(True for name, make in _SECTIONS.items() if digest.shows(Reader.TEAM, name) for _ in make(digest))


def _outcomes(digest: Digest) -> Iterator[Part]:
    if not (digest.this.questions or digest.before.questions):
        return
    rows = outcome_rows(digest)
    text = "\n".join([title("Who answered", "outcomes", digest), *_first_response(digest)])
    yield text, (table(f"What became of the questions, {digest.week}", rows),)
    if sum(each.peers + each.platform + each.handbook + each.nobody for each in digest.trend[:-1]):
        yield f"*Twelve weeks*, in fours: {_trend(digest)}.", (_chart(digest),)


def outcome_rows(digest: Digest) -> Sequence[Sequence[str]]:
    now, before = digest.this.by_outcome, digest.before.by_outcome
    rows = [
        [words, str(now[each]), str(before[each]) if digest.is_comparable else "-"]
        for each, words in OUTCOMES.items()
        if now[each] or before[each]
    ]
    total = ["All questions", str(digest.this.questions), str(digest.before.questions) if digest.is_comparable else "-"]
    heads = ["What became of it", "This week", "Week before"]
    return [heads if digest.weeks == 1 else [heads[0], "Two weeks", "Two before"], *rows, total]


def _first_response(digest: Digest) -> Iterator[str]:
    """Nothing of a week with too few."""
    if digest.this.response.n < FEWEST:
        return
    is_told = digest.is_comparable and digest.before.response.n >= FEWEST
    before = f"; before: {times(digest.before.response)}" if is_told else ""
    yield f"First response by a person: {times(digest.this.response)}{before}."
    for by, name in ((By.PEER, "colleagues"), (By.PLATFORM, "the platform team")):
        if digest.this.response_by[by].n >= FEWEST:
            yield f"• from {name}: {times(digest.this.response_by[by])}"


def _trend(digest: Digest) -> str:
    """The chart in words: its first, middle and last four weeks."""
    thirds = [digest.trend[at : at + 4] for at in range(0, len(digest.trend), 4)]
    said = [
        f"{name} {', '.join(str(sum(getattr(each, field) for each in part)) for part in thirds)}"
        for field, name in SERIES.items()
    ]
    return "; ".join(said)


def _chart(digest: Digest) -> Json:
    labels = [each.week.partition("-")[2] for each in digest.trend]
    series = [
        {
            "name": name,
            "data": [
                {"label": label, "value": getattr(each, field)}
                for label, each in zip(labels, digest.trend, strict=True)
            ],
        }
        for field, name in SERIES.items()
    ]
    axes = {"categories": labels, "x_label": "week", "y_label": "questions"}
    chart = {"type": "bar", "series": series, "axis_config": axes}
    return {"type": "data_visualization", "title": "Who answered, twelve weeks", "chart": chart}


def _satisfaction(digest: Digest) -> Iterator[Part]:
    if digest.waves:
        lines = [
            f"• {written(each.survey)}, “{written(each.question)}”: {each.said}; to the wave before: {each.change}."
            for each in digest.waves[:LISTED_MOST]
        ]
        yield "\n".join([f"{title('Satisfied', 'satisfaction', digest)}, of a survey that closed", *lines]), ()


def _adoption(digest: Digest) -> Iterator[Part]:
    if digest.adopted:
        lines = [f"• {_adopted(each)}" for each in digest.adopted[:LISTED_MOST]]
        yield "\n".join([title("Chosen or not", "adoption", digest), *lines]), ()


def _adopted(each: Adopted) -> str:
    called = f"{written(each.title)} ({escape(each.status)})"
    said = [f"chosen, of the teams that could: {share_in_words(each.chose)}"] if each.chose else []
    said += [f"{counted(each.began, 'team')} began by choice"] if each.began else []
    if each.began_without:
        said.append(f"{counted(each.began_without, 'team')} began without a choice, which does not count")
    if each.day:
        what = f"{escape(each.before)} until {in_words(each.day)}"
        jump = "; they had to" if each.is_jump else ""
        said.append(f"{what}: {each.began_before} began in the {each.days} days before, {each.began_after} since{jump}")
    return f"{called}: {'; '.join(said)}."


def _gaps(digest: Digest) -> Iterator[Part]:
    """Counts, and where the weightiest were asked, without their words."""
    gaps = digest.gaps
    if gaps.open or gaps.opened or gaps.closed:
        came = f"{gaps.opened} opened, {gaps.closed} closed, {counted(gaps.open, 'gap')} open"
        listed = "".join(f"\n• {_gap(each)}" for each in gaps.top)
        yield f"{title('What the handbook lacks', 'gaps', digest)}: {came}. `gaps` shows them.{listed}", ()


def _gap(gap: TopGap) -> str:
    people = f" by {gap.people} people" if gap.people >= FEWEST_PEOPLE else ""
    where = f", in {linked(gap.permalink, f'#{gap.channel}')}" if gap.channel else ""
    return f"{LACKING[gap.lacks]}: asked {counted(gap.questions, 'time')}{people}{where}"


def _articles(digest: Digest) -> Iterator[Part]:
    if digest.to_mend:
        listed = "".join(f"\n• {linked(each.url, each.title)}: {reasons(each)}" for each in digest.ill)
        head = title("Articles to mend", "articles", digest)
        yield f"{head}: {digest.to_mend}, the worst first. App Home lists them.{listed}", ()


def reasons(ill: Ill) -> str:
    said = [f"{ill.not_quite} of {ill.served} askers said it was not it"] if ill.not_quite else []
    said += [counted(ill.dead_links, "dead link")] if ill.dead_links else []
    said += [f"{counted(ill.days_overdue, 'day')} past its review"] if ill.days_overdue else []
    said += ["its owner has left"] if ill.owner_left else []
    said += ["its owner says it needs work"] if ill.needs_work else []
    return ", ".join(said)


def _drift(digest: Digest) -> Iterator[Part]:
    if digest.reverted:
        listed = [f"{escape(each.team) or 'nobody named'} {each.times}" for each in digest.reverted[:LISTED_MOST]]
        told = and_more(listed, len(digest.reverted))
        yield f"{title('Changed by hand and put back', 'drift', digest)}, by whose it is: {told}.", ()


def _self_service(digest: Digest) -> Iterator[Part]:
    found = digest.self_service
    if found is None or not (found.live_n or found.pushed.n):
        return
    lines = []
    if found.median_s is not None and found.p90_s is not None:
        slow = duration(found.p90_s)
        lines.append(f"from asking to live half within {duration(found.median_s)}, nine of ten within {slow}")
    if found.live_n:
        lines.append(f"{found.live_n} became live")
    if found.pushed.n:
        lines.append(f"{found.pushed.k} of {counted(found.pushed.n, 'run')} pushed past Git")
    if found.pushed.k and found.debts:
        named = [f"“{written(each)}”" for each in found.debts[:3]]
        lines.append(f"without a proposal in its place: {and_more(named, len(found.debts))}")
    yield f"{title('Self-service and push debt', 'self-service', digest)}: {'; '.join(lines)}.", ()


def _signs(digest: Digest) -> Iterator[Part]:
    if digest.signs:
        lines = [
            f"• {written(each.title)}: {written(each.said)}" + (f" → {written(each.way_out)}" if each.way_out else "")
            for each in digest.signs[:LISTED_MOST]
        ]
        yield "\n".join([title("Signs of slipping back to operations", "signs", digest), *lines]), ()


def _waits(digest: Digest) -> Iterator[Part]:
    """By stage over all flows: no team is named."""
    if digest.waits:
        lines = [
            f"• {IN_WORDS[Stage(each.stage)]}: {_span(each)} in all, of {counted(each.teams, 'team')}"
            for each in digest.waits[:WAITS_MOST]
        ]
        head = f"{title('Where changes wait', 'waits', digest)}, as teams told it in their flows, the costliest first"
        yield "\n".join([head, *lines]), ()


def _span(each: Waited) -> str:
    most = duration(each.most_s)
    return most if each.least_s == each.most_s else f"{duration(each.least_s)} to {most}"


_SECTIONS = {
    "outcomes": _outcomes,
    "satisfaction": _satisfaction,
    "adoption": _adoption,
    "gaps": _gaps,
    "articles": _articles,
    "drift": _drift,
    "self-service": _self_service,
    "signs": _signs,
    "waits": _waits,
}
DETAIL_SECTIONS = tuple(_SECTIONS)


def _fine_print(digest: Digest) -> str:
    return (
        "Colleagues are people outside the platform team. Shares stand with their 95 % interval; under 5 cases "
        "nothing is said. Private channels are counted, not shown."
        + (f"\nAudit: {digest.audit}…" if digest.audit else "")
    )
