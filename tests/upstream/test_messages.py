"""Messages of a history as programs send them back, and as a strict server takes them."""

from typing import Any

import pytest

from conversations.upstream import (
    GENERIC,
    OPENAI,
    ChatMessage,
    CompletionRequest,
    InvalidField,
    ToolCall,
)

CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def sent(*messages: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    """The messages as the server gets them."""
    asked = CompletionRequest.from_wire({"model": "m", "messages": list(messages), **fields})
    written: list[dict[str, Any]] = asked.to_wire(GENERIC)["messages"]
    return written


TEXTS: list[tuple[Any, str]] = [
    (None, ""),
    ([], ""),
    ("Hi", "Hi"),
    (["Hi", " there"], "Hi there"),
    ([{"type": "text", "text": "Hi"}, {"type": "text", "text": None}], "Hi"),
    ([{"text": "Hi"}], "Hi"),
    ([{"type": "input_text", "text": "Hi"}], "Hi"),
    ([{"type": "output_text", "text": "Hi", "annotations": []}], "Hi"),
    ([{"type": "refusal", "refusal": "No."}], "No."),
    ([{"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}], "Hi"),
    ([{"type": "text", "text": "Hi"}, {"type": "redacted_thinking", "data": "x"}], "Hi"),
]


@pytest.mark.parametrize(("content", "text"), TEXTS, ids=str)
def test_a_part_that_is_text_by_another_name_is_text(content: Any, text: str) -> None:
    for role in ("user", "assistant"):
        calls = {"tool_calls": [CALL]} if role == "assistant" else {}
        assert sent({"role": role, "content": content, **calls})[0]["content"] == text


@pytest.mark.parametrize("kind", ["image_url", "input_image", "input_audio", "file", "", "video"])
def test_a_part_that_is_no_text_is_refused_by_its_place(kind: str) -> None:
    parts = [{"type": "text", "text": "Hi"}, {"type": kind}]
    with pytest.raises(InvalidField, match=r"messages\[0\]\.content\[1\]\.type: .* not supported"):
        sent({"role": "user", "content": parts})


def test_a_refusal_beside_the_content_is_what_was_said() -> None:
    (message,) = sent({"role": "assistant", "content": None, "refusal": "No."})
    assert message == {"role": "assistant", "content": "No."}
    (message,) = sent({"role": "assistant", "content": "Yes.", "refusal": None})
    assert message["content"] == "Yes."


@pytest.mark.parametrize(
    "part",
    [
        {"type": "thinking", "thinking": "Hm.", "signature": "x"},
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        {"type": "reasoning", "text": "Hm."},
    ],
    ids=str,
)
def test_a_thought_in_a_history_goes_back_by_the_rules_for_reasoning(part: dict[str, Any]) -> None:
    said = {"role": "assistant", "content": [part, {"type": "text", "text": "42"}]}
    assert sent(said) == [{"role": "assistant", "content": "42"}]
    with_calls = sent({**said, "tool_calls": [CALL]})[0]
    assert (with_calls["content"], with_calls["reasoning_content"]) == ("42", "Hm.")


@pytest.mark.parametrize(
    "said",
    [
        {"reasoning_content": "Hm."},
        {"reasoning_content": "", "reasoning": "Hm."},
        {"reasoning": "Hm.", "reasoning_details": [{"type": "reasoning.text", "text": "Hm."}]},
        {"reasoning_details": [{"type": "reasoning.text", "text": "Hm."}]},
        {"thinking_blocks": [{"type": "thinking", "thinking": "Hm."}]},
    ],
    ids=str,
)
def test_reasoning_goes_back_under_whichever_name_it_came(said: dict[str, Any]) -> None:
    turn = {"role": "assistant", "content": "", "tool_calls": [CALL], **said}
    assert sent(turn)[0]["reasoning_content"] == "Hm."


def test_reasoning_that_was_empty_goes_back_empty() -> None:
    turn = {"role": "assistant", "content": "", "tool_calls": [CALL], "reasoning_content": ""}
    assert sent(turn)[0]["reasoning_content"] == ""


DATA: list[tuple[Any, str]] = [
    ({"t": 12}, '{"t": 12}'),
    ([{"t": 12}, {"t": "ü"}], '[{"t": 12}, {"t": "ü"}]'),
    ([1, 2], "[1, 2]"),
    (12, "12"),
    (False, "false"),
    (None, ""),
    ([], ""),
    ([{"type": "text", "text": "12 °C"}], "12 °C"),
]


@pytest.mark.parametrize(("content", "text"), DATA, ids=str)
def test_a_result_that_is_data_is_sent_as_its_json(content: Any, text: str) -> None:
    turn = {"role": "assistant", "content": "", "tool_calls": [CALL]}
    result = {"role": "tool", "tool_call_id": "c1", "content": content}
    assert sent(turn, result)[1]["content"] == text


def test_a_part_without_a_text_is_refused_by_its_place() -> None:
    with pytest.raises(InvalidField, match=r"messages\[0\]\.content\[0\]\.type: .* missing"):
        sent({"role": "user", "content": [{"t": 12}]})


def test_only_servers_that_add_to_calls_get_it_back() -> None:
    call = {**CALL, "extra_content": {"google": {"thought_signature": "x"}}}
    asked = {"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}]}
    request = CompletionRequest.from_wire(asked)
    assert request.to_wire(GENERIC)["messages"][0]["tool_calls"] == [call]
    assert request.to_wire(OPENAI)["messages"][0]["tool_calls"] == [CALL]


def test_an_assistant_that_says_nothing_is_left_out() -> None:
    user = {"role": "user", "content": "Hi"}
    for content in (None, "", [], [{"type": "thinking", "thinking": "Hm."}]):
        assert sent(user, {"role": "assistant", "content": content}, user) == [user, user]
    called = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    assert sent(user, called)[1] == {**called, "content": ""}
    # A request without messages is refused as well, so that the last one stays.
    assert len(sent({"role": "assistant", "content": ""})) == 1


def test_an_answer_of_the_page_that_failed_at_once_is_left_out_too() -> None:
    user = ChatMessage(role="user", content="Hi")
    asked = CompletionRequest(model="m", messages=(user, ChatMessage(role="assistant"), user))
    assert [each["role"] for each in asked.to_wire(GENERIC)["messages"]] == ["user", "user"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (None, "{}"),
        ("", "{}"),
        ("{}", "{}"),
        ({}, "{}"),
        ({"x": "é"}, '{"x": "é"}'),
        ('{"a": [1]}', '{"a": [1]}'),
        # What servers could not read as an object is in one, whole.
        ('{"x": "cu', '{"arguments": "{\\"x\\": \\"cu"}'),
        ('{}{"x": 1}', '{"arguments": "{}{\\"x\\": 1}"}'),
        ("{'x': 1}", '{"arguments": "{\'x\': 1}"}'),
        ('{"x": NaN}', '{"arguments": "{\\"x\\": NaN}"}'),
        ("ls -l", '{"arguments": "ls -l"}'),
        ("[1, 2]", '{"arguments": [1, 2]}'),
        ('"x"', '{"arguments": "x"}'),
        ("null", "{}"),
        (" ", "{}"),
        ('{"x": "a\nb\tc"}', '{"x": "a\\nb\\tc"}'),
    ],
    ids=str,
)
def test_the_arguments_of_a_call_are_the_text_of_an_object(arguments: Any, text: str) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    message = sent({"role": "assistant", "tool_calls": [call]})[0]
    assert message["tool_calls"][0]["function"]["arguments"] == text


@pytest.mark.parametrize("levels", [300, 600, 900, 990, 1_500, 100_000])
def test_arguments_of_any_depth_are_sent_as_an_object(levels: int) -> None:
    arguments = "[" * levels + "\n" + "]" * levels
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    said = sent({"role": "assistant", "tool_calls": [call]})[0]
    assert said["tool_calls"][0]["function"]["arguments"].startswith('{"arguments": ')


def test_a_call_that_was_stored_without_arguments_has_an_empty_object() -> None:
    assert ToolCall(id="c", name="f", arguments="").to_wire()["function"]["arguments"] == "{}"


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("Anna", "Anna"),
        ("Anna Müller", "Anna_Müller"),
        ("a/b\\c<d>|e", "a_b_c_d__e"),
        ("小明", "小明"),
        ("line\nbreak", "line_break"),
        ("x" * 100, "x" * 64),
        ("", None),
        (None, None),
    ],
)
def test_a_name_has_the_characters_that_servers_take(name: str | None, taken: str | None) -> None:
    (message,) = sent({"role": "user", "content": "Hi", "name": name})
    assert message.get("name") == taken


def wanted(**response_format: Any) -> Any:
    """The format of an answer as the server gets it."""
    body = {"model": "m", "messages": [], "response_format": response_format}
    return CompletionRequest.from_wire(body).to_wire(GENERIC).get("response_format")


SCHEMA = {"type": "object"}


@pytest.mark.parametrize(
    ("name", "filled_in"),
    [(None, "answer"), ("", "answer"), ("My schema!", "My_schema_"), ("a" * 70, "a" * 64)],
)
def test_a_schema_has_a_name_that_servers_take(name: str | None, filled_in: str) -> None:
    given = {"schema": SCHEMA, "name": name}
    assert wanted(type="json_schema", json_schema=given) == {
        "type": "json_schema", "json_schema": {"name": filled_in, "schema": SCHEMA},
    }  # fmt: skip
    del given["name"]
    sent_name = wanted(type="json_schema", json_schema=given)["json_schema"]["name"]
    assert sent_name == "answer"


def test_a_schema_is_sent_whole_and_nothing_else_of_it() -> None:
    whole = {"name": "s", "description": "A thing.", "schema": SCHEMA, "strict": True}
    given = {**whole, "title": "unknown to every server"}
    assert wanted(type="json_schema", json_schema=given)["json_schema"] == whole


@pytest.mark.parametrize("kind", ["json_object", "json_schema"])
def test_a_schema_beside_the_type_is_the_schema(kind: str) -> None:
    assert wanted(type=kind, schema=SCHEMA) == {
        "type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"), [("name", 5), ("description", 5), ("schema", "x"), ("strict", "yes")]
)
def test_each_part_of_a_schema_is_checked(field: str, value: Any) -> None:
    given = {"name": "s", "schema": SCHEMA, field: value}
    with pytest.raises(InvalidField) as caught:
        wanted(type="json_schema", json_schema=given)
    assert caught.value.field == f"response_format.json_schema.{field}"


def test_a_schema_and_all_that_belongs_to_it_may_stand_beside_the_type() -> None:
    whole = {"name": "s", "description": "A thing.", "schema": SCHEMA, "strict": True}
    assert wanted(type="json_schema", **whole) == {"type": "json_schema", "json_schema": whole}
