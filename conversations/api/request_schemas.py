"""The schemas of requests in the API's description, in the ranges that are checked.

A null counts as a field that is missing.
"""

from conversations.api.schema_parts import Schema, list_or_null, object_of, or_null, ref
from conversations.upstream import (
    MOST_STOP_SEQUENCES,
    MOST_TOOLS,
    PARAMETERS,
    TOOL_CHOICES,
    Parameter,
    Range,
)


def components() -> dict[str, Schema]:
    """The schemas of requests, by name."""
    return {
        "ChatCompletionRequest": _request(),
        "RequestMessage": _message(),
        "RequestToolCall": _tool_call(),
        "RequestFunction": _called_function(),
        "Tool": _tool(),
        "ResponseFormat": _response_format(),
    }


def _request() -> Schema:
    described = object_of(
        ("model", "messages"),
        model={"type": "string", "minLength": 1, "description": "A name that /models lists."},
        messages={"type": "array", "minItems": 1, "items": ref("RequestMessage")},
        stream=or_null("boolean", description="Give the answer in pieces, as it is written."),
        stream_options=or_null("object", properties={"include_usage": or_null("boolean")}),
        **(parameters := _parameters()),
        **_aliases(parameters),
        functions=_tools() | {"description": "The older form of tools."},
        function_call=_old_choice(),
        extra_body=or_null("object", description="Its fields are read as if they were beside it."),
        user=or_null("string", description="Your own identifier of the end user."),
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
        "tools": _tools(),
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
        return or_null("boolean")
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
    return or_null("object", propertyNames={"pattern": "^[0-9]+$"}, additionalProperties=bias)


def _stop() -> Schema:
    sequence: Schema = {"type": "string"}
    return {"anyOf": [sequence, list_or_null(sequence, maxItems=MOST_STOP_SEQUENCES)]}


def _message() -> Schema:
    content = {"anyOf": [or_null("string"), {"type": "array", "items": _part()}]}
    return object_of(
        ("role",),
        role={"enum": ["system", "developer", "user", "assistant", "tool", "function"]},
        content=content,
        refusal=or_null("string"),
        reasoning_content=or_null("string"),
        function_call={"anyOf": [ref("RequestFunction"), {"type": "null"}]},
        tool_calls=list_or_null(ref("RequestToolCall")),
        tool_call_id=or_null("string"),
        name=or_null("string"),
    )


def _part() -> Schema:
    texts = object_of(
        (), type={"enum": ["text", "input_text", "output_text", None]}, text=or_null("string")
    )
    refusal = object_of(("type",), type={"const": "refusal"}, refusal=or_null("string"))
    thought = object_of(("type",), type={"enum": ["thinking", "reasoning", "redacted_thinking"]})
    call = object_of(("type",), type={"enum": ["tool_use", "tool_result"]})
    return {"anyOf": [{"type": "string"}, texts, refusal, thought, call]}


def _tool_call() -> Schema:
    return object_of(
        ("id", "function"),
        id={"type": "string"},
        type={"enum": ["function", None]},
        function=ref("RequestFunction"),
    )


def _called_function() -> Schema:
    arguments = {"type": ["string", "object", "null"]}
    return object_of(("name",), name={"type": "string"}, arguments=arguments)


def _tools() -> Schema:
    """Any list: a tool that is no function is left out, and the request refused if none is left."""
    return list_or_null(
        {"anyOf": [ref("Tool"), {"description": "Left out, with a word in a header."}]},
        maxItems=MOST_TOOLS,
    )


def _function() -> Schema:
    return object_of(
        ("name",),
        name={"type": "string", "pattern": "\\S"},
        description=or_null("string"),
        parameters=or_null("object", description="A JSON schema, draft 2020-12."),
        strict=or_null("boolean"),
    )


def _tool() -> Schema:
    return object_of(("type", "function"), type={"const": "function"}, function=_function())


def _old_choice() -> Schema:
    named = object_of(("name",), name={"type": "string"})
    return {"anyOf": [{"enum": ["auto", "none", None]}, named]}


def _tool_choice() -> Schema:
    function = object_of(("name",), name={"type": "string"})
    named = object_of(("type", "function"), type={"const": "function"}, function=function)
    beside = object_of(
        ("type", "name"), type={"enum": ["function", "tool"]}, name={"type": "string"}
    )
    alone = object_of(("type",), type={"enum": [*TOOL_CHOICES, "any"]})
    some = object_of(("type",), type={"const": "allowed_tools"})
    name: Schema = {"type": "string", "description": "The name of one of the tools."}
    return {"anyOf": [{"enum": [*TOOL_CHOICES, "any", "", None]}, named, beside, alone, some, name]}


def _response_format() -> Schema:
    schema: Schema = {"type": "object", "description": "A JSON schema, draft 2020-12."}
    named = object_of(
        ("schema",),
        name=or_null("string", description="One is filled in where it is missing."),
        description=or_null("string"),
        schema=schema,
        strict=or_null("boolean"),
    )
    free = object_of(
        ("type",),
        type={"enum": ["text", "json_object"]},
        json_schema=or_null("object"),
        schema=or_null("object", description="A JSON schema that the object follows."),
    )
    bound = object_of(("type", "json_schema"), type={"const": "json_schema"}, json_schema=named)
    beside = object_of(
        ("type", "schema"),
        type={"const": "json_schema"},
        schema=schema,
        json_schema=or_null("object"),
    )
    return {"anyOf": [free, bound, beside, {"type": "object", "maxProperties": 0}]}
