"""Pieces that the JSON Schemas of handbook files are made of. What a file's form is, is said in that file's module."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
YES_NO: Schema = {"enum": [True, False, "yes", "no"]}  # an editor takes `yes` for a text or for a truth, by its YAML
YES: Schema = {"enum": [True, "yes"]}


def an_object(properties: Mapping[str, Schema], *, required: Sequence[str] = ()) -> Schema:
    found: Schema = {"type": "object", "additionalProperties": False, "properties": dict(properties)}
    return found | ({"required": list(required)} if required else {})


def a_list(items: Schema, least: int, most: int | None, description: str = "") -> Schema:
    found: Schema = {"type": "array", "items": items}
    found |= {"minItems": least} if least else {}
    found |= {"maxItems": most} if most else {}
    return found | ({"description": description} if description else {})


def a_text(longest: int, description: str = "") -> Schema:
    found: Schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return found | ({"description": description} if description else {})


def a_shape(shape: re.Pattern[str], description: str = "") -> Schema:
    """A text the whole of which matches."""
    found: Schema = {"type": "string", "pattern": f"^(?:{shape.pattern})$"}
    return found | ({"description": description} if description else {})


def a_word(words: Sequence[str], description: str = "") -> Schema:
    """One of these words."""
    found: Schema = {"enum": [str(word) for word in words]}
    return found | ({"description": description} if description else {})
