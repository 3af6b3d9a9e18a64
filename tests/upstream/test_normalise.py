"""Chunks of many forms become one form: texts, reasons, counts and text that was held back."""

from typing import Any

import pytest

from conversations.upstream import Chunk, ChunkChoice, Delta, Malformed, Usage
from conversations.upstream.normalise import Normaliser


def event(delta: Any = None, finish: Any = None, index: Any = 0, **more: Any) -> dict[str, Any]:
    """Return a decoded chunk with one choice; ``more`` are fields of the choice."""
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish, **more}]}


def fed(*events: Any, mode: Any = "off", choices: int = 3) -> tuple[Normaliser, list[Chunk]]:
    """Return a normaliser of so many answers after these events, and the chunks."""
    normaliser = Normaliser(choices=choices, inline_thinking=mode)
    return normaliser, [normaliser.feed(each) for each in events]


def only(chunk: Chunk | None) -> ChunkChoice:
    """Return the only choice of a chunk."""
    assert chunk is not None
    (choice,) = chunk.choices
    return choice


@pytest.mark.parametrize(
    ("delta", "content", "reasoning"),
    [
        ({"content": "a"}, "a", None),
        ({"content": ""}, None, None),
        ({"content": None, "refusal": "No."}, "No.", None),
        ({"content": "a", "refusal": "No."}, "a", None),
        ({"content": [{"text": "a"}, {"text": 5}, None, "x", {"text": "b"}]}, "a5xb", None),
        ({"content": []}, None, None),
        ({"content": 5}, "5", None),
        ({"content": False}, None, None),
        ({"reasoning_content": "r"}, None, "r"),
        ({"reasoning": "r"}, None, "r"),
        ({"reasoning_content": None, "reasoning": "r"}, None, "r"),
        ({"reasoning_content": "r", "reasoning": "other"}, None, "r"),
        ({"reasoning_content": 5, "reasoning": 5}, None, "5"),
        ({"content": "a\0b"}, "ab", None),
        (None, None, None),
        ("x", "x", None),
    ],
)
def test_text_is_read_in_each_form_that_servers_send(
    delta: Any, content: str | None, reasoning: str | None
) -> None:
    _, (chunk,) = fed(event(delta))
    made = only(chunk).delta
    assert (made.role, made.content, made.reasoning_content) == ("assistant", content, reasoning)
    assert made.tool_calls == ()


def test_a_whole_message_counts_as_the_missing_delta() -> None:
    _, (whole, both) = fed(
        event(None, message={"content": "a"}),
        event({"content": "b"}, message={"content": "c"}),
    )
    assert (only(whole).delta.content, only(both).delta.content) == ("a", "b")


def test_the_role_is_sent_once_for_each_choice() -> None:
    _, chunks = fed(event({"content": "a"}), event({"content": "b"}), event({}, index=1))
    assert [only(chunk).delta.role for chunk in chunks] == ["assistant", None, "assistant"]


@pytest.mark.parametrize("index", [None, True, 1.5, "x", [0]])
def test_a_choice_without_a_number_has_that_of_its_place(index: Any) -> None:
    choices = [{"index": index, "delta": {"content": text}} for text in "ab"]
    normaliser, (chunk,) = fed({"choices": choices})
    assert [(each.index, each.delta.content) for each in chunk.choices] == [(0, "a"), (1, "b")]
    assert normaliser.finish_reasons == {0: None, 1: None}


@pytest.mark.parametrize("indexes", [(1, 2, 1), ("0", "1", "0"), (7, -1, 7), (10**9, "7", 10**9)])
def test_each_of_several_answers_has_one_number_whatever_the_server_calls_it(
    indexes: tuple[Any, ...],
) -> None:
    _, chunks = fed(*(event({"content": "a"}, index=index) for index in indexes), choices=2)
    first, second, third = (only(chunk).index for chunk in chunks)
    assert (first, {first, second}) == (third, {0, 1})


def test_the_text_of_an_answer_too_many_goes_to_the_last() -> None:
    _, chunks = fed(*(event({"content": "a"}, index=index) for index in (0, 1, 2)), choices=2)
    assert [only(chunk).index for chunk in chunks] == [0, 1, 1]


