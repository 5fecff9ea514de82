"""Which regions' public holidays are known."""

import subprocess
import sys

import pytest

from bot.calendar import is_region, regions_of


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("GB", True),
        ("GB-ENG", True),
        ("DE-BE", True),
        ("US-CA", True),
        ("FR-57", True),
        ("GB-LON", False),
        ("GB-", False),
        ("XX", False),
        ("XX-ENG", False),
        ("gb", False),
        ("-ENG", False),
        ("", False),
    ],
)
def test_region_is_a_country_or_a_part_of_it(code: str, expected: bool) -> None:
    assert is_region(code) is expected


def test_regions_of_a_country_are_itself_and_its_parts() -> None:
    assert regions_of("GB") == ("GB", "GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS")
    assert regions_of("XX") == ()


def test_calendar_without_holidays_does_not_load_them() -> None:
    program = "import sys, bot.calendar; sys.exit('holidays' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
