"""Requests in older, misplaced and sloppy forms: on the upstream's wire, and in the answer."""

import json
from typing import Any

import httpx
import pytest

from conversations.upstream import DIALECTS
from tests.api.conftest import Gateway

both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
EMPTY: dict[str, Any] = {"type": "object", "properties": {}}
FUNCTIONS = [{"name": "get_weather", "parameters": EMPTY}, {"name": "get_time"}]


def sent(gateway: Gateway, script: str = "good", **fields: Any) -> tuple[httpx.Response, Any]:
    """The answer to these fields, and the body that the upstream got."""
    answer = gateway.post({**gateway.body(script), **fields})
    assert answer.status_code == 200, answer.text
    return answer, gateway.upstream.calls[-1].body


def refused(gateway: Gateway, **fields: Any) -> str | None:
    """The field that the error names."""
    answer = gateway.post({**gateway.body(), **fields})
    assert (answer.status_code, gateway.upstream.calls) == (400, []), answer.text
    param: str | None = answer.json()["error"]["param"]
    return param


def tool(name: str, **function: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": EMPTY, **function}}


def chunks(answer: httpx.Response) -> list[dict[str, Any]]:
    """The choices of a stream's chunks."""
    lines = [line[6:] for line in answer.text.splitlines() if line.startswith("data: {")]
    return [choice for line in lines for choice in json.loads(line)["choices"]]


# One sloppy tool among many


def test_one_sloppy_tool_does_not_take_the_others_with_it(gateway: Gateway) -> None:
    tools = [tool(f"f{number}") for number in range(40)]
    wrong = {"type": "object", "properties": {"q": {"type": "banana"}, "n": {"type": "integer"}}}
    tools[7] = tool("search", parameters=wrong, strict=True)
    answer, body = sent(gateway, tools=tools, tool_choice="auto")
    assert len(body["tools"]) == 40
    left = {"type": "object", "properties": {"q": {}, "n": {"type": "integer"}}}
    assert body["tools"][7] == tool("search", parameters=left)
    told = "tools[7].function.parameters/properties/q/type search ignored"
    assert answer.headers["x-tool-faults"] == told


@pytest.mark.parametrize(
    "sloppy",
    [
        {"type": "function", "function": {"name": "f"}},
        {"type": "function", "function": {"name": "f", "parameters": None}},
        {"type": "function", "function": {"name": "f", "parameters": {}}},
        {"type": "function", "function": {"name": "f", "parameters": []}},
        {"type": "function", "function": {"name": "f", "parameters": {"properties": {}}}},
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}},
        {"type": "function", "function": {"name": "f", "parameters": {"type": ["object", "null"]}}},
        {"function": {"name": "f"}},
        {"type": "function", "name": "f", "parameters": EMPTY},
        {"name": "f", "input_schema": EMPTY},
        {"name": "f", "inputSchema": EMPTY},
        {"name": "f", "parameters": None, "inputSchema": EMPTY},
        {"name": "f", "parameters": '{"type": "object", "properties": {}}'},
        {"name": "f", "parameters": ""},
    ],
    ids=str,
)
def test_what_is_certainly_meant_is_sent_so_and_needs_no_word(
    gateway: Gateway, sloppy: dict[str, Any]
) -> None:
    answer, body = sent(gateway, tools=[tool("good"), sloppy])
    assert body["tools"] == [tool("good"), tool("f")]
    assert "x-tool-faults" not in answer.headers


LEFT_OUT: list[tuple[Any, str]] = [
    (tool(""), "tools[1].function.name left out"),
    (tool("good"), "tools[1].function.name good left out"),
    ({"type": "function", "function": {"name": 5}}, "tools[1].function.name 5 left out"),
    ({"type": "custom", "name": "für"}, "tools[1].type f?r left out"),
    ({"type": "web_search"}, "tools[1].type left out"),
    ({"type": "custom", "name": "c"}, "tools[1].type c left out"),
    ({"type": "function"}, "tools[1].function left out"),
    ("search", "tools[1] left out"),
    (None, "tools[1] left out"),
]