@pytest.mark.parametrize("indexes", [(1, 1), (-1, 128), (10**9, 0), (None, "3"), ("x", 2)])
def test_of_one_answer_the_index_means_nothing(indexes: tuple[Any, ...]) -> None:
    normaliser, chunks = fed(
        *(event({"content": "a"}, index=index) for index in indexes), choices=1
    )
    assert [only(chunk).index for chunk in chunks] == [0, 0]
    assert normaliser.finish_reasons == {0: None}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "An event of the stream is not a JSON object."),
        ({"choices": {}}, None),
        ({"choices": {"a": 1}}, "The choices of a chunk are not a list."),
    ],
)
def test_what_is_no_chunk_is_refused_in_words(value: Any, message: str | None) -> None:
    if message is None:
        assert fed(value)[1][0].choices == ()
        return
    with pytest.raises(Malformed) as refused:
        fed(value)
    assert refused.value.message == message


def test_the_first_id_model_and_time_count() -> None:
    normaliser, chunks = fed(
        {"id": None, "model": 5, "created": True},
        {"id": "", "model": "m\0", "created": -1},
        {"id": "x" * 201, "model": "other", "created": 1 << 53},
        {"id": "other", "created": (1 << 53) - 1},
        {"created": 7},
    )
    assert (normaliser.id, normaliser.model) == ("x" * 200, "m")
    assert normaliser.created == (1 << 53) - 1
    assert [(each.id[:1], each.model) for each in chunks] == [
        ("", ""),
        ("", "m"),
        ("x", "m"),
        ("x", "m"),
        ("x", "m"),
    ]
    assert [each.created for each in chunks] == [0, 0, 0, *[(1 << 53) - 1] * 2]


LOGPROBS = {"content": [{"token": "a", "logprob": -0.5}]}


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (LOGPROBS, LOGPROBS),
        ({}, None),
        (None, None),
        ([1], None),
        ({"content": "\0"}, None),
        ({"content": "\ud800"}, None),
    ],
)
def test_log_probabilities_are_kept_where_they_can_be_stored(value: Any, stored: Any) -> None:
    _, (chunk,) = fed(event({"content": "a"}, logprobs=value))
    assert only(chunk).logprobs == stored


@pytest.mark.parametrize("nothing", ["", "null", "None", None, 5, False])
def test_these_are_no_finish_reasons(nothing: Any) -> None:
    normaliser, (chunk,) = fed(event({"content": "a"}, nothing))
    assert (only(chunk).finish_reason, only(chunk).raw_finish_reason) == (None, None)
    assert normaliser.finish_reasons == {0: None}


def test_a_finish_reason_is_given_once_with_the_servers_own_word() -> None:
    normaliser, chunks = fed(
        event({"content": "a"}, "eos\0" + "x" * 200), event({}, "length"), event({})
    )
    raw = "eos" + "x" * 97
    assert [(only(each).finish_reason, only(each).raw_finish_reason) for each in chunks] == [
        ("stop", raw),
        (None, None),
        (None, None),
    ]
    assert normaliser.finish_reasons == {0: "stop"}


CALL = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("stop", None, "tool_calls"),
        ("length", None, "length"),
        ("length", "tool_calls", "length"),
        ("tool_calls", "stop", "tool_calls"),
    ],
)
def test_calls_end_with_tool_calls_unless_they_were_cut(
    first: str, second: str | None, reason: str
) -> None:
    normaliser, _ = fed(event({"tool_calls": [CALL]}, first), event({}, second))
    assert normaliser.finish_reasons == {0: reason}


def test_of_choices_that_ended_in_any_order_each_has_its_reason() -> None:
    normaliser, _ = fed(
        event({}, "length", 2), event({"content": "a"}, index=0), event({}, "eos", 1)
    )
    assert list(normaliser.finish_reasons.items()) == [(0, None), (1, "stop"), (2, "length")]


def test_the_failure_of_any_choice_is_the_answers_and_its_text_counts() -> None:
    normaliser, chunks = fed(event({"content": "a"}), event({"content": "b"}, "error", 1))
    assert normaliser.failure is not None
    assert normaliser.failure.message == "The server ended the answer with 'error'."
    assert only(chunks[1]).delta.content == "b"
    assert normaliser.finish_reasons == {0: None, 1: None}
    assert fed(event({"content": "a"}, "stop"))[0].failure is None


