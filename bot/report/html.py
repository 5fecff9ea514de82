"""Writes a page as one HTML file: no script, no picture, no font and no address it would load anything from. Pure.

It is light, and prints on A4.
"""

from collections.abc import Iterator
from html import escape

from bot.report.drawing import drawn
from bot.report.page import Line, Page, Section, Story, Trend

STYLE = """
@page { size: A4; margin: 10mm 12mm }
* { box-sizing: border-box }
html { background: #fff; color: #1d1c1d; font: 15px/1.45 system-ui, "Segoe UI", "Liberation Sans", Arial, sans-serif }
body { max-width: 900px; margin: 0 auto; padding: 28px 24px }
h1 { font-size: 26px; margin: 0 }
h2 { font-size: 16px; margin: 20px 0 6px; padding-bottom: 3px; border-bottom: 1px solid #d5d5d5; break-after: avoid }
p.subtitle { margin: 2px 0 0; color: #5c5b5d }
ul { margin: 0; padding: 0 0 0 18px }
li { margin: 0 0 5px; overflow-wrap: anywhere; break-inside: avoid }
small { display: block; color: #5c5b5d; font-size: 12.5px; line-height: 1.35 }
a { color: #1264a3; overflow-wrap: anywhere }
.trends { display: flex; flex-wrap: wrap; gap: 6px 24px; margin: 8px 0 0 }
figure { margin: 0; flex: 1 1 300px; max-width: 420px; break-inside: avoid }
figcaption { font-size: 12.5px; color: #5c5b5d; overflow-wrap: anywhere }
svg { width: 100%; height: auto; display: block }
.grid { stroke: #e3e3e3; stroke-width: 1 }
.band { fill: #cfe3f2 }
.line { fill: none; stroke: #1f5f8b; stroke-width: 1.8 }
.dot { fill: #1f5f8b }
.axis { font-size: 10px; fill: #6b6a6c }
.last { font-size: 12px; font-weight: 600; fill: #1f5f8b }
blockquote { margin: 3px 0 8px; padding-left: 12px; border-left: 3px solid #cfe3f2; overflow-wrap: anywhere }
footer { margin-top: 22px; padding-top: 8px; border-top: 1px solid #d5d5d5; font-size: 12.5px; color: #5c5b5d }
footer p { margin: 0 }
@media print {
  html { font-size: 9.6px; line-height: 1.28; print-color-adjust: exact; -webkit-print-color-adjust: exact }
  body { max-width: none; padding: 0 }
  main { columns: 2; column-gap: 9mm; column-fill: balance; margin-top: 8px }
  h1 { font-size: 18px }
  h2 { font-size: 12px; margin: 0 0 3px }
  section { margin-bottom: 7px }
  ul { padding-left: 13px }
  li { margin-bottom: 2px }
  small, figcaption, footer { font-size: 8.2px }
  small { line-height: 1.25 }
  .trends { gap: 4px 10px; margin-top: 4px }
  figure { flex: 1 1 130px; max-width: 165px }
  .axis { font-size: 12px }
  .last { font-size: 14px }
  blockquote { margin: 1px 0 4px }
  section p { margin: 3px 0 }
  footer { margin-top: 8px; padding-top: 4px }
}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def written(page: Page) -> str:
    title = escape(page.title)
    sections = "\n".join(part for each in page.sections for part in _section(each))
    foot = "".join(f"<p>{escape(each)}</p>" for each in page.foot)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<header><h1>{title}</h1><p class="subtitle">{escape(page.subtitle)}</p></header>
<main>
{sections}
</main>
<footer>{foot}</footer>
</body>
</html>
"""


def _whole(text: str) -> str:
    """Escaped, and no percent sign left alone on a line."""
    return escape(text).replace(" %", "&nbsp;%")


def _section(section: Section) -> Iterator[str]:
    yield f"<section><h2>{escape(section.title)}</h2>"
    if section.lines:
        yield f"<ul>{''.join(map(_line, section.lines))}</ul>"
    if trends := [each for each in section.trends if each.is_drawn]:
        yield f'<div class="trends">{"".join(map(_trend, trends))}</div>'
    yield from map(_story, section.stories)
    yield "</section>"


def _line(line: Line) -> str:
    caveat = f"<small>{_whole(line.caveat)}</small>" if line.caveat else ""
    return f"<li>{_whole(line.text)}{_link(line.url)}{caveat}</li>"


def _trend(trend: Trend) -> str:
    return f"<figure>{drawn(trend)}<figcaption>{escape(trend.title)}</figcaption></figure>"


def _story(story: Story) -> str:
    by = f" ({escape(story.by)})" if story.by else ""
    words = f"<blockquote>{escape(story.words)}</blockquote>" if story.words else ""
    return f"<p><strong>{escape(story.title)}</strong>{by}{_link(story.url)}</p>{words}"


def _link(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        return ""
    whole = escape(url, quote=True)
    return f' <a href="{whole}" rel="noreferrer">{whole}</a>'
