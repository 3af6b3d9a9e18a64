"""Reading, checking and writing requests."""

import math
from typing import Any

import msgspec
import pytest

from conversations.upstream import (
    DEFAULT_RANGES,
    GENERIC,
    LLAMACPP,
    OPENAI,
    PARAMETERS,
    SILICONFLOW,
    ChatMessage,
    CompletionRequest,
    InvalidField,
    Parameter,
    Range,
    ToolCall,
    check,
    check_consistency,
    find_invalid,
    fit,
)
from tests.upstream.asking import receive, request, run, upstream

TOOL: dict[str, Any] = {
    "type": "function",
    "function": {"description": "<string>", "name": "f", "parameters": {}, "strict": False},
}
# The request on the service's own page, with a `stop` and a name of the tool.
SEED: dict[str, Any] = {
    "model": "Qwen/QwQ-32B",
    "messages": [{"role": "user", "content": "What opportunities will 2025 bring?"}],
    "stream": False,
    "max_tokens": 512,
    "stop": ["END"],
    "temperature": 0.7,
    "top_p": 0.7,
    "top_k": 50,
    "frequency_penalty": 0.5,
    "n": 1,
    "response_format": {"type": "text"},
    "tools": [TOOL],
}
# Strict servers refuse a function's schema that is not one of an object.
NO_ARGUMENTS = {"type": "object", "properties": {}}


def wire(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "Hi"}], **fields}


def test_every_field_of_the_page_reaches_the_server() -> None:
    async def ask() -> dict[str, Any]:
        async with upstream(dialect=SILICONFLOW) as (server, client):
            await receive(client, CompletionRequest.from_wire({**SEED, "model": "good"}))
            return server.calls[0].body

    streamed = {"stream": True, "stream_options": {"include_usage": True}}
    function = {**TOOL["function"], "parameters": NO_ARGUMENTS}
    tools = [{"type": "function", "function": function}]
    assert run(ask()) == {**SEED, "model": "good", "tools": tools, **streamed}


def test_a_null_stop_and_other_unset_fields_are_not_sent() -> None:
    asked = CompletionRequest.from_wire(wire(stop=None, temperature=None))
    assert asked.to_wire(SILICONFLOW) == wire(stream=False)


def test_further_fields_go_where_the_dialect_has_them() -> None:
    fields = {"min_p": 0.1, "enable_thinking": False, "thinking_budget": 256, "max_tokens": 9}
    asked = CompletionRequest.from_wire(wire(**fields, stream=True))
    assert asked.to_wire(SILICONFLOW) == wire(
        **fields, stream=True, stream_options={"include_usage": True}
    )
    assert asked.to_wire(LLAMACPP) == wire(
        min_p=0.1,
        chat_template_kwargs={"enable_thinking": False},
        thinking_budget_tokens=256,
        max_tokens=9,
        stream=True,
        stream_options={"include_usage": True},
    )
    assert asked.to_wire(OPENAI) == wire(
        max_completion_tokens=9, stream=True, stream_options={"include_usage": True}
    )


def test_another_name_of_a_parameter_is_read_as_its_own_and_wins() -> None:
    assert CompletionRequest.from_wire(wire(max_completion_tokens=7)).max_tokens == 7
    both = CompletionRequest.from_wire(wire(max_completion_tokens=7, max_tokens=900))
    assert both.max_tokens == 7
    assert CompletionRequest.from_wire(wire(repeat_penalty=1.1)).repetition_penalty == 1.1


