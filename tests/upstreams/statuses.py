"""Scripts of servers that respond with an HTTP status of failure.

400 401 403 403-balance 404-path 413 429 429-later 429-date 429-soon 451 500 502 503 504
429-brief 500-brief 503-brief  with a Retry-After of 10 ms, each time
429-cut, 503-cut      the connection closed within the body, chunked and of a known length
loading               llama.cpp while it loads its model
context, context-llama  the prompt is too long; context-vllm  with the answer that was asked for;
                      context-bare  without numbers; context-half  without the limit
redirect              302 to another host
"""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from .call import Call
from .faults import respond
from .good import Script, good

LIMITED = {
    "message": "Request was rejected due to rate limiting. Details:TPM limit reached.",
    "data": "string",
}
OVERLOADED = {"code": 50505, "message": "Model service overloaded. Please try again later."}
SCRIPTS: dict[str, Script] = {
    "400": respond(400, {"code": 20015, "message": "temperature must be at most 2", "data": None}),
    "401": respond(401, "Api key is invalid"),
    "403": respond(403, "Forbidden"),
    "403-balance": respond(403, {"code": 30001, "message": "Sorry, your balance is not enough"}),
    "404-path": respond(404, "404 page not found"),
    "413": respond(413, {"code": 20042, "message": "The request is too large."}),
    "429": respond(429, LIMITED),
    "429-later": respond(429, LIMITED, {"Retry-After": "30"}),
    "429-brief": respond(429, LIMITED, {"Retry-After": "0.01"}),
    "451": respond(451, {"code": 20021, "message": "NSFW"}),
    "500": respond(500, {"code": 50500, "message": "Unknown error"}),
    "500-brief": respond(500, {"code": 50500, "message": "Unknown error"}, {"Retry-After": "0.01"}),
    "502": respond(502, {"error": "bad gateway"}),
    "503": respond(503, OVERLOADED),
    "503-brief": respond(503, OVERLOADED, {"Retry-After": "0.01"}),
    "504": respond(504, "Gateway timeout"),
    "loading": respond(
        503, {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}
    ),
    "context": respond(
        400,
        {
            "code": 20015,
            "message": "number of input tokens (300030) has exceeded max_prompt_tokens (98304) "
            "limit.",
        },
    ),
    "context-llama": respond(
        400,
        {
            "error": {
                "code": 400,
                "message": "request (3031 tokens) exceeds the available context size",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": 3031,
                "n_ctx": 2048,
            }
        },
    ),
    "context-vllm": respond(
        400,
        {
            "object": "error",
            "message": "This model's maximum context length is 4096 tokens. However, you requested "
            "4200 tokens (200 in the messages, 4000 in the completion). Please reduce the length "
            "of the messages or completion.",
            "type": "BadRequestError",
            "code": 400,
        },
    ),
    "context-bare": respond(413, {"error": {"message": "Input is too long for requested model."}}),
    "context-half": respond(
        400, {"error": "request (3031 tokens) exceeds the available context size"}
    ),
    "redirect": respond(302, {}, {"Location": "https://evil.example/login?next=1"}),
}


async def _limited_until(call: Call) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=60)
    await call.whole(429, LIMITED, {"Retry-After": format_datetime(moment, usegmt=True)})


async def _limited_and_cut(call: Call) -> None:
    await call.head(429, "application/json")
    await call.raw(b'20\r\n{"message": "Slow')
    call.cut()


async def _overloaded_and_cut(call: Call) -> None:
    await call.head(503, "application/json", framing="500")
    await call.write(b'{"message": "Overload')
    call.cut()


async def _limited_briefly(call: Call) -> None:
    if call.server.played["429-soon"] % 2:
        await call.whole(429, LIMITED, {"Retry-After": "0.05"})
    else:
        await good(call)


SCRIPTS |= {
    "429-date": _limited_until,
    "429-cut": _limited_and_cut,
    "503-cut": _overloaded_and_cut,
    "429-soon": _limited_briefly,
}
