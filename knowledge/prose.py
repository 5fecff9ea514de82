"""Markdown as people write it for site generators, read as plain prose under headings.

Keeps the text of code blocks, tables, HTML boxes and placeholders such as `<namespace>`; drops tags, comments, ERB
and macros. Knows nothing of front matter, and does not judge links (see `knowledge.links`).
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("inline")
LONGEST_INLINE = 10_000  # longer paragraphs are taken as written: some Markdown takes quadratic time
MOST_REFERENCES = 2_000  # a longer list of link definitions takes quadratic time too
FENCE = "```"  # of code, in Markdown and at Slack
LOWEST_SECTION = 4  # headings below level 4 are lines in their section

TITLE = re.compile(r"\s*=\s*(?:current_page\.data\.title|current_page\.title|title)\s*")
SAID = re.compile(r"""\s*=\s*\w+[\s(]\s*(?:"([^"]*)"|'([^']*)')""")  # <%= warning_text('Deleting is for good.') %>
MACROS = re.compile(r"\{%[^{}\n]{0,200}%\}|\{\{[<%][^{}\n]{0,200}[>%]\}\}|\{:[^{}\n]{0,200}\}|\[\[?_?TOC_?\]?\]")
ADMONITION = re.compile(r'^\s*(?::{3,}\s*\{?[\w-]*\}?|(?:!!!|\?\?\?\+?)\s+[\w-]+|\[!\w+\][+-]?)\s*"?(.*?)"?$')
HEADING_ID = re.compile(r"(?<!\s)\s*\{#([\w-]+)[^{}]{0,100}\}\s*$")
UNSPACED_HEADING = re.compile(r"(#{2,6})([^#\s][^\n]*)")  # `##Title`: no heading to CommonMark, but one to its author
TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]{0,30})(?:[\s/][^<>]*)?>")
HTML_HEADING = re.compile(r"<h([1-6])((?:\s[^<>]*)?)>(.{0,300}?)</h\1>", re.IGNORECASE | re.DOTALL)
HTML_ID = re.compile(r"""\b(?:id|name)\s*=\s*["']?([\w-]+)""")
HTML_LINK = re.compile(r"""<a\s[^<>]{0,500}?\bhref\s*=\s*["']([^"'<>]{1,2000})["']""", re.IGNORECASE)
REFRESH = re.compile(
    r"""<meta\s[^<>]{0,200}?http-equiv\s*=\s*["']?refresh[^<>]{0,200}?url\s*=\s*["']?([^"'<>\s]{1,2000})""",
    re.IGNORECASE,
)
NOT_ANCHOR = re.compile(r"[^\w\- ]")

INLINE_TAG = re.compile(
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|img|input|ins|kbd|label|mark|q|ruby|s|samp|small"
    "|span|strike|strong|sub|sup|tt|u|var|wbr"
)
BLOCK_TAG = re.compile(
    "address|article|aside|audio|blockquote|body|br|button|canvas|caption|center|col|colgroup|dd|details|dialog|div|dl"
    "|dt|embed|fieldset|figcaption|figure|footer|form|frame|h[1-6]|head|header|hgroup|hr|html|iframe|legend|li|link"
    "|main|meta|nav|noscript|object|ol|optgroup|option|p|param|picture|pre|script|section|select|source|style|summary"
    "|svg|path|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|track|ul|video"
)


@dataclass(frozen=True)
class Link:
    """A link as written; `line` counts from 1."""

    target: str
    line: int


@dataclass
class Passage:
    """What stands under one heading; level 0 is what stands before the first."""

    level: int
    heading: str
    anchor: str
    line: int
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass
class Prose:
    """A whole text. `dropped_line` is where template code was first left out, 0 where none was."""

    passages: list[Passage]
    links: list[Link] = field(default_factory=list)
    refresh: str = ""  # where an HTML page sends its reader at once
    dropped_line: int = 0


def read(markdown: str, *, title: str, first_line: int = 1) -> Prose:
    """The text's passages in order, links included; `first_line` is where it begins in its file."""
    reader = _Reader(title=title, first_line=first_line)
    reader.blocks(MARKDOWN.parse(_bounded(markdown), reader.env))
    return reader.prose


def first_heading(markdown: str) -> str:
    """The text's first heading, or "" when it has none."""
    passages = read(markdown, title="").passages
    return next((passage.heading for passage in passages if passage.level and passage.heading), "")


def anchor_of(heading: str) -> str:
    """The heading's address as GitHub makes it, but for the number that a repeated one gets."""
    return NOT_ANCHOR.sub("", heading.strip().lower()).replace(" ", "-")


def replace_spans(text: str, opening: str, closing: str, replace: Callable[[str], str]) -> str:
    """The text with each span between the two replaced; an opening never closed stays. Linear in the text."""
    parts: list[str] = []
    at = 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start + len(opening))) >= 0:
        parts += [text[at:start], replace(text[start + len(opening) : end])]
        at = end + len(closing)
    return "".join([*parts, text[at:]])


def _bounded(markdown: str) -> str:
    """The text, without link definitions when there are absurdly many."""
    if markdown.count("]:") <= MOST_REFERENCES:
        return markdown
    return markdown.replace("]:", "] :")


