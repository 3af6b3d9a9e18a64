"""Error responses of servers, and the errors that they become."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from conversations.upstream import (
    SILICONFLOW,
    ContextOverflow,
    RateLimited,
    UpstreamError,
)
from conversations.upstream.error_responses import ErrorReader
from conversations.upstream.retry_after import retry_after

READER = ErrorReader(SILICONFLOW)
LIMITED = "Request was rejected due to rate limiting. Details:{} limit reached."


def read(status: int, body: Any, **headers: str) -> UpstreamError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return READER.from_response(status, named, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "body", "code", "message"),
    [
        (400, {"code": 20012, "message": "No model.", "data": None}, "unknown_model", "No model."),
        (400, {"code": 20015, "message": "Bad."}, "refused", "Bad."),
        (401, "Invalid token", "unauthorised", "Invalid token"),
        (401, {"code": 30014, "message": "Token."}, "unauthorised", "Token."),
        (403, "Forbidden", "forbidden", "Forbidden"),
        (403, {"code": 30001, "message": "No balance."}, "out_of_balance", "No balance."),
        (403, {"code": 30003, "message": "Off-line."}, "unknown_model", "Off-line."),
        (403, {"code": 30011, "message": "Paid."}, "forbidden", "Paid."),
        (404, "404 page not found", "refused", "404 page not found"),
        (413, {"code": 20042, "message": "Large."}, "refused", "Large."),
        (429, {"message": "Slow.", "data": "string"}, "rate_limited", "Slow."),
        (451, {"code": 20021, "message": "NSFW"}, "content_policy", "NSFW"),
        (500, {"code": 60000, "message": "Broken."}, "failed", "Broken."),
        (503, {"code": 50505, "message": "Overloaded."}, "overloaded", "Overloaded."),
        (503, {"code": 50508, "message": "Busy."}, "overloaded", "Busy."),
        (504, "Timeout", "overloaded", "Timeout"),
        (404, {"error": {"message": "No model x", "code": None}}, "unknown_model", "No model x"),
        (
            429,
            {"error": {"message": "Pay.", "code": "insufficient_quota"}},
            "out_of_balance",
            "Pay.",
        ),
        (503, {"error": {"message": "Loading model", "code": 503}}, "overloaded", "Loading model"),
        (
            400,
            {"error": {"message": "Pay what you owe.", "code": "Arrearage"}},
            "out_of_balance",
            "Pay what you owe.",
        ),
        (400, {"error": "a word"}, "refused", "a word"),
        (400, {"object": "error", "message": "vLLM."}, "refused", "vLLM."),
        (422, {"detail": "FastAPI."}, "refused", "FastAPI."),
        (
            422,
            {"detail": [{"loc": ["body", "messages", 2, "name"], "msg": "Forbidden", "input": 5}]},
            "refused",
            "messages.2.name: Forbidden",
        ),
        (
            422,
            {"object": "error", "message": {"detail": [{"loc": ["body", "seed"], "msg": "No."}]}},
            "refused",
            "seed: No.",
        ),
        (418, 5, "refused", ""),
        (500, None, "failed", ""),
    ],
)
def test_each_shape_of_error_is_read(status: int, body: Any, code: str, message: str) -> None:
    error = read(status, body)
    assert (error.code, error.message, error.status) == (code, message, status)


@pytest.mark.parametrize(
    ("raw", "code", "message"),
    [
        ("x is slow. Wait.", "refused", "Provider returned error: x is slow. Wait."),
        (
            json.dumps({"error": {"message": "maximum context length is 9 tokens"}}),
            "context_overflow",
            "Provider returned error: maximum context length is 9 tokens",
        ),
        ({"detail": "Gone."}, "refused", "Provider returned error: Gone."),
        (None, "refused", "Provider returned error"),
        (5, "refused", "Provider returned error"),
    ],
)
def test_what_a_server_behind_the_server_says_is_read(raw: Any, code: str, message: str) -> None:
    said = {"message": "Provider returned error", "code": 400, "metadata": {"raw": raw}}
    error = read(400, {"error": said})
    assert (error.code, error.message) == (code, message)


@pytest.mark.parametrize("before", ["", ": wait\n\n", "event: error\n"])
def test_the_error_of_a_request_may_be_an_event(before: str) -> None:
    said = {"error": {"message": "Pay.\u2028Now.", "code": "insufficient_quota"}}
    text = f"{before}data: {json.dumps(said, ensure_ascii=False)}\r\n\r\ndata: [DONE]\r\n\r\n"
    error = READER.from_response(400, {}, text.encode())
    assert (error.code, error.message) == ("out_of_balance", "Pay. Now.")


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (403, "Sorry, your account balance is insufficient", "out_of_balance"),
        (403, "Sorry, your balance is not enough", "out_of_balance"),
        (400, "Your credit balance is too low to access the API.", "out_of_balance"),
        (429, "Your account is suspended due to insufficient balance", "out_of_balance"),
        (429, "You exceeded your current quota, please check your plan.", "out_of_balance"),
        (403, "账户余额不足", "out_of_balance"),
        (429, "Requests have exceeded the call rate limit of your tier", "rate_limited"),
        (429, "Quota exceeded for requests_per_base_model", "rate_limited"),
        (403, "Too many requests per minute", "rate_limited"),
        (400, "Input data may contain inappropriate content.", "content_policy"),
        (403, "The input was flagged by moderation", "content_policy"),
        (400, "The response was filtered due to the content management policy", "content_policy"),
        (400, "API key not valid. Please pass a valid API key.", "unauthorised"),
        (400, "Incorrect API key provided", "unauthorised"),
        (400, "The model `x/y-1` does not exist", "unknown_model"),
        (400, "Model Not Exist", "unknown_model"),
        # Words that are about a parameter.
        (400, "Unknown field: 'credits'", "refused"),
        (400, "Invalid value for balance: must be a number", "refused"),
        (400, "The model does not take tools", "refused"),
        (403, "You may not use this region", "forbidden"),
    ],
)
def test_a_refusal_is_classed_by_its_words_whatever_its_status(
    status: int, message: str, code: str
) -> None:
    error = ErrorReader().from_response(
        status, {}, json.dumps({"error": {"message": message}}).encode()
    )
    assert error.code == code


@pytest.mark.parametrize(
    ("code", "retryable"),
    [(400, False), (401, False), (403, False), (429, True), (500, True), (503, True), (504, True)],
)
def test_only_what_may_pass_is_retryable(code: int, retryable: bool) -> None:
    assert read(code, {}).retryable == retryable


@pytest.mark.parametrize(
    ("message", "counts"),
    [
        (
            "number of input tokens (300030) has exceeded max_prompt_tokens (98304) limit.",
            (300030, 98304),
        ),
        (
            "length of prompt_tokens (235121) must be less than max_seq_len (65536).",
            (235121, 65536),
        ),
        ("The input has exceeded max_seq_len (131072) limit", (None, 131072)),
    ],
)
def test_a_prompt_that_is_too_long_is_reported_with_its_numbers(
    message: str, counts: tuple[int | None, int]
) -> None:
    error = read(400, {"code": 20015, "message": message, "data": None})
    assert isinstance(error, ContextOverflow)
    assert (error.prompt_tokens, error.limit) == counts


def test_a_prompt_too_long_for_llama_is_reported_from_its_own_fields() -> None:
    body = {"type": "exceed_context_size_error", "n_prompt_tokens": 3031, "n_ctx": 2048}
    error = read(400, {"error": {"code": 400, "message": "request (3031 tokens)", **body}})
    assert isinstance(error, ContextOverflow)
    assert (error.prompt_tokens, error.limit) == (3031, 2048)


def test_too_many_tokens_asked_for_are_no_overflow_of_the_prompt() -> None:
    message = "max_tokens (8192) have exceeded max_seq_len (8192) limit."
    assert read(400, {"code": 20015, "message": message}).code == "refused"


@pytest.mark.parametrize(
    ("which", "retryable"),
    [("RPM", True), ("TPM", True), ("RPH", True), ("IPM", True), ("RPD", False), ("TPD", False)],
)
def test_a_rate_limit_is_named_and_one_per_day_not_worth_a_retry(
    which: str, retryable: bool
) -> None:
    error = read(429, {"message": LIMITED.format(which), "data": "string"})
    assert isinstance(error, RateLimited)
    assert (error.which, error.retryable) == (which, retryable)


NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Thu, 01 Jan 2026 12:00:07 GMT"}, 7.0),
        ({"retry-after": "Thu, 01 Jan 2026 11:00:00 GMT"}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Thu, 01 Jan 2026 12:00:07 +99999999999999999999"}, None),
        ({"retry-after": "999999999"}, 86400.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


def test_the_trace_id_of_the_server_is_kept() -> None:
    assert read(500, {}, x_siliconcloud_trace_id="t1", x_request_id="r1").trace_id == "t1"
    assert read(500, {}, x_request_id="r1").trace_id == "r1"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("<!DOCTYPE html><html><body>nginx", ""),
        ("<b>Bold</b>\n\twords\0", "Bold words"),
        ("see https://internal:8000/x?k=1 now", "see [address] now"),
        ("key sk-abcdef****wxyz is wrong", "key [key] is wrong"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [key]"),
        ("my-secret-value", "[key]"),
        ("half \ud83d", "half \ufffd"),
    ],
)
def test_a_message_is_plain_text_without_addresses_and_keys(message: str, shown: str) -> None:
    reader = ErrorReader(SILICONFLOW, ("my-secret-value",))
    body = json.dumps({"error": {"message": message}}).encode()
    assert reader.from_response(400, {}, body).message == shown


def test_a_message_has_at_most_2000_characters() -> None:
    assert len(read(400, "x" * 5000).message) == 2000


@pytest.mark.parametrize(
    "event",
    [
        {"error": {"message": "Broken."}},
        {"error": "Broken."},
        {"object": "error", "message": "Broken."},
        {"code": 50500, "message": "Broken."},
        {"choices": [{"index": 0, "delta": {}}], "error": {"message": "Broken."}},
        {"choices": [{"index": 0, "delta": {"error": {"code": 0, "message": "Broken."}}}]},
    ],
)
def test_an_error_within_a_stream_is_found(event: Any) -> None:
    error = READER.from_event(event)
    assert error is not None
    assert (error.code, error.message) == ("failed", "Broken.")


@pytest.mark.parametrize(
    "event",
    [
        {"choices": []},
        {"choices": [], "error": None},
        {"usage": {}},
        {"id": "x", "choices": [], "code": 0, "message": ""},
    ],
)
def test_an_ordinary_event_is_no_error(event: Any) -> None:
    assert READER.from_event(event) is None


@pytest.mark.parametrize(
    "event",
    [
        {"choices": [], "details": {"latency": 3}},
        {"choices": [], "usage": {"total_tokens": 3}, "message": "success"},
        {"message": {"role": "assistant", "content": "Hi"}, "done": False},
        {"message": "pong"},
        {"message": "2 before you", "status": "queued"},
        {"code": 20000, "message": "OK", "data": {"name": "a"}},
        {"data": [{"id": "m"}], "message": "The models"},
        {"error": {}, "errors": [], "err": ""},
        {"choices": [{"delta": {"content": "a"}}], "error": {"code": 0, "message": "success"}},
        {"choices": [{"delta": {}, "error": {"code": "", "message": None}}]},
        {"base_resp": {"status_code": 0, "status_msg": "success"}},
        {"success": True},
        {},
    ],
)
def test_a_report_of_progress_a_count_or_a_list_is_no_error(event: Any) -> None:
    assert READER.from_event(event) is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Rate limit reached for requests", "rate_limited"),
        ("You exceeded your current quota", "out_of_balance"),
        ("Your credit balance is too low", "out_of_balance"),
        ("Service temporarily unavailable", "overloaded"),
        ("All workers are busy, please try again later", "overloaded"),
        ("This model's maximum context length is 4096 tokens", "context_overflow"),
        ("The response was blocked by the content filter", "content_policy"),
        ("Incorrect API key provided", "unauthorised"),
        ("The model `m` does not exist", "unknown_model"),
        ("invalid_request_error: temperature", "refused"),
        ("CUDA out of memory", "failed"),
    ],
)
def test_without_a_status_the_words_say_what_kind_of_fault_it_is(words: str, code: str) -> None:
    for value in (words, {"message": words}, {"error": words}, {"error": {"message": words}}):
        error = READER.from_value(value)
        assert (error.code, error.message) == (code, words)
    assert read(500, {"error": {"message": words}}).code == code