@pytest.mark.parametrize(("sloppy", "told"), LEFT_OUT, ids=str)
def test_a_tool_that_cannot_be_understood_is_left_out_and_named(
    gateway: Gateway, sloppy: Any, told: str
) -> None:
    answer, body = sent(gateway, tools=[tool("good"), sloppy], parallel_tool_calls=True)
    assert body["tools"] == [tool("good")]
    assert answer.headers["x-tool-faults"] == told


@pytest.mark.parametrize(
    ("function", "told"),
    [
        ({"description": 5}, "description"),
        ({"strict": "yes"}, "strict"),
        ({"parameters": "a string"}, "parameters"),
        ({"parameters": '{"not":' * 400 + "{}" + "}" * 400}, "parameters"),
        ({"parameters": ["a"]}, "parameters"),
    ],
)
def test_a_part_that_cannot_be_understood_is_left_out_alone(
    gateway: Gateway, function: dict[str, Any], told: str
) -> None:
    answer, body = sent(gateway, tools=[tool("f", **function)])
    assert body["tools"] == [tool("f")]
    assert answer.headers["x-tool-faults"] == f"tools[0].function.{told} f ignored"


def test_a_request_without_any_tool_that_can_be_understood_is_refused(gateway: Gateway) -> None:
    assert refused(gateway, tools=[tool(""), {"type": "web_search"}]) == "tools[0].function.name"
    choice = {"type": "function", "function": {"name": "search"}}
    tools = [{"type": "custom", "name": "search"}, tool("f")]
    assert refused(gateway, tools=tools, tool_choice=choice) == "tool_choice"


def test_many_faults_fit_into_a_header(gateway: Gateway) -> None:
    answer, _ = sent(gateway, tools=[tool("f"), *[{"type": "é" * 9, "name": "é" * 30}] * 100])
    assert 1_500 < len(answer.headers["x-tool-faults"]) < 2_100


# Names that not every server takes

ODD = [
    "admin.tools/list",
    "admin.tools.list",
    "admin_tools_list",
    "wetter_für",
    "x" * 80,
    "查询天气",
]


def _plain(name: str) -> bool:
    return name.isascii() and len(name) <= 64 and name.replace("-", "_").isidentifier()


def test_odd_names_are_sent_under_plain_ones_each_under_its_own(gateway: Gateway) -> None:
    answer, body = sent(gateway, tools=[tool(name) for name in ODD])
    names = [each["function"]["name"] for each in body["tools"]]
    assert len(set(names)) == len(ODD)
    assert all(_plain(name) for name in names)
    # A name that every server takes stays as it is, whatever the others become.
    assert names[2] == "admin_tools_list"
    assert "x-tool-faults" not in answer.headers


@both_ways
def test_a_function_is_called_under_the_name_that_the_client_gave(
    gateway: Gateway, stream: bool
) -> None:
    # The scripted server calls get_weather and get_time.
    given = ["get.weather", "get_time"]
    answer, body = sent(gateway, "tools", tools=[tool(name) for name in given], stream=stream)
    assert [each["function"]["name"] for each in body["tools"]] == ["get_weather", "get_time"]
    if stream:
        calls = [call for each in chunks(answer) for call in each["delta"].get("tool_calls", ())]
    else:
        calls = answer.json()["choices"][0]["message"]["tool_calls"]
    names = [name for call in calls if (name := call["function"].get("name"))]
    assert names == given


def test_choices_and_histories_have_the_names_that_the_server_knows(gateway: Gateway) -> None:
    def call(name: str) -> dict[str, Any]:
        return {"id": "c", "type": "function", "function": {"name": name, "arguments": "{}"}}

    history = [
        {"role": "assistant", "tool_calls": [call("a.b"), call("gone.by/now")]},
        {"role": "tool", "tool_call_id": "c", "content": "1"},
    ]
    choice = {"type": "function", "function": {"name": "a.b"}}
    tools = [tool("a.b"), tool("a_b")]
    _, body = sent(gateway, messages=history, tools=tools, tool_choice=choice)
    (sent_name, other) = [each["function"]["name"] for each in body["tools"]]
    assert (other, body["tool_choice"]["function"]["name"]) == ("a_b", sent_name)
    called = [each["function"]["name"] for each in body["messages"][0]["tool_calls"]]
    assert called == [sent_name, "gone_by_now"]


