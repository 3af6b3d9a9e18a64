"""The required format of an answer."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from .fields import Fields

RESPONSE_FORMATS = ("text", "json_object", "json_schema")
# OpenAI requires a name, of these characters. It says nothing about the answer, so that one is
# filled in, and other characters are replaced.
DEFAULT_NAME = "answer"
_ODD = re.compile(r"[^a-zA-Z0-9_-]")
_LONGEST_NAME = 64


class ResponseFormat(msgspec.Struct, frozen=True, kw_only=True):
    """The required format of the answer: text, json_object or json_schema."""

    type: str
    json_schema: Mapping[str, Any] | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the format as JSON."""
        if self.json_schema is None:
            return {"type": self.type}
        return {"type": self.type, "json_schema": dict(self.json_schema)}


def read_response_format(fields: Fields) -> ResponseFormat | None:
    """Read ``response_format``; None if there is none. Raises InvalidField.

    Some servers have the schema beside the type, also with the type ``json_object``: both ask for
    the same.
    """
    given = fields.object("response_format")
    if given is None or not given.without():
        return None
    kind = given.required_text("type")
    beside, named = given.mapping("schema"), given.mapping("json_schema")
    if beside is not None and kind == "json_object":
        kind = "json_schema"
    if kind != "json_schema" or beside is named is None:
        return ResponseFormat(type=kind)
    # OpenAI's newer API has all of it beside the type.
    around = {key: given.raw(key) for key in ("name", "description", "strict")}
    described = Fields({**around, "schema": beside, **(named or {})}, "response_format.json_schema")
    return ResponseFormat(type=kind, json_schema=_json_schema(described))


def _json_schema(fields: Fields) -> dict[str, Any]:
    """The schema with its name; keys that no server knows are left out."""
    known = {
        "description": fields.text("description"),
        "schema": fields.mapping("schema"),
        "strict": fields.flag("strict"),
    }
    given = {name: value for name, value in known.items() if value is not None}
    return {"name": _name(fields.text("name")), **given}


def _name(name: str | None) -> str:
    return _ODD.sub("_", name or "")[:_LONGEST_NAME] or DEFAULT_NAME