@dataclass
class _Reader:
    """Walks the tokens once, filling passages."""

    title: str
    first_line: int
    prose: Prose = field(default_factory=lambda: Prose([Passage(0, "", "", 0)]))
    anchors: dict[str, int] = field(default_factory=dict)
    env: dict[str, object] = field(default_factory=dict)  # the parser's own: link definitions
    level: int = 0  # of the heading being read
    row: list[str] | None = None  # the cells of the table row being read

    def __post_init__(self) -> None:
        self.prose.passages[0].line = self.first_line

    def blocks(self, tokens: Sequence[Token]) -> None:
        line = 0
        for token in tokens:
            line = token.map[0] if token.map else line
            match token.type:
                case "heading_open":
                    self.level = int(token.tag[1])
                case "tr_open":
                    self.row = []
                case "tr_close":
                    self.add(" | ".join(cell for cell in self.row or [] if cell))
                    self.row = None
                case "inline":
                    self.inline_block(self.inline(token.content, line), line)
                case "fence" | "code_block":
                    self.add(fenced(token.content.strip("\n")))
                case "html_block":
                    self.html(token.content, line)

    def inline_block(self, text: str, line: int) -> None:
        """What a paragraph, heading or table cell says, put where it belongs."""
        if self.level:
            self.heading(self.level, " ".join(text.split()), line)
            self.level = 0
        elif self.row is not None:
            self.row.append(" ".join(text.split()))
        elif found := UNSPACED_HEADING.match(text):
            self.heading(len(found[1]), found[2], line)
            self.paragraph(text[found.end() :])
        else:
            self.paragraph(text)

    def heading(self, level: int, text: str, line: int, *, anchor: str = "") -> None:
        if found := HEADING_ID.search(text):
            text, anchor = text[: found.start()], found[1]
        anchor = anchor or self.next_anchor(text)
        if level > LOWEST_SECTION:
            self.add(text)
        else:
            self.prose.passages.append(Passage(level, text, anchor, line + self.first_line))

    def next_anchor(self, heading: str) -> str:
        anchor = anchor_of(heading)
        times = self.anchors.get(anchor, 0)
        self.anchors[anchor] = times + 1
        return f"{anchor}-{times}" if times else anchor

    def paragraph(self, text: str) -> None:
        lines = (ADMONITION.sub(r"\1", line).strip() for line in text.split("\n"))
        self.add(" ".join(" ".join(lines).split()))

    def add(self, text: str) -> None:
        if text.strip():
            self.prose.passages[-1].lines.append(text)

    def html(self, block: str, line: int) -> None:
        """An HTML block: its headings start sections, its text is read as Markdown, a line per element."""
        self.html_addresses(block, line)
        at = 0
        for found in HTML_HEADING.finditer(block):
            self.html_text(block[at : found.start()], line)
            identity = HTML_ID.search(found[2])
            text = " ".join(html.unescape(TAG.sub(_without_known_tag, found[3])).split())
            line += block.count("\n", at, found.start())
            self.heading(
                int(found[1]), self.without_templates(text, line), line, anchor=identity[1] if identity else ""
            )
            at = found.end()
        self.html_text(block[at:], line)

    def html_text(self, block: str, line: int) -> None:
        block = replace_spans(block, "<!--", "-->", lambda _: "")
        for name in ("script", "style"):
            block = replace_spans(block, f"<{name}", f"</{name}>", lambda _: "")
        text = TAG.sub(_without_known_tag, block)
        for paragraph in text.split("\n"):
            self.paragraph(self.inline(paragraph, line))

    def html_addresses(self, text: str, line: int) -> None:
        self.prose.links += [Link(html.unescape(href), line + self.first_line) for href in HTML_LINK.findall(text)]
        if not self.prose.refresh and (found := REFRESH.search(text)):
            self.prose.refresh = html.unescape(found[1])

    def inline(self, content: str, line: int) -> str:
        """The paragraph's plain text, line breaks kept; its links are noted."""
        content = self.without_templates(content, line)
        if len(content) > LONGEST_INLINE:
            return content
        tokens: list[Token] = []
        MARKDOWN.inline.parse(content, MARKDOWN, self.env, tokens)
        return "".join(self.plain(tokens, line))

    def plain(self, tokens: Sequence[Token], line: int) -> Iterator[str]:
        for token in tokens:
            match token.type:
                case "text" | "code_inline" | "text_special":
                    yield token.content
                case "softbreak" | "hardbreak":
                    yield "\n"
                    line += 1
                case "link_open":
                    self.prose.links.append(Link(str(token.attrGet("href") or ""), line + self.first_line))
                case "image":
                    yield from self.plain(token.children or [], line)
                case "html_inline":
                    self.html_addresses(token.content, line)
                    comment = token.content.startswith("<!--")
                    yield "" if comment else TAG.sub(_without_known_tag, token.content)

    def without_templates(self, text: str, line: int) -> str:
        """The text without ERB and macros; the title and sentences given to a macro are put in their place."""
        if "<%" in text:
            text = replace_spans(text, "<%", "%>", lambda code: self.template(code, line))
        return MACROS.sub("", text)

    def template(self, code: str, line: int) -> str:
        if TITLE.fullmatch(code):
            return self.title
        self.prose.dropped_line = self.prose.dropped_line or line + self.first_line
        said = SAID.match(code)
        text = (said[1] or said[2] or "") if said else ""
        return text if " " in text else ""


def _without_known_tag(found: re.Match[str]) -> str:
    """Nothing for an HTML tag, a line's end for one that ends a line; a placeholder like <namespace> as it is."""
    name = found[1].lower()
    if BLOCK_TAG.fullmatch(name):
        return "\n"
    return "" if INLINE_TAG.fullmatch(name) else found[0]


def fenced(code: str) -> str:
    """Code between fence lines, the one mark that prose keeps; as it is if it holds a fence."""
    return code if not code or FENCE in code else f"{FENCE}\n{code}\n{FENCE}"


def with_closed_code(text: str) -> str:
    """The text with its last code block closed, where a cut has opened it."""
    return f"{text}\n{FENCE}" if text.count(FENCE) % 2 else text
