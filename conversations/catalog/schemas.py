"""Checks the JSON schemas that users write, before anything is sent."""

from typing import Any

import jsonschema_rs
from django.utils.translation import gettext as _

from conversations.refusal import Refused

# The schema of schemas: a user's schema is validated as a value, and nothing that it refers to is
# fetched.
_SCHEMAS = jsonschema_rs.Draft202012Validator(
    {"$ref": "https://json-schema.org/draft/2020-12/schema"}, validate_formats=True
)


def check_schema(schema: Any, field: str) -> None:
    """Raise :class:`Refused`, with the place of the fault, if ``schema`` is not a JSON schema."""
    try:
        _SCHEMAS.validate(schema)
    except jsonschema_rs.ValidationError as error:
        place = "/".join(str(step) for step in error.instance_path)
        text = _("The schema is wrong at %(place)s: %(fault)s")
        faults = {"place": f"/{place}", "fault": error.message[:200]}
        path = f"{field}/{place}" if place else field
        raise Refused("invalid_schema", text % faults, path) from error


def faults_in(schema: Any) -> list[tuple[str | int, ...]]:
    """Return the places of the faults of ``schema``, the last ones of each list first, so that
    each can be removed in turn."""
    places = {tuple(error.instance_path) for error in _SCHEMAS.iter_errors(schema)}
    return sorted(places, key=lambda place: [str(step).zfill(9) for step in place], reverse=True)


def check_schemas(parameters: dict[str, Any]) -> None:
    """Check every schema in the parameters of a turn: that of the answer and those of tools."""
    response_format = parameters.get("response_format") or {}
    if response_format.get("type") == "json_schema":
        check_schema(response_format["json_schema"]["schema"], "response_format.json_schema.schema")
    for index, tool in enumerate(parameters.get("tools") or ()):
        field = f"tools[{index}].function.parameters"
        check_schema(tool["function"].get("parameters") or {}, field)
