"""Whether Slack would take these blocks or this view, and if not, why not, in Slack's words.

The table of fields and sizes is `block_kit.py`. Not checked: whether addresses, people or channels exist.
"""

from collections.abc import Iterator, Mapping, Sequence

from sandbox.block_kit import (
    BLOCKS,
    EITHER,
    ELEMENTS,
    GROUPS,
    LENIENT,
    MESSAGE_ONLY,
    OBJECTS,
    VIEW_ONLY,
    VIEWS,
    Field,
    Shape,
)
from sandbox.charts import chart_problems, table_problems
from sandbox.fields import field_problems
from sandbox.model import Json

MESSAGE_BLOCKS_MAX = 50
MESSAGE_TEXT_MAX = 13_200  # all text of a message together: undocumented, seen to fail from about here
MARKDOWN_MAX = 12_000  # all markdown blocks of a message together
CHARTS_MAX = 2
TABLES_MAX = 1

_ONLY_ONE_FORM = {"mrkdwn": "emoji", "plain_text": "verbatim"}  # the field each kind of text does not have


def validate_message_blocks(blocks: Sequence[object]) -> list[str]:
    """What is wrong with a message's blocks, each with the path to it; empty when Slack would take them."""
    problems = list(_size_problems(blocks, Field("list", MESSAGE_BLOCKS_MAX), "/blocks"))
    problems += _blocks_problems(blocks, "/blocks", VIEW_ONLY)
    problems += _count_problems(blocks)
    return problems


def validate_view(view: Json) -> list[str]:
    """What is wrong with a modal or a Home, each with the path to it; empty when Slack would take it."""
    shape = VIEWS.get(str(view.get("type")))
    if shape is None:
        return [_problem(f"unsupported type: {view.get('type')}", "/view/type")]
    problems = list(_shape_problems(view, shape, "/view"))
    if isinstance(view.get("blocks"), list):
        problems += _blocks_problems(view["blocks"], "/view/blocks", MESSAGE_ONLY)
        problems += _submit_problems(view)
    return problems


def text_length(value: object) -> int:
    """The characters of all text in blocks, however deep."""
    if isinstance(value, Mapping):
        own = value.get("text")
        inner = sum(text_length(each) for name, each in value.items() if name != "text" or not isinstance(own, str))
        return inner + (len(own) if isinstance(own, str) else 0)
    if isinstance(value, list | tuple):
        return sum(text_length(each) for each in value)
    return 0


def as_extra(problems: Sequence[str]) -> Json:
    """What stands beside the error in the reply."""
    return {"errors": [each.removeprefix("[ERROR] ") for each in problems]} | {
        "response_metadata": {"messages": list(problems)}
    }


def _blocks_problems(blocks: Sequence[object], path: str, elsewhere: frozenset[str]) -> Iterator[str]:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        here = f"{path}/{index}"
        yield from _block_problems(block, here, elsewhere)
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if isinstance(block_id, str):
            if block_id in seen:
                yield _problem(f'`block_id` "{block_id}" already exists', f"{here}/block_id")
            seen.add(block_id)


def _block_problems(block: object, path: str, elsewhere: frozenset[str]) -> Iterator[str]:
    if not isinstance(block, dict):
        yield _problem("must be an object", path)
        return
    kind = str(block.get("type"))
    if kind not in BLOCKS or kind in elsewhere:
        yield _problem(f"unsupported type: {kind}", f"{path}/type")
        return
    yield from _shape_problems(block, BLOCKS[kind], path, is_lenient=kind in LENIENT)
    yield from _action_id_problems(block, path)
    if kind == "data_visualization":
        yield from (_problem(what, path + where) for what, where in chart_problems(block))
    if kind in ("table", "data_table"):
        yield from (_problem(what, path + where) for what, where in table_problems(block))


def _shape_problems(value: Json, shape: Shape, path: str, *, is_lenient: bool = False) -> Iterator[str]:
    for name, field in shape.items():
        if value.get(name) is not None:
            yield from _field_problems(value[name], field, f"{path}/{name}")
        elif field.is_required:
            yield _problem(f"missing required field: {name}", path)
    either = EITHER.get(str(value.get("type")), ())
    if either and not any(value.get(name) for name in either):
        yield _problem(f"missing required field: {' or '.join(either)}", path)
    if not is_lenient:
        for name in sorted(value.keys() - shape.keys() - {"type"}):
            yield _problem(f"invalid additional property: {name}", path)


