"""Keeps a failure of the upstream in the server's own words, for administrators.

Users get a sentence (error_texts.py). The words may name the site's account, its limits or its
servers, so they go into the log and into a field of the generation that only administrators see.
What they repeat of the request is removed first: neither may have the text of a conversation.
"""

import logging
from collections.abc import Iterator

from conversations.generation.prompt import Call
from conversations.generation.run import Run
from conversations.upstream import UpstreamError, without_quotations

logger = logging.getLogger(__name__)


def keep(error: UpstreamError, run: Run, call: Call) -> None:
    """Write one line into the log, and store the words with the run, which ends with them."""
    error.message = without_quotations(error.message, _texts(call))
    run.upstream_words = _words_of(error)
    logger.warning(
        "Generation %s failed: kind=%s provider=%r model=%r status=%s trace_id=%s says=%r",
        run.generation_id,
        error.code,
        call.model.provider.name,
        call.model.name,
        error.status,
        error.trace_id,
        error.message,
    )


def _texts(call: Call) -> Iterator[str]:
    for message in call.request.messages:
        yield message.content
        yield message.reasoning_content or ""
        yield from (tool_call.arguments for tool_call in message.tool_calls)


def _words_of(error: UpstreamError) -> str:
    """Return the status, the server's own words and its id of the request, where there are any."""
    parts = [
        f"HTTP {error.status}" if error.status else "",
        error.message,
        f"trace id {error.trace_id}" if error.trace_id else "",
    ]
    return " · ".join(part for part in parts if part)
