"""The table of docs/security.md, written from the threats."""

from tests.security.table import THREATS
from tests.security.threats import ROOT, Control, Threat

PAGE = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- threats, written by `python -m tests.security --page` -->", "<!-- end of the threats -->"
HEAD = "| attack | what stops it | where | shown by |\n| --- | --- | --- | --- |\n"


def table() -> str:
    return HEAD + "".join(_row(threat, control) for threat in THREATS for control in threat.controls)


def _row(threat: Threat, control: Control) -> str:
    """The attack stands beside its first control alone."""
    attack = f"**{threat.name}**: {threat.attack}" if control is threat.controls[0] else ""
    tests = "<br>".join(_link(each) for each in control.tests)
    return f"| {attack} | {control.what} | [`{control.file}`](../{control.file}) | {tests} |\n"


def _link(node: str) -> str:
    file, _, name = node.partition("::")
    return f"[`{name}`](../tests/{file})"


def with_table(text: str) -> str:
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n{END}{after}"


def write() -> None:
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
