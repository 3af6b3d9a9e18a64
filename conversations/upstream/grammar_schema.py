"""Schemas for servers that make a grammar of them, as llama.cpp does.

They refuse a whole request for one pattern, negation or reference that a grammar cannot express,
and take a schema without a type as one of an object.
"""

import json
from typing import Any

from .arguments_schema import Schema, with_each_schema

_INEXPRESSIBLE = ("pattern", "not")
_SHAPING = frozenset(
    {"$ref", "additionalProperties", "allOf", "anyOf", "const", "enum", "items", "oneOf",
     "prefixItems", "properties", "type"}
)  # fmt: skip
_ANYTHING = ["string", "number", "boolean", "object", "array", "null"]


def for_grammar(schema: Schema) -> Schema:
    """Return the schema with what no grammar expresses as a remark in the description instead."""
    return with_each_schema(schema, _expressible)


def with_grammars(body: Schema) -> Schema:
    """Return the body of a request with its schemas of functions and of the answer like that."""
    made = dict(body)
    if tools := body.get("tools"):
        made["tools"] = [_tool(each) for each in tools]
    wanted = body.get("response_format") or {}
    if isinstance(described := wanted.get("json_schema"), dict):
        schema = for_grammar(described["schema"])
        made["response_format"] = {**wanted, "json_schema": {**described, "schema": schema}}
    return made


def _tool(tool: Schema) -> Schema:
    function = tool["function"]
    return {**tool, "function": {**function, "parameters": for_grammar(function["parameters"])}}


def _expressible(schema: Schema) -> Schema:
    lost = {key: schema[key] for key in _INEXPRESSIBLE if key in schema}
    reference = schema.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        lost["$ref"] = reference
    left: dict[str, Any] = {key: value for key, value in schema.items() if key not in lost}
    if not left.keys() & _SHAPING:
        left["type"] = _ANYTHING
    if lost:
        remarks = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in lost.items()]
        left["description"] = "\n".join(filter(None, [schema.get("description"), *remarks]))
    return left
