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
    if isinstance(guide := parameters.get("guided_json"), dict):
        check_schema(guide, "guided_json")
    for index, tool in enumerate(parameters.get("tools") or ()):
        field = f"tools[{index}].function.parameters"
        schema = tool["function"].get("parameters") or {}
        check_schema(schema, field)
        _check_describes_object(schema, f"{field}/type")


def _check_describes_object(schema: dict[str, Any], field: str) -> None:
    """Arguments are an object: servers refuse a request for a function that takes anything else."""
    kinds = schema.get("type", "object")
    if "object" not in (kinds if isinstance(kinds, list) else [kinds]):
        text = _("The arguments of a function are an object: its schema has the type “object”.")
        raise Refused("invalid_schema", text, field)