@pytest.mark.parametrize("ends", ["with a reason", "without"])
def test_what_was_held_back_is_given_at_the_end(ends: str) -> None:
    """Return half a character and half a tag, which more text could complete."""
    normaliser, chunks = fed(
        event({"content": "a<thi"}, index=0),
        event({"reasoning_content": "hm\ud83d"}, index=1),
        event({"content": "b\ud83d"}, index=2),
        mode="tagged",
    )
    text = [(only(each).delta.content, only(each).delta.reasoning_content) for each in chunks]
    assert text == [("a<thi", None), (None, "hm"), ("b", None)]
    if ends == "without":
        last = normaliser.flush()
        assert last is not None
        made = {choice.index: choice.delta for choice in last.choices}
        assert {choice.finish_reason for choice in last.choices} == {None}
    else:
        made = {index: only(normaliser.feed(event({}, "stop", index))).delta for index in (1, 2)}
    assert made == {1: Delta(reasoning_content="\ufffd"), 2: Delta(content="\ufffd")}
    assert normaliser.flush() is None


def test_a_tag_that_was_begun_and_never_ended_is_text() -> None:
    normaliser, (held, *_rest) = fed(event({"content": "<thin"}), mode="tagged")
    assert only(held).delta.content is None
    assert only(normaliser.flush()).delta == Delta(content="<thin")


def test_the_last_chunk_joins_what_it_says_and_what_was_held_back() -> None:
    _, (_, last) = fed(
        event({"content": "<think>r"}),
        event({"content": "</think>a\ud83d", "tool_calls": [CALL]}, "stop"),
        mode="tagged",
    )
    made = only(last).delta
    assert (made.content, made.reasoning_content) == ("a\ufffd", None)
    assert [call.name for call in made.tool_calls] == ["f"]
    _, (both,) = fed(event({"content": "a\ud83d", "reasoning_content": "r\ud83d"}, "stop"))
    assert only(both).delta.content == "a\ufffd"
    assert only(both).delta.reasoning_content == "r\ufffd"
    cut = {**CALL, "function": {"name": "f", "arguments": '"\ud83d'}}
    _, (calls,) = fed(event({"tool_calls": [cut]}, "stop"))
    assert [call.arguments for call in only(calls).delta.tool_calls] == ['"', "\ufffd"]


def counted(prompt: int, completion: int) -> dict[str, Any]:
    return {"usage": {"prompt_tokens": prompt, "completion_tokens": completion}}


def usage(prompt: int, completion: int) -> Usage:
    return Usage(
        prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion
    )


def test_counts_that_come_with_choices_replace_each_other_though_choices_have_ended() -> None:
    normaliser, chunks = fed(
        event({"content": "a"}, "stop", 0),
        {**event({"content": "b"}, None, 1), **counted(10, 5)},
        event({}, "stop", 1),
        {**event({}, None, 1), **counted(10, 12)},
    )
    assert normaliser.usage == usage(10, 12)
    assert [each.usage for each in chunks] == [None, usage(10, 5), None, usage(10, 12)]


def test_counts_of_their_own_behind_each_choice_add_up() -> None:
    normaliser, _ = fed(
        event({"content": "a"}, "stop", 0),
        {"choices": [], **counted(10, 5)},
        event({"content": "b"}, "stop", 1),
        {"choices": [], **counted(10, 7)},
    )
    assert normaliser.usage == usage(10, 12)


def test_one_count_behind_all_choices_is_of_them_all() -> None:
    normaliser, _ = fed(
        event({"content": "a"}, "stop", 0),
        event({"content": "b"}, "stop", 1),
        {"choices": [], **counted(10, 12)},
        {"choices": [], **counted(10, 12)},
    )
    assert normaliser.usage == usage(10, 12)


def test_counts_within_each_choice_add_up() -> None:
    normaliser, chunks = fed(
        event({"content": "a"}, "stop", 0, **counted(10, 5)),
        event({"content": "b"}, "stop", 1, **counted(10, 3)),
        event({}, None, 1, **counted(10, 7)),
        choices=2,
    )
    assert [each.usage for each in chunks] == [usage(10, 5), usage(10, 8), usage(10, 12)]
    assert normaliser.usage == usage(10, 12)


def test_counts_within_one_choice_replace_each_other_whatever_its_index() -> None:
    normaliser, _ = fed(
        *(event({"content": "a"}, index=index, **counted(10, 5 + index)) for index in (0, 1)),
        choices=1,
    )
    assert normaliser.usage == usage(10, 6)
