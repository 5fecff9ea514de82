"""`make audit`: whether what the bot is made of has known weaknesses, as far as the package index tells.

Exit status 0: none is known. 1: some are, and are listed. 3: it could not look, of some packages or of all, which says
nothing of them; an index that serves packages alone, and a machine without one, cannot tell.
"""

import json
import subprocess
import sys
from typing import Any

from tests.security.bill import LOCK
from tests.security.threats import ROOT

LONGEST_S = 60.0
HELD, FOUND, COULD_NOT_LOOK = 0, 1, 3
LOCKS = (LOCK, ROOT / "requirements.lock")


def told(report: dict[str, Any]) -> tuple[list[str], int]:
    """What pip-audit's report says, in lines, and the exit status."""
    packages = report["dependencies"]
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    found = [(each, one) for each in packages for one in each.get("vulns", ())]
    lines = [
        f"{each['name']} {each['version']}: {one['id']}; mended in {', '.join(one['fix_versions']) or 'no version yet'}"
        for each, one in found
    ]
    looked = len(packages) - len(unknown)
    if found:
        return [*lines, f"{len(found)} known weaknesses in {looked} packages."], FOUND
    if unknown or not packages:
        some = f"{len(unknown)} of {len(packages)} packages"
        return [f"COULD NOT LOOK: the package index tells no weaknesses of {some}. They may have some."], COULD_NOT_LOOK
    return [f"No weakness is known in {looked} packages."], HELD


def main() -> int:
    worst = HELD
    for lock in LOCKS:
        command = [sys.executable, "-m", "pip_audit", "-r", str(lock), "--require-hashes", "--disable-pip"]
        command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
            lines, status = told(json.loads(ended.stdout))
        except (subprocess.TimeoutExpired, ValueError, KeyError):
            lines, status = ["COULD NOT LOOK: the package index gave no answer. Nothing is known."], COULD_NOT_LOOK
        for line in lines:
            print(f"{lock.relative_to(ROOT)}: {line}", flush=True)
        worst = FOUND if FOUND in (worst, status) else max(worst, status)
    return worst


if __name__ == "__main__":
    sys.exit(main())
