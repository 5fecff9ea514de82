"""What Slack asks of the insides of charts and tables. The outsides are in `block_kit.py`.

Problems are pairs of what is wrong and the path below the block.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sandbox.model import Json

Problem = tuple[str, str]

LABEL_MAX = 20
AXIS_LABEL_MAX = 50
SERIES_MAX = 12  # also a pie's segments
POINTS_MAX = 20
COLUMNS_MAX = 20
_WITH_AXES = ("bar", "line", "area")
_CELLS = ("raw_text", "raw_number", "rich_text", "action_cell")


def chart_problems(block: Json) -> Iterator[Problem]:
    chart = block.get("chart")
    if not isinstance(chart, dict):
        return  # already said
    kind = chart.get("type")
    if kind == "pie":
        segments = chart.get("segments")
        yield from _count(segments, SERIES_MAX, "/chart/segments")
        yield from _points(segments, "/chart/segments")
    elif kind in _WITH_AXES:
        yield from _axes_problems(chart)
    else:
        yield f"unsupported type: {kind}", "/chart/type"


def table_problems(block: Json) -> Iterator[Problem]:
    """Rows of cells, all as wide as the first."""
    rows = block.get("rows")
    if not isinstance(rows, list):
        return  # already said
    width = len(rows[0]) if rows and isinstance(rows[0], list) else 0
    for index, row in enumerate(rows):
        path = f"/rows/{index}"
        if not isinstance(row, list):
            yield "must be an array", path
            continue
        yield from _count(row, COLUMNS_MAX, path)
        if len(row) != width:
            yield f"must have {width} cells like the first row", path
        yield from _cell_problems(row, path)


def _cell_problems(row: list[Any], path: str) -> Iterator[Problem]:
    for index, cell in enumerate(row):
        if not isinstance(cell, dict) or cell.get("type") not in _CELLS:
            yield "unsupported type of cell", f"{path}/{index}"


def _axes_problems(chart: Json) -> Iterator[Problem]:
    axes, series = chart.get("axis_config"), chart.get("series")
    if not isinstance(axes, dict) or not isinstance(axes.get("categories"), list):
        yield "missing required field: categories", "/chart/axis_config"
        return
    categories = axes["categories"]
    yield from _count(categories, POINTS_MAX, "/chart/axis_config/categories")
    yield from _count(series, SERIES_MAX, "/chart/series")
    for name in ("x_label", "y_label"):
        yield from _label(axes.get(name, "-"), AXIS_LABEL_MAX, f"/chart/axis_config/{name}")
    for index, each in enumerate(series if isinstance(series, list) else ()):
        yield from _series_problems(each, categories, f"/chart/series/{index}")


def _series_problems(series: object, categories: Sequence[Any], path: str) -> Iterator[Problem]:
    if not isinstance(series, dict):
        yield "must be an object", path
        return
    yield from _label(series.get("name"), LABEL_MAX, f"{path}/name")
    points = series.get("data")
    yield from _points(points, f"{path}/data")
    labels = [point.get("label") for point in points if isinstance(point, dict)] if isinstance(points, list) else []
    if labels != list(categories):
        yield "must have one point for each category, in their order", f"{path}/data"


def _points(points: object, path: str) -> Iterator[Problem]:
    for index, point in enumerate(points if isinstance(points, list) else ()):
        value = point.get("value") if isinstance(point, dict) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield "must be a number", f"{path}/{index}/value"
        yield from _label(point.get("label") if isinstance(point, dict) else None, LABEL_MAX, f"{path}/{index}/label")


def _label(value: object, most: int, path: str) -> Iterator[Problem]:
    if not isinstance(value, str) or not value:
        yield "must be more than 0 characters", path
    elif len(value) > most:
        yield f"must be less than {most + 1} characters", path


def _count(items: object, most: int, path: str) -> Iterator[Problem]:
    if not isinstance(items, list) or not items:
        yield "no fewer than 1 items allowed", path
    elif len(items) > most:
        yield f"no more than {most} items allowed", path