def _field_problems(value: object, field: Field, path: str) -> Iterator[str]:
    match field.kind:
        case "string":
            yield from _string_problems(value, field, path)
        case "text" | "plain":
            yield from _text_problems(value, field, path)
        case "list":
            yield from _list_problems(value, field, path)
        case "object":
            yield from _object_problems(value, field.of, path)
        case "flag" if not isinstance(value, bool):
            yield _problem("must be a boolean", path)
        case "number" if isinstance(value, bool) or not isinstance(value, int | float):
            yield _problem("must be a number", path)
        case _:
            pass


def _string_problems(value: object, field: Field, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield _problem("must be a string", path)
    elif field.is_required and not value:
        yield _problem("must be more than 0 characters", path)
    elif field.most is not None and len(value) > field.most:
        yield _problem(f"must be less than {field.most + 1} characters", path)
    elif field.one_of and value not in field.one_of:
        yield _problem(f"value must be one of: {', '.join(field.one_of)}", path)


def _text_problems(value: object, field: Field, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _problem("must be an object", path)
        return
    kind = str(value.get("type"))
    if kind not in _ONLY_ONE_FORM or (field.kind == "plain" and kind == "mrkdwn"):
        yield _problem(f"unsupported type: {kind}", f"{path}/type")
        return
    shape = {name: each for name, each in ELEMENTS[kind].items() if name != "text"}
    yield from _shape_problems(value, shape | {"text": Field("string", field.most, is_required=True)}, path)


def _list_problems(value: object, field: Field, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield _problem("must be an array", path)
        return
    yield from _size_problems(value, field, path)
    if field.of:
        for index, each in enumerate(value):
            yield from _object_problems(each, field.of, f"{path}/{index}")


def _size_problems(value: Sequence[object], field: Field, path: str) -> Iterator[str]:
    if field.most is not None and len(value) > field.most:
        yield _problem(f"no more than {field.most} items allowed", path)
    if len(value) < field.least:
        yield _problem(f"no fewer than {field.least} items allowed", path)


def _object_problems(value: object, of: str, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _problem("must be an object", path)
        return
    what, _, which = of.partition(":")
    if what == "text":
        yield from _text_problems(value, Field("text", int(which)), path)
    elif what == "elements":
        kind = str(value.get("type"))
        if kind not in GROUPS[which]:
            yield _problem(f"unsupported type: {kind}", f"{path}/type")
        else:
            yield from _element_problems(value, ELEMENTS[kind], path)
    elif what:
        yield from _shape_problems(value, OBJECTS[what], path)


def _element_problems(element: Json, shape: Shape, path: str) -> Iterator[str]:
    problems = list(_shape_problems(element, shape, path))
    yield from problems or (_problem(what, path + where) for what, where in field_problems(element))


def _action_id_problems(block: Json, path: str) -> Iterator[str]:
    """Action ids are unique within their block; the same one in two blocks is common and allowed."""
    elements = block.get("elements")
    seen: set[str] = set()
    for index, element in enumerate(elements if isinstance(elements, list) else ()):
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if not isinstance(action_id, str):
            continue
        if action_id in seen:
            yield _problem(f'`action_id` "{action_id}" already exists', f"{path}/elements/{index}/action_id")
        seen.add(action_id)


def _count_problems(blocks: Sequence[object]) -> Iterator[str]:
    kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
    if kinds.count("data_visualization") > CHARTS_MAX:
        yield _problem(f"no more than {CHARTS_MAX} data_visualization blocks allowed", "/blocks")
    if kinds.count("table") > TABLES_MAX:
        yield _problem("only one table allowed", "/blocks")
    markdown = [block for block in blocks if isinstance(block, dict) and block.get("type") == "markdown"]
    if text_length(markdown) > MARKDOWN_MAX and len(markdown) > 1:
        yield _problem(f"markdown blocks must be less than {MARKDOWN_MAX + 1} characters in total", "/blocks")


def _submit_problems(view: Json) -> Iterator[str]:
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in view["blocks"])
    if has_input and view["type"] == "modal" and not view.get("submit"):
        yield _problem("must define `submit` to use an `input` block in modals", "/view/submit")


def _problem(what: str, path: str) -> str:
    return f"[ERROR] {what} [json-pointer:{path}]"
