"""Shows of each control of docs/security.md that its tests notice when it is taken out: `make controls`.

`python -m tests.security [NAME…]` does so for the threats named, or for all, in some minutes; `--page` writes the table
of docs/security.md. Exit status 1 where a test passes without its control, or fails with it.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from tests.security import page
from tests.security.showing import copy_of_the_source, failing, show
from tests.security.table import THREATS
from tests.security.threats import Threat


def main() -> int:
    asked = _asked()
    if asked.page:
        page.write()
        return 0
    threats = _wanted(asked.names)
    begun, holes, shown = time.monotonic(), 0, 0
    with copy_of_the_source() as folder:
        nodes = list(dict.fromkeys(node for each in threats for control in each.controls for node in control.tests))
        failed_with, broken = failing(folder, nodes)
        if broken:
            print(f"As it stands, {broken}", file=sys.stderr)
            return 1
        for threat in threats:
            for control in threat.controls:
                outcome = show(folder, control, sorted(failed_with))
                print(outcome.line(threat.name), flush=True)
                shown, holes = shown + 1, holes + (not outcome.is_noticed)
    took = (time.monotonic() - begun) / 60
    print(
        f"{shown} controls of {len(threats)} threats taken out, {holes} not noticed; {len(nodes)} tests; {took:.1f} min"
    )
    return 1 if holes else 0


def _wanted(names: Sequence[str]) -> list[Threat]:
    unknown = set(names) - {each.name for each in THREATS}
    if unknown:
        known = ", ".join(each.name for each in THREATS)
        raise SystemExit(f"There is no threat {', '.join(sorted(unknown))}. Say one of: {known}.")
    return [each for each in THREATS if not names or each.name in names]


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.security", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="threats as docs/security.md names them (all)")
    parser.add_argument("--page", action="store_true", help="write the table into docs/security.md, and show nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