# What a program sends, and what a server is sent: the same for each way of saying "off".
OFF: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"max_tokens": -1}, {}),
    ({"max_tokens": -1.0}, {}),
    ({"max_completion_tokens": -1}, {}),
    ({"max_tokens": 512.0}, {"max_tokens": 512}),
    ({"n": 1.0, "seed": 7.0, "top_k": 5.0}, {"n": 1, "seed": 7, "top_k": 5}),
    ({"top_p": 0}, {"top_p": 1}),
    ({"top_p": 0.0}, {"top_p": 1}),
    ({"top_k": 0}, {"top_k": -1}),
    ({"top_k": -1}, {"top_k": -1}),
    ({"top_k": -1.0}, {"top_k": -1}),
    ({"repetition_penalty": 0}, {"repetition_penalty": 1}),
    ({"seed": -1}, {}),
    ({"thinking_budget": -1}, {}),
    ({"thinking_budget": 0}, {"enable_thinking": False}),
    ({"thinking_budget": 0.0, "enable_thinking": None}, {"enable_thinking": False}),
    ({"stop": ""}, {}),
    ({"stop": []}, {}),
    ({"stop": [""]}, {}),
    ({"stop": ["", "END"]}, {"stop": ["END"]}),
    ({"tools": []}, {}),
    ({"tools": [], "tool_choice": "auto", "parallel_tool_calls": True}, {}),
    ({"tool_choice": "auto", "parallel_tool_calls": False}, {}),
    ({"tool_choice": "none"}, {}),
    ({"response_format": {}}, {}),
    ({"logprobs": False, "top_logprobs": 3}, {"logprobs": False}),
    ({"top_logprobs": 0}, {}),
    ({"logit_bias": {}, "guided_json": {}, "chat_template_kwargs": {}}, {}),
    ({"reasoning_effort": "", "guided_choice": [], "guided_regex": ""}, {}),
]


@pytest.mark.parametrize(("asked", "sent"), OFF, ids=str)
def test_what_other_servers_take_as_off_is_taken(
    asked: dict[str, Any], sent: dict[str, Any]
) -> None:
    request = CompletionRequest.from_wire(wire(**asked))
    assert find_invalid(request) == []
    check_consistency(request)
    assert request.to_wire(GENERIC) == wire(stream=False, **sent)


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda each: each.name)
def test_null_means_not_set_for_every_parameter(parameter: Parameter) -> None:
    for name in (parameter.name, *parameter.aliases):
        asked = CompletionRequest.from_wire(wire(**{name: None}))
        assert asked.to_wire(GENERIC) == wire(stream=False)


# A number beyond the range, where it is moved to, and in which direction.
MOVED = [
    ("max_tokens", 32_000, 16_384, "lowered"),
    ("max_tokens", 10**30, 16_384, "lowered"),
    ("temperature", 2.5, 2, "lowered"),
    ("top_p", 1.01, 1, "lowered"),
    ("top_k", 1_000, 100, "lowered"),
    ("min_p", 7, 1, "lowered"),
    ("frequency_penalty", 3, 2, "lowered"),
    ("frequency_penalty", -3, -2, "raised"),
    ("presence_penalty", -2.5, -2, "raised"),
    ("repetition_penalty", 9, 2, "lowered"),
    ("top_logprobs", 21, 20, "lowered"),
    ("thinking_budget", 1, 128, "raised"),
    ("thinking_budget", 100_000, 32_768, "lowered"),
]


@pytest.mark.parametrize(("field", "asked", "sent", "direction"), MOVED)
def test_a_number_beyond_its_range_is_moved_to_the_nearest_end(
    field: str, asked: float, sent: float, direction: str
) -> None:
    fitted = fit(request("m", **{field: asked}))
    assert getattr(fitted.request, field) == sent
    assert {"lowered": fitted.lowered, "raised": fitted.raised}[direction] == {field: sent}
    assert find_invalid(fitted.request) == []


def test_no_limit_is_more_than_a_model_with_a_limit_takes() -> None:
    fitted = fit(request("m", top_k=-1), {"top_k": Range(10, 40)})
    assert (fitted.request.top_k, fitted.lowered, fitted.raised) == (40, {"top_k": 40}, {})


def test_a_range_of_one_number_raises_and_lowers_to_it() -> None:
    one = {"temperature": Range(1, 1)}
    assert fit(request("m", temperature=0), one).raised == {"temperature": 1}
    assert fit(request("m", temperature=2), one).lowered == {"temperature": 1}


