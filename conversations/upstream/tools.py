"""Functions that a model may call."""

from collections.abc import Mapping
from typing import Any

import msgspec

from .arguments_schema import strict_arguments
from .fields import Fields, InvalidField


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A function that the model may call. ``parameters`` is a JSON schema of an object."""

    name: str
    description: str | None = None
    parameters: Mapping[str, Any]
    strict: bool | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the tool as JSON."""
        function: dict[str, Any] = {"name": self.name, "parameters": dict(self.parameters)}
        if self.description is not None:
            function["description"] = self.description
        if self.strict is not None:
            function["strict"] = self.strict
        return {"type": "function", "function": function}


def read_tool(fields: Fields) -> Tool:
    """Read one tool of a request. Raises InvalidField."""
    if fields.raw("type") != "function":
        raise InvalidField(fields.path("type"), "This kind of tool is unknown.", "function")
    function = fields.object("function")
    if function is None:
        raise InvalidField(fields.path("function"), "The field is missing.", "an object")
    arguments = strict_arguments(function.mapping("parameters") or {})
    description, strict = function.text("description"), function.flag("strict")
    if arguments.remark:
        # The server would hold the model to a schema that is not the whole one.
        description, strict = f"{description or ''}\n{arguments.remark}".strip(), None
    return Tool(
        name=function.required_text("name"),
        description=description,
        parameters=arguments.schema,
        strict=strict,
    )
