"""Functions that a model may call."""

from collections.abc import Mapping
from typing import Any

import msgspec

from .fields import Fields, InvalidField


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A function that the model may call. ``parameters`` is a JSON schema."""

    name: str
    description: str | None = None
    parameters: Mapping[str, Any] = {}
    strict: bool | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the tool as JSON."""
        function: dict[str, Any] = {"name": self.name, "parameters": of_object(self.parameters)}
        if self.description is not None:
            function["description"] = self.description
        if self.strict is not None:
            function["strict"] = self.strict
        return {"type": "function", "function": function}


def of_object(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a function's arguments with what strict servers insist on.

    Arguments are always an object, so that its type may be added and nothing else is ruled out.
    """
    kinds = schema.get("type") or "object"
    if "object" not in (kinds if isinstance(kinds, list) else [kinds]):
        return dict(schema)
    return {**schema, "type": "object", "properties": schema.get("properties") or {}}


def read_tool(fields: Fields) -> Tool:
    """Read one tool of a request. Raises InvalidField."""
    if fields.raw("type") != "function":
        raise InvalidField(fields.path("type"), "This kind of tool is unknown.", "function")
    function = fields.object("function")
    if function is None:
        raise InvalidField(fields.path("function"), "The field is missing.", "an object")
    return Tool(
        name=function.required_text("name"),
        description=function.text("description"),
        parameters=function.mapping("parameters") or {},
        strict=function.flag("strict"),
    )
