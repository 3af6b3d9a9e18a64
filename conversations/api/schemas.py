"""The schemas of the API's description: requests, in the ranges that are checked, and replies, from
the types that are written.

JSON Schema 2020-12, as OpenAPI 3.2 has it. A null in a request counts as a field that is missing.
"""

from typing import Any

import msgspec

from conversations.api import wire
from conversations.upstream import (
    MOST_STOP_SEQUENCES,
    MOST_TOOLS,
    PARAMETERS,
    TOOL_CHOICES,
    Parameter,
    Range,
)

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """A reference to one of the description's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def components() -> dict[str, Schema]:
    """Every schema of the description, by name."""
    return {
        "ChatCompletionRequest": _request(),
        "RequestMessage": _message(),
        "RequestToolCall": _tool_call(),
        "Tool": _tool(),
        "ResponseFormat": _response_format(),
        "ChatCompletion": _completion(),
        "ChatCompletionEvent": _event(),
        "ChatCompletionChunk": _chunk(),
        "ToolCall": _answered_tool_call(),
        "Error": _error(),
        **_written(),
    }


def _object(required: tuple[str, ...], **properties: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": properties}


def _or_null(kind: str, **rest: Any) -> Schema:
    return {"type": [kind, "null"], **rest}


def _list_or_null(items: Schema, **rest: Any) -> Schema:
    return _or_null("array", items=items, **rest)


def _request() -> Schema:
    described = _object(
        ("model", "messages"),
        model={"type": "string", "minLength": 1, "description": "A name that /models lists."},
        messages={"type": "array", "minItems": 1, "items": ref("RequestMessage")},
        stream=_or_null("boolean", description="Give the answer in pieces, as it is written."),
        stream_options=_or_null("object", properties={"include_usage": _or_null("boolean")}),
        **(parameters := _parameters()),
        **_aliases(parameters),
        user=_or_null("string", description="Your own identifier of the end user."),
    )
    return described | {
        "description": (
            "A model may have narrower ranges. A number beyond them is moved to the nearest that "
            "the model takes, and a header has it. A field that the model does not take is "
            "refused, as the answer would differ from what was asked for. Unknown fields are left "
            "out or refused, as the site is configured."
        )
    }


def _parameters() -> dict[str, Schema]:
    structured = {
        "stop": _stop(),
        "response_format": {"anyOf": [ref("ResponseFormat"), {"type": "null"}]},
        "tools": _list_or_null(ref("Tool"), maxItems=MOST_TOOLS),
        "tool_choice": _tool_choice(),
        "logit_bias": _logit_bias(),
    }
    return {
        each.name: {"description": each.description, **(structured.get(each.name) or _plain(each))}
        for each in PARAMETERS
    }


def _aliases(parameters: dict[str, Schema]) -> dict[str, Schema]:
    return {
        alias: parameters[each.name] | {"description": f"Another name of {each.name}; it wins."}
        for each in PARAMETERS
        for alias in each.aliases
    }


def _plain(parameter: Parameter) -> Schema:
    """The schema of a parameter that has no reader of its own."""
    if parameter.range is not None:
        return _number(parameter, parameter.range)
    if parameter.kind == "flag":
        return _or_null("boolean")
    if parameter.kind == "choice":
        return {"enum": [*parameter.choices, "", None]}
    return {"type": [*parameter.types, "null"]}


def _number(parameter: Parameter, allowed: Range) -> Schema:
    """The numbers that are accepted: those beyond the range too, if they are moved into it."""
    within: Schema = {"type": parameter.kind}
    low = parameter.least if parameter.moves else allowed.low
    if low is not None:
        within["minimum"] = int(low)
    if not parameter.moves:
        within["maximum"] = int(allowed.high)
    others: list[Schema] = [{"const": int(value)} for value in (*allowed.also, *parameter.off)]
    return {"anyOf": [within, *others, {"type": "null"}]}


def _logit_bias() -> Schema:
    bias: Schema = {"type": "number", "minimum": -100, "maximum": 100}
    return _or_null("object", propertyNames={"pattern": "^[0-9]+$"}, additionalProperties=bias)


def _stop() -> Schema:
    sequence: Schema = {"type": "string"}
    return {"anyOf": [sequence, _list_or_null(sequence, maxItems=MOST_STOP_SEQUENCES)]}


def _message() -> Schema:
    text_part = _object(("type", "text"), type={"const": "text"}, text={"type": "string"})
    content = {"anyOf": [_or_null("string"), {"type": "array", "items": text_part}]}
    return _object(
        ("role",),
        role={"enum": ["system", "developer", "user", "assistant", "tool"]},
        content=content,
        reasoning_content=_or_null("string"),
        tool_calls=_list_or_null(ref("RequestToolCall")),
        tool_call_id=_or_null("string"),
        name=_or_null("string"),
    )


def _tool_call() -> Schema:
    function = _object(("name",), name={"type": "string"}, arguments=_or_null("string"))
    return _object(
        ("id", "function"),
        id={"type": "string"},
        type={"enum": ["function", None]},
        function=function,
    )


def _tool() -> Schema:
    function = _object(
        ("name",),
        name={"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,64}$"},
        description=_or_null("string"),
        parameters=_or_null("object", description="A JSON schema, draft 2020-12."),
        strict=_or_null("boolean"),
    )
    return _object(("type", "function"), type={"const": "function"}, function=function)


def _tool_choice() -> Schema:
    function = _object(("name",), name={"type": "string"})
    named = _object(("type", "function"), type={"const": "function"}, function=function)
    return {
        "anyOf": [{"enum": [*TOOL_CHOICES, None]}, named],
    }


def _response_format() -> Schema:
    free = _object(
        ("type",), type={"enum": ["text", "json_object"]}, json_schema=_or_null("object")
    )
    schema = _object(
        ("schema",), schema={"type": "object", "description": "A JSON schema, draft 2020-12."}
    )
    bound = _object(("type", "json_schema"), type={"const": "json_schema"}, json_schema=schema)
    return {"anyOf": [free, bound]}


def _completion() -> Schema:
    return _object(
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
    return _object(("data",), data={"anyOf": [done, event]})


def _chunk() -> Schema:
    usage = {"anyOf": [ref("Usage"), {"type": "null"}], "description": "In the last chunk alone."}
    return _object(
        ("id", "object", "created", "model", "choices"),
        id={"type": "string", "pattern": "^chatcmpl-"},
        object={"const": "chat.completion.chunk"},
        created={"type": "integer"},
        model={"type": "string"},
        choices={"type": "array", "items": ref("ChunkChoice")},
        usage=usage,
    )


def _answered_tool_call() -> Schema:
    function = _object(("name", "arguments"), name={"type": "string"}, arguments={"type": "string"})
    return _object(
        ("id", "type", "function"),
        id={"type": "string"},
        type={"const": "function"},
        function=function,
    )


def _error() -> Schema:
    error = _object(
        ("message", "type", "param", "code"),
        message={"type": "string"},
        type={"type": "string"},
        param=_or_null("string", description="The field that it is about."),
        code=_or_null("string", description="For programs: docs/api.md lists the codes."),
    )
    return _object(("error",), error=error)


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
