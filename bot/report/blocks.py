"""Shows a quarter's page in Slack, to whoever of the platform team asked. Pure."""

from collections.abc import Iterator

from bot.blockkit import TEXT_MAX, Shown, clip, context, escape, header, link, section, sections
from bot.model import Json, MessageKind, Purpose
from bot.report.markdown import in_words
from bot.report.page import Line, Page, Section, Story

REPORT = MessageKind(
    "quarter's report",
    Purpose.ASKED,
    "the person of the platform team who asked, only visible to them; as a DM when that fails",
    "`report`, with a quarter or without, by the command or to the bot",
    "once a request",
    "it only answers what you do",
)
KINDS = (REPORT,)
TEXT_LEFT = TEXT_MAX - 1_500  # characters, for headings and what stands around


def shown(page: Page, *, quarter: str) -> Shown:
    """As much as a message takes; the whole of it, to print and to pass on, comes from the command line."""
    blocks: list[Json] = [header(page.title), context(escape(page.subtitle))]
    lines, left = [page.title, page.subtitle], TEXT_LEFT
    for part in page.sections:
        told = list(_lines(part))
        left -= sum(map(len, told))
        if left < 0:
            break
        blocks += [header(part.title), *sections(told)]
        lines += [f"*{escape(part.title)}*", *told]
    whole = f"To print, or to pass on: `mentor report --quarter {quarter} --html FILE`."
    cut = "" if left >= 0 else " The rest stands there too."
    blocks.append(context(" ".join([*map(escape, page.foot), whole + cut])))
    return Shown(clip("\n".join(lines), TEXT_MAX), tuple(blocks))


def refusal(reason: str) -> Shown:
    return Shown(escape(reason), (section(escape(reason)),))


def _lines(part: Section) -> Iterator[str]:
    yield from map(_line, part.lines)
    for trend in part.trends:
        if trend.is_drawn:
            yield f"• {escape(trend.title)}: {escape(', '.join(map(in_words, trend.points)))}"
    yield from map(_story, part.stories)


def _line(line: Line) -> str:
    url = f" {link(line.url, line.url)}" if line.url else ""
    caveat = f" _{escape(line.caveat)}_" if line.caveat else ""
    return f"• {escape(line.text)}{url}{caveat}"


def _story(story: Story) -> str:
    title = link(story.url, story.title) if story.url else escape(story.title)
    by = f" ({escape(story.by)})" if story.by else ""
    return f"• {title}{by}: {escape(story.words)}"
