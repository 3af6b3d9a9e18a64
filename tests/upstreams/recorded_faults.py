"""Recordings of answers that break, in every shape of an error."""

from .recorded import (
    DONE,
    HEAD,
    OPEN,
    Recording,
    Right,
    chunk,
    ended,
    event,
    in_one,
    said,
    streamed,
    usage,
    whole,
)

PART = "Par"


def fault(code: str, says: str, *steps: bytes) -> Recording:
    """Return an answer that breaks with these events."""
    return streamed(Right(PART, code=code, says=says), said(PART), *steps)


SAYS_QUOTA = {"message": "quota used up", "type": "server_error"}
FAULTS = {
    "event error": fault("out_of_balance", "quota used up", event(SAYS_QUOTA, "error"), DONE),
    "event error in words": fault("failed", "boom", event("boom", "error"), DONE),
    "event error null": fault("failed", "", event("null", "error"), DONE),
    "event error alone": fault("failed", "", b"event: error\n\n", DONE),
    "event error open": fault("overloaded", "busy", event({"msg": "busy"}, "server_error"), OPEN),
    "event error and bare JSON": fault(
        "out_of_balance", "quota used up", b"event: error\n" + event(SAYS_QUOTA)[6:]
    ),
    "no blank line before it": streamed(
        Right(PART, code="overloaded", says="busy"),
        said(PART).rstrip() + b'\n{"error": {"message": "busy"}}\n',
    ),
    "event failed": fault("failed", "x", event({"response": 1, "reason": "x"}, "response.failed")),
    "detail": fault("failed", "out of memory", event({"detail": "out of memory"}), DONE),
    "detail list": fault("failed", "bad", event({"detail": [{"loc": [], "msg": "bad"}]}), DONE),
    "message": fault("overloaded", "overloaded", event({"message": "We are overloaded"}), DONE),
    "error in words": fault("overloaded", "busy", event({"error": "all busy"})),
    "error object": fault(
        "rate_limited", "slow", event({"error": {"message": "slow", "code": 429}}), DONE
    ),
    "error list": fault("failed", "x; y", event({"errors": [{"message": "x"}, "y"]}), DONE),
    "error in a list": fault(
        "rate_limited",
        "Quota exceeded per minute",
        event([{"error": {"code": 429, "message": "Quota exceeded per minute"}}]),
    ),
    "error without choices": fault(
        "failed", "died", event({"choices": [], "error": {"message": "died"}}), DONE
    ),
    "object error": fault("failed", "dead", event({"object": "error", "message": "dead"}), DONE),
    "type error": fault("overloaded", "Overloaded", event({"type": "error", "error": {
        "type": "overloaded_error", "message": "Overloaded"}})),
    "code alone": fault("failed", "1302", event({"code": 1302})),
    "problem": fault("rate_limited", "Slow", event({"title": "Slow down", "status": 429}), DONE),
    "not a success": fault("failed", "why", event({"success": False, "info": "why"}), DONE),
    "base response": fault("out_of_balance", "balance", event({
        "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}})),
    "bare JSON": fault("overloaded", "busy", b'{"error": {"message": "busy"}}\n\n', DONE),
    "bare JSON at the end": fault("failed", "out of", b'{"detail": "out of memory"}'),
    "words and the end": fault(
        "truncated", "disconnect", event("upstream connect error or disconnect"), DONE
    ),
    "words in brackets": fault("failed", "worker died", event("[ERROR] worker died"), DONE),
    "plain words": fault("failed", "CUDA", event("RuntimeError: CUDA error"), DONE),
    "busy in Chinese": fault("overloaded", "访问量过大", event({"error": {
        "code": "1305", "message": "该模型当前访问量过大，请您稍后再试"}})),
    "error behind an error": fault("overloaded", "worker vanished", event({"error": {
        "message": "Provider returned error", "code": 502,
        "metadata": {"raw": {"error": {"message": "worker vanished"}}}}})),
    "too long": fault(
        "context_overflow", "maximum", event({"message": "maximum context length is 9 tokens"})
    ),
    "policy": fault("content_policy", "flagged", event({"detail": "Your text was flagged."})),
    "choice error": streamed(
        Right(PART, code="overloaded", says="worker limit reached"),
        said(PART),
        ended("error", error={"code": 502, "message": "worker limit reached"}),
        DONE,
    ),
    "choice error with text": streamed(
        Right("Paris", code="failed", says="gone"),
        said(PART),
        event(chunk({"content": "is"}, "stop", error={"message": "gone"})),
        DONE,
    ),
    "finish error": fault("failed", "error", ended("error"), DONE),
    "finish failed": fault("failed", "network_error", ended("network_error"), DONE),
    "finish abort": fault("truncated", "abort", ended("abort"), DONE),
    "finish abort with a message": fault("truncated", "waiting queue", ended(
        {"type": "abort", "message": "Abort in waiting queue"}), DONE),
    "finish cancel": fault("truncated", "USER_CANCEL", ended("USER_CANCEL"), DONE),
    "finish disconnect": fault("truncated", "disconnect", ended("client_disconnect"), DONE),
    "finish malformed": fault(
        "malformed", "", ended("function_call_filter: MALFORMED_FUNCTION_CALL"), DONE
    ),
    "finish rate": fault("failed", "rate_limit", ended("rate_limit_exceeded"), DONE),
    "overloaded finish": fault("overloaded", "", ended("insufficient_system_resource"), DONE),
    "done without a reason": fault("truncated", "", DONE),
    "end without a reason": fault("truncated", ""),
    "counted in each chunk and cut": streamed(
        Right(PART, code="truncated", usage=(9, 1)),
        event({**chunk({"content": PART}), "usage": usage(9, 1)}),
        DONE,
    ),
    "counted before it was cut": streamed(
        Right(PART, code="truncated", usage=(9, 1)),
        event({**chunk({"role": "assistant"}), "usage": usage(9, 1)}),
        said(PART),
        DONE,
    ),
    "counted all along and cut": streamed(
        Right(PART, code="truncated", usage=(9, 1)),
        event({**chunk({"content": PART}), "usage": usage(9, 1)}),
        event({**chunk({}), "usage": usage(9, 1)}),
        DONE,
    ),
    "fault after the reason": streamed(
        Right(PART, code="failed", says="late"),
        said(PART),
        ended(),
        event({"error": {"message": "late"}}),
    ),
    "in one error": in_one(Right(code="overloaded", says="busy"), {"error": {
        "message": "busy", "code": 503}}),
    "in one detail": in_one(Right(code="failed", says="out of memory"), {
        "detail": "out of memory"}),
    "in one words": in_one(Right(code="unauthorised", says="Invalid token"), "Invalid token"),
    "in one list": in_one(Right(code="rate_limited", says="x"), [{"error": {
        "message": "x", "status": "RESOURCE_EXHAUSTED"}}]),
    "in one choice": in_one(Right(PART, code="overloaded", says="worker"), {
        **HEAD, "choices": [{"index": 0, "message": {"content": PART}, "finish_reason": "error",
        "error": {"code": 502, "message": "worker"}}]}),
    "in one finish": in_one(Right(PART, code="failed"), whole({"content": PART}, "error")),
    "in one without choices": in_one(Right(code="empty_answer"), {**HEAD, "choices": []}),
}  # fmt: skip