@pytest.mark.parametrize(("field", "value"), [("n", 21), ("seed", 2**63), ("seed", -(2**64))])
def test_a_number_that_is_no_amount_is_not_moved(field: str, value: int) -> None:
    fitted = fit(request("m", **{field: value}))
    assert (fitted.lowered, fitted.raised) == ({}, {})
    assert [problem.field for problem in find_invalid(fitted.request)] == [field]


def test_a_single_stop_text_is_a_list_of_one() -> None:
    assert CompletionRequest.from_wire(wire(stop="END")).stop == ("END",)


def test_a_developer_message_is_a_system_message_and_text_parts_are_joined() -> None:
    parts = [{"type": "text", "text": "Be "}, {"type": "text", "text": "brief."}]
    asked = CompletionRequest.from_wire(wire(messages=[{"role": "developer", "content": parts}]))
    assert asked.messages == (ChatMessage(role="system", content="Be brief."),)


def test_unknown_keys_of_a_tool_call_go_back_as_they_came() -> None:
    call = {
        "extra_content": {"google": {"thought_signature": "abc"}},
        "id": "c1",
        "type": "function",
        "function": {"name": "f", "arguments": "{}"},
    }
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    sent = CompletionRequest.from_wire(wire(messages=[message])).to_wire(GENERIC)["messages"][0]
    assert sent == {"role": "assistant", "content": "", "tool_calls": [call]}