def test_old_functions_keep_their_names_too(gateway: Gateway) -> None:
    answer, _ = sent(gateway, "tools", functions=[{"name": "get.weather"}, {"name": "get_time"}])
    message = answer.json()["choices"][0]["message"]
    assert message["function_call"]["name"] == "get.weather"


# The older form of tools


def test_functions_are_sent_as_tools_and_called_in_their_own_form(gateway: Gateway) -> None:
    answer, body = sent(gateway, "tools", functions=FUNCTIONS, function_call="auto")
    assert body["tools"] == [tool("get_weather"), tool("get_time")]
    assert (body["tool_choice"], body["parallel_tool_calls"]) == ("auto", False)
    assert not {"functions", "function_call"} & body.keys()
    (choice,) = answer.json()["choices"]
    assert choice["finish_reason"] == "function_call"
    assert choice["message"]["function_call"] == {
        "name": "get_weather", "arguments": '{"city": "Paris"}',
    }  # fmt: skip
    assert choice["message"]["content"] is None
    assert "tool_calls" not in choice["message"]


def test_a_stream_calls_functions_in_their_own_form(gateway: Gateway) -> None:
    answer, _ = sent(gateway, "tools", functions=FUNCTIONS, stream=True)
    said = chunks(answer)
    calls = [call for each in said if (call := each["delta"].get("function_call"))]
    assert [each["name"] for each in calls if "name" in each] == ["get_weather"]
    assert "".join(each["arguments"] for each in calls) == '{"city": "Paris"}'
    assert said[-1]["finish_reason"] == "function_call"
    assert not [each for each in said if "tool_calls" in each["delta"]]


def test_a_client_that_asks_with_tools_is_answered_with_tools(gateway: Gateway) -> None:
    answer, _ = sent(gateway, "tools", tools=[tool("get_weather"), tool("get_time")])
    (choice,) = answer.json()["choices"]
    assert (choice["finish_reason"], "function_call" in choice["message"]) == ("tool_calls", False)


@pytest.mark.parametrize(
    ("asked", "sent_choice"),
    [
        ("none", "none"),
        (None, None),
        (
            {"name": "get_time"},
            {"type": "function", "function": {"name": "get_time"}},
        ),
    ],
)
def test_the_choice_among_functions_is_one_among_tools(
    gateway: Gateway, asked: Any, sent_choice: Any
) -> None:
    _, body = sent(gateway, functions=FUNCTIONS, function_call=asked)
    assert body.get("tool_choice") == sent_choice


@both_ways
def test_a_history_of_function_calls_is_one_of_tool_calls(gateway: Gateway, stream: bool) -> None:
    call = {"name": "get_weather", "arguments": '{"city": "Paris"}'}
    history = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": None, "function_call": call},
        {"role": "function", "name": "get_weather", "content": "Sunny."},
        {"role": "assistant", "content": None, "function_call": {**call, "name": "get_time"}},
        {"role": "function", "name": "get_time", "content": "Noon."},
        {"role": "user", "content": "tokens=1"},
    ]
    _, body = sent(gateway, messages=history, stream=stream)
    first, second = body["messages"][1]["tool_calls"][0], body["messages"][3]["tool_calls"][0]
    assert (first["function"], second["function"]["name"]) == (call, "get_time")
    assert body["messages"][2] == {
        "role": "tool", "tool_call_id": first["id"], "content": "Sunny.",
    }  # fmt: skip
    assert body["messages"][4]["tool_call_id"] == second["id"] != first["id"]
    assert "tools" not in body


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"functions": FUNCTIONS, "tools": [tool("f")]}, "functions"),
        ({"functions": {"name": "f"}}, "functions"),
        ({"functions": [{"name": ""}]}, "functions[0].function.name"),
        ({"functions": FUNCTIONS, "function_call": "maybe"}, "function_call"),
        ({"functions": [], "function_call": {"name": "get_time"}}, "function_call"),
        ({"tools": [tool("f")], "function_call": {"name": "f"}}, "function_call"),
        ({"functions": FUNCTIONS, "function_call": {"name": "other"}}, "function_call"),
        (
            {"messages": [{"role": "function", "name": "f", "content": "1"}]},
            "messages[0].name",
        ),
        ({"messages": [{"role": "assistant", "function_call": "f"}]}, "messages[0].function_call"),
    ],
    ids=str,
)
def test_functions_that_cannot_be_understood_are_refused_by_name(
    gateway: Gateway, fields: dict[str, Any], param: str
) -> None:
    assert refused(gateway, **fields) == param


