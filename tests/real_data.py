"""Where the real payloads, handbooks and judged questions stand: beside the project, and never part of it.

A test that reads them carries the marker `real_data`; `tests/conftest.py` leaves it out where they are not there.
"""

from pathlib import Path

REAL_DATA = Path(__file__).parents[2] / "shared" / "data"