@pytest.mark.parametrize(
    ("policy", "with_tools", "sent"),
    [
        ("tool_turns", True, True),
        ("tool_turns", False, False),
        ("always", False, True),
        ("never", True, False),
    ],
)
def test_reasoning_goes_back_as_the_dialect_says(policy: str, with_tools: bool, sent: bool) -> None:
    calls = (ToolCall(id="c", name="f", arguments="{}"),) if with_tools else ()
    message = ChatMessage(role="assistant", reasoning_content="Hm.", tool_calls=calls)
    asked = CompletionRequest(model="m", messages=(message,))
    dialect = msgspec.structs.replace(GENERIC, replay_reasoning=policy)
    assert ("reasoning_content" in asked.to_wire(dialect)["messages"][0]) == sent


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_tokens", "12"),
        ("max_tokens", 1.5),
        ("max_tokens", True),
        ("temperature", "hot"),
        ("temperature", False),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("top_p", 10**400),
        ("stream", 1),
        ("stop", 5),
        ("stop", [5]),
        ("n", 1.5),
        ("tools", {}),
        ("tools", ["f"]),
        ("messages", "hi"),
        ("model", None),
        ("response_format", "text"),
        ("tool_choice", 5),
        ("logprobs", 1),
        ("seed", "1"),
        ("user", 5),
        ("stream_options", "yes"),
    ],
)
def test_a_value_of_a_wrong_type_is_refused_by_the_name_of_its_field(
    field: str, value: Any
) -> None:
    with pytest.raises(InvalidField) as caught:
        CompletionRequest.from_wire(wire(**{field: value}))
    assert caught.value.field.partition("[")[0] == field


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"role": "wizard", "content": ""}, "messages[0].role"),
        ({"role": "user", "content": 5}, "messages[0].content"),
        ({"role": "user", "content": [{"type": "image_url"}]}, "messages[0].content[0].type"),
        ({"role": "assistant", "tool_calls": [{"id": "c"}]}, "messages[0].tool_calls[0].function"),
    ],
)
def test_a_fault_within_a_message_is_named_by_its_path(message: Any, field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        CompletionRequest.from_wire(wire(messages=[message]))
    assert caught.value.field == field


@pytest.mark.parametrize("body", [None, [], "x", 5])
def test_a_body_that_is_no_object_is_refused(body: Any) -> None:
    with pytest.raises(InvalidField) as caught:
        CompletionRequest.from_wire(body)
    assert caught.value.field == "body"


RANGES = [
    ("max_tokens", (1, 16384), (0, 16385, -1), "1 to 16384"),
    ("temperature", (0, 2), (-0.1, 2.1), "0 to 2"),
    ("top_p", (0.01, 1), (0, 1.01), "above 0 and up to 1"),
    ("top_k", (-1, 1, 100), (0, -2, 101), "-1 or 1 to 100"),
    ("min_p", (0, 1), (-0.1, 1.1), "0 to 1"),
    ("frequency_penalty", (-2, 2), (-2.1, 2.1), "-2 to 2"),
    ("presence_penalty", (-2, 2), (-2.1, 2.1), "-2 to 2"),
    ("n", (1, 20), (0, 21), "1 to 20"),
    ("top_logprobs", (0, 20), (-1, 21), "0 to 20"),
    ("thinking_budget", (128, 32768), (127, 32769), "128 to 32768"),
]


@pytest.mark.parametrize(("field", "good", "bad", "allowed"), RANGES)
def test_a_number_is_held_to_its_range_and_the_refusal_names_both(
    field: str, good: tuple[float, ...], bad: tuple[float, ...], allowed: str
) -> None:
    for value in good:
        check(request("m", **{field: value}))
    for value in bad:
        with pytest.raises(InvalidField) as caught:
            check(request("m", **{field: value}))
        assert (caught.value.field, caught.value.allowed) == (field, allowed)
        assert field in str(caught.value)
        assert allowed in str(caught.value)


def test_a_model_may_narrow_a_range() -> None:
    ranges = {**DEFAULT_RANGES, "n": Range(1, 1)}
    with pytest.raises(InvalidField, match="n: 2 is out of range"):
        check(request("m", n=2), ranges)


def tool(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"stop": ["1", "2", "3", "4", "5"]}, "stop"),
        ({"messages": []}, "messages"),
        ({"model": ""}, "model"),
        ({"response_format": {"type": "yaml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {}}},
            "response_format.json_schema",
        ),
        ({"tools": [tool("")]}, "tools[0].function.name"),
        ({"tools": [tool("a b")]}, "tools[0].function.name"),
        ({"tools": [tool("a" * 65)]}, "tools[0].function.name"),
        ({"tools": [tool("a"), tool("a")]}, "tools[1].function.name"),
        ({"tools": [tool(f"f{number}") for number in range(129)]}, "tools"),
    ],
)
def test_what_is_out_of_bounds_is_refused_by_the_name_of_its_field(
    fields: dict[str, Any], named: str
) -> None:
    found = find_invalid(CompletionRequest.from_wire(wire(**fields)))
    assert [problem.field for problem in found] == [named]


@pytest.mark.parametrize(
    "fields",
    [
        {"stop": ["1", "2", "3", "4"]},
        {"response_format": {"type": "json_object"}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}},
        {"tools": [tool(f"f_{number}-X") for number in range(128)]},
    ],
)
def test_what_is_just_within_bounds_is_accepted(fields: dict[str, Any]) -> None:
    assert find_invalid(CompletionRequest.from_wire(wire(**fields))) == []


@pytest.mark.parametrize("function", [{"name": "f", "parameters": []}, {"parameters": {}}])
def test_a_tool_needs_a_name_and_an_object_of_parameters(function: dict[str, Any]) -> None:
    with pytest.raises(InvalidField, match=r"tools\[0\].function"):
        CompletionRequest.from_wire(wire(tools=[{"type": "function", "function": function}]))


def test_a_tool_that_is_no_function_is_refused() -> None:
    with pytest.raises(InvalidField, match=r"tools\[0\].type"):
        CompletionRequest.from_wire(wire(tools=[{"type": "web"}]))


def test_all_faults_of_a_request_are_found_at_once() -> None:
    found = find_invalid(request("m", temperature=9, n=99, stop=("",)))
    assert [problem.field for problem in found] == ["stop", "temperature", "n"]
