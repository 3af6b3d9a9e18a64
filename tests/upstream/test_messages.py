"""Messages of a history as programs send them back, and as a strict server takes them."""

from typing import Any

import pytest

from conversations.upstream import GENERIC, ChatMessage, CompletionRequest, InvalidField, ToolCall

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
        (message,) = sent({"role": role, "content": content, **calls})
        assert message["content"] == text


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
    (with_calls,) = sent({**said, "tool_calls": [CALL]})
    assert (with_calls["content"], with_calls["reasoning_content"]) == ("42", "Hm.")


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
        ("{cut", "{cut"),
    ],
    ids=str,
)
def test_the_arguments_of_a_call_are_a_text(arguments: Any, text: str) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    (message,) = sent({"role": "assistant", "tool_calls": [call]})
    assert message["tool_calls"][0]["function"]["arguments"] == text


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
