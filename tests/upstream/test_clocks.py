"""The clocks of a call, in virtual time: patient with every server that still lives."""

import json

import pytest

from conversations.upstream import Clocks
from tests.upstream.virtual_time import hear

MINUTE = 60.0


def event(delta: dict[str, object], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: %s\n\n" % json.dumps({"choices": [choice]}).encode()


ROLE = event({"role": "assistant", "content": ""})
WORD = event({"content": "At last."})
CALL = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
END = event({}, "stop") + b"data: [DONE]\n\n"
COMMENT, PING = b": processing\n\n", b"event: ping\ndata: {}\n\n"


def every_ten_seconds(sign: bytes, seconds: float) -> list[bytes | float]:
    return [sign, 10.0] * round(seconds / 10)


@pytest.mark.parametrize("sign", [COMMENT, PING, ROLE, b"\n", b":\r\n", b" "])
def test_any_sign_of_life_keeps_an_answer_alive(sign: bytes) -> None:
    heard = hear(*every_ten_seconds(sign, 14 * MINUTE), WORD, END)
    assert (heard.error, heard.text) == (None, "At last.")


def test_comments_for_80_seconds_and_then_the_answer() -> None:
    heard = hear(*every_ten_seconds(COMMENT, 80), WORD, END)
    assert (heard.error, heard.text, heard.seconds) == (None, "At last.", 80)


@pytest.mark.parametrize("minutes", [70 / 60, 4.9])
def test_a_model_may_think_for_minutes_in_silence_before_and_within_its_answer(
    minutes: float,
) -> None:
    silence = minutes * MINUTE
    assert hear(silence, WORD, END).text == "At last."
    assert hear(ROLE, silence, WORD, silence, WORD, END).text == "At last." * 2
    assert hear(event({"reasoning_content": "Hm. "}), silence, WORD, END).text == "Hm. At last."


def test_a_long_prompt_may_be_read_for_minutes_without_any_header() -> None:
    heard = hear(WORD, END, before_headers=14 * MINUTE)
    assert (heard.error, heard.text) == (None, "At last.")


@pytest.mark.parametrize("sign", [COMMENT, ROLE, b"\n", event({"content": ""})])
def test_signs_of_life_without_a_word_end_by_the_clock_to_the_first_word(sign: bytes) -> None:
    heard = hear(*every_ten_seconds(sign, 3600))
    assert (heard.clock, heard.seconds) == ("first_word", 900)


@pytest.mark.parametrize("word", [WORD, event({"reasoning": "Hm."}), event({"tool_calls": [CALL]})])
def test_the_clock_to_the_first_word_ends_with_text_reasoning_or_a_call(word: bytes) -> None:
    assert hear(word, *every_ten_seconds(COMMENT, 30 * MINUTE), END).error is None


def test_a_whole_answer_has_begun_with_its_first_byte() -> None:
    whole = {"choices": [{"message": {"content": "At last."}, "finish_reason": "stop"}]}
    body = json.dumps(whole).encode()
    slow = [part for byte in body for part in (bytes([byte]), 20.0)]
    assert len(body) * 20 > 900
    heard = hear(*slow)
    assert (heard.error, heard.text) == (None, "At last.")


@pytest.mark.parametrize("before", [[], [ROLE], [WORD], [WORD, 10.0, COMMENT]])
def test_silence_after_the_headers_ends_by_its_own_clock(before: list[bytes | float]) -> None:
    heard = hear(*before, 3600.0)
    waited = sum(step for step in before if isinstance(step, float))
    assert (heard.clock, heard.seconds) == ("silent", waited + 300)
    assert heard.text == ("At last." if WORD in before else "")


def test_silence_without_headers_ends_by_the_clock_to_the_first_word() -> None:
    heard = hear(WORD, END, before_headers=3600)
    assert (heard.clock, heard.seconds) == ("first_word", 900)


def test_an_answer_without_end_is_ended_by_the_clock_for_the_whole() -> None:
    heard = hear(*every_ten_seconds(WORD, 7200))
    assert (heard.clock, heard.seconds) == ("total", 3600)


@pytest.mark.parametrize("clock", ["first_word", "silent", "total"])
def test_each_clock_is_set_by_itself(clock: str) -> None:
    steps = {"first_word": [COMMENT, 1.0] * 99, "silent": [WORD, 99.0], "total": [WORD, 1.0] * 99}
    heard = hear(*steps[clock], clocks=Clocks(**{clock: 5.5}))
    assert (heard.clock, heard.seconds) == (clock, 5.5)
    assert str(heard.error) == f"timed_out: The {clock} clock of 5.5 s ran out."


def test_time_that_the_reader_takes_is_not_the_server_s_silence() -> None:
    heard = hear(WORD, 1.0, WORD, 1.0, END, reader_takes=10 * MINUTE)
    assert (heard.error, heard.text) == (None, "At last." * 2)