def test_a_refusal_has_the_name_under_which_a_field_was_sent(gateway: Gateway) -> None:
    gateway.model("good", takes_tools=False, parameters={"max_tokens": {"allowed": False}})
    assert refused(gateway, functions=FUNCTIONS) == "functions"
    assert refused(gateway, tools=[tool("f")]) == "tools"
    assert refused(gateway, max_completion_tokens=9) == "max_completion_tokens"
    assert refused(gateway, max_tokens=9) == "max_tokens"


def test_functions_go_to_a_server_that_does_not_know_parallel_calls(gateway: Gateway) -> None:
    gateway.model("good", dialect="siliconflow")
    assert "parallel_tool_calls" not in sent(gateway, functions=FUNCTIONS)[1]


@both_ways
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_client_that_takes_one_call_at_a_time_gets_one_from_every_server(
    gateway: Gateway, dialect: str, stream: bool
) -> None:
    gateway.model("able", dialect=dialect)
    asked = {
        "messages": [{"role": "user", "content": "Ask both."}],
        "tools": [tool("f"), tool("g")],
        "stream": stream,
    }
    calls = called_names(sent(gateway, "able", **asked)[0])
    assert calls == ["f", "g"]
    answer, body = sent(gateway, "able", **asked, parallel_tool_calls=False)
    assert called_names(answer) == ["f"]
    assert body.get("parallel_tool_calls") is (None if dialect == "siliconflow" else False)


def called_names(answer: httpx.Response) -> list[str]:
    """The names of the functions that an answer calls."""
    is_stream = answer.text.startswith("data:")
    choices = chunks(answer) if is_stream else answer.json()["choices"]
    said = [choice["delta" if is_stream else "message"] for choice in choices]
    pieces = [piece for each in said for piece in each.get("tool_calls") or ()]
    return [piece["function"]["name"] for piece in pieces if "name" in piece["function"]]


# Fields in the wrong place


@both_ways
def test_the_fields_of_an_extra_body_are_read_where_they_belong(
    gateway: Gateway, stream: bool
) -> None:
    extra = {"top_k": 5, "chat_template_kwargs": {"a": 1}, "unheard_of": 1}
    answer, body = sent(gateway, stream=stream, extra_body=extra, temperature=1)
    assert (body["top_k"], body["chat_template_kwargs"], body["temperature"]) == (5, {"a": 1}, 1)
    assert "extra_body" not in body
    assert answer.headers["x-ignored-fields"] == "unheard_of"


def test_an_extra_body_is_checked_like_the_body(gateway: Gateway) -> None:
    assert refused(gateway, extra_body={"temperature": "hot"}) == "temperature"
    assert refused(gateway, extra_body="x") == "extra_body"
    assert refused(gateway, extra_body={"n": 2}, n=3) == "extra_body.n"
    assert refused(gateway, extra_body={"mirostat": 2}) == "mirostat"


@both_ways
def test_a_refusal_in_a_history_is_text(gateway: Gateway, stream: bool) -> None:
    history = [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        {"role": "user", "content": "tokens=1"},
    ]
    _, body = sent(gateway, messages=history, stream=stream)
    assert body["messages"][1] == {"role": "assistant", "content": "No."}


@both_ways
def test_a_schema_without_a_name_has_one_upstream(gateway: Gateway, stream: bool) -> None:
    wanted = {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}
    _, body = sent(gateway, response_format=wanted, stream=stream)
    assert body["response_format"]["json_schema"] == {
        "name": "answer", "schema": {"type": "object"},
    }  # fmt: skip
