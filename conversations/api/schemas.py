"""The schemas of the API's description: requests, and replies, from the types that are written.

JSON Schema 2020-12, as OpenAPI 3.2 has it.
"""

import msgspec

from conversations.api import request_schemas, wire
from conversations.api.schema_parts import Schema, object_of, or_null, ref


def components() -> dict[str, Schema]:
    """Every schema of the description, by name."""
    return {
        **request_schemas.components(),
        "ChatCompletion": _completion(),
        "ChatCompletionEvent": _event(),
        "ChatCompletionChunk": _chunk(),
        "ToolCall": _answered_tool_call(),
        "Error": _error(),
        **_written(),
    }


def _completion() -> Schema:
    return object_of(
        ("id", "object", "created", "model", "choices", "usage"),
        id={"type": "string", "pattern": "^chatcmpl-"},
        object={"const": "chat.completion"},
        created={"type": "integer"},
        model={"type": "string"},
        choices={"type": "array", "minItems": 1, "items": ref("Choice")},
        usage=ref("Usage"),
    )


def _event() -> Schema:
    content = {"oneOf": [ref("ChatCompletionChunk"), ref("Error")]}
    event: Schema = {
        "type": "string",
        "description": "A chunk, or the error with which the answer ends.",
        "contentMediaType": "application/json",
        "contentSchema": content,
    }
    done: Schema = {"const": "[DONE]", "description": "The answer is complete."}
    return object_of(("data",), data={"anyOf": [done, event]})


def _chunk() -> Schema:
    usage = {"anyOf": [ref("Usage"), {"type": "null"}], "description": "In the last chunk alone."}
    return object_of(
        ("id", "object", "created", "model", "choices"),
        id={"type": "string", "pattern": "^chatcmpl-"},
        object={"const": "chat.completion.chunk"},
        created={"type": "integer"},
        model={"type": "string"},
        choices={"type": "array", "items": ref("ChunkChoice")},
        usage=usage,
    )


def _answered_tool_call() -> Schema:
    function = object_of(
        ("name", "arguments"), name={"type": "string"}, arguments={"type": "string"}
    )
    return object_of(
        ("id", "type", "function"),
        id={"type": "string"},
        type={"const": "function"},
        function=function,
    )


def _error() -> Schema:
    error = object_of(
        ("message", "type", "param", "code"),
        message={"type": "string"},
        type={"type": "string"},
        param=or_null("string", description="The field that it is about."),
        code=or_null("string", description="For programs: docs/api.md lists the codes."),
    )
    return object_of(("error",), error=error)


def _written() -> dict[str, Schema]:
    """The schemas of our own types; every field is required that is never left out."""
    types = (wire.ModelList, wire.Choice, wire.ChunkChoice, wire.Usage, wire.Introduction)
    _refs, found = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    for name, schema in found.items():
        schema["required"] = _always_there(name)
        if text := schema.get("description"):
            schema["description"] = " ".join(text.replace("``", "").split())
    found["Model"]["properties"]["object"] = {"const": "model"}
    found["ModelList"]["properties"]["object"] = {"const": "list"}
    found["Introduction"]["properties"]["object"] = {"const": "api"}
    found["Message"]["properties"]["tool_calls"]["items"] = ref("ToolCall")
    return found


def _always_there(name: str) -> list[str]:
    written = getattr(wire, name)
    if written.__struct_config__.omit_defaults:
        return []
    fields = msgspec.structs.fields(written)
    return [each.encode_name for each in fields if each.default is not msgspec.UNSET]
