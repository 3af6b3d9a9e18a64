"""Decodes the bytes of a completion stream into Chunks; does no input or output."""

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .bounds import Caps
from .dialects import InlineThinking
from .error_responses import ErrorReader
from .errors import EmptyAnswer, Malformed, NotAStream, TooLarge, Truncated, UpstreamError
from .loose_json import parse
from .normalise import Normaliser
from .sse import ServerSentEvent, SSEDecoder
from .types import Chunk

_DONE = "[DONE]"
_BOM_AND_SPACE = b"\xef\xbb\xbf \t\r\n"


class StreamDecoder:
    """Decodes one completion stream, whatever format its bytes have.

    Servers that were asked for a stream have been seen to send server-sent events, one whole JSON
    completion, a JSON error or an HTML page, all with status 200 and any content type, so the
    first byte decides. ``chunks`` fills as bytes are fed. An error ends the decoding; it is stored
    in ``failure`` and not raised, so that the chunks before it are not lost.
    """

    def __init__(
        self,
        *,
        error_reader: ErrorReader | None = None,
        caps: Caps | None = None,
        choices: int = 1,
        inline_thinking: InlineThinking = "off",
    ) -> None:
        self.chunks: deque[Chunk] = deque()
        self.failure: UpstreamError | None = None
        self.done = False
        self.over = False
        self.payloads = 0
        self.text_bytes = 0
        self.normaliser = Normaliser(inline_thinking=inline_thinking)
        self._error_reader = error_reader or ErrorReader()
        self._caps = caps or Caps()
        self._expected_choices = choices
        self._events = SSEDecoder(line_cap=self._caps.line, event_cap=self._caps.event)
        self._form: str | None = None
        self._body = bytearray()
        self._wire_bytes = 0
        self._has_calls = False

    @property
    def complete(self) -> bool:
        """True if every choice has a finish reason. [DONE] alone is not enough."""
        reasons = self.normaliser.finish_reasons
        enough = self.done or len(reasons) >= self._expected_choices
        return bool(reasons) and enough and None not in reasons.values()

    @property
    def has_words(self) -> bool:
        """True once text or a tool call has arrived, or the beginning of a whole answer."""
        return self.text_bytes > 0 or self._has_calls or self._form == "json"

    def feed(self, data: bytes) -> None:
        """Decode the next bytes."""
        try:
            self._take(data)
        except UpstreamError as failure:
            self.fail(failure)

    def fail(self, failure: UpstreamError) -> None:
        """End with this failure, unless the stream has ended."""
        if not self.over:
            self.failure = failure
            self.over = True

    def end(self) -> None:
        """End the stream: no more bytes will come. Check that it is complete."""
        if self.over:
            return
        try:
            self._finish()
            self.over = True
        except UpstreamError as failure:
            self.fail(failure)

    def _take(self, data: bytes) -> None:
        self._wire_bytes += len(data)
        if self._wire_bytes > self._caps.wire:
            raise TooLarge("wire", self._caps.wire)
        if self._form == "events":
            self._take_events(data)
            return
        self._body += data
        if self._form is None:
            self._recognise()
            return
        self.payloads += 1
        if len(self._body) > self._caps.answer:
            raise TooLarge("answer", self._caps.answer)

    def _recognise(self) -> None:
        head = bytes(self._body).lstrip(_BOM_AND_SPACE)
        if not head:
            self._body.clear()
            return
        if head.startswith(b"<"):
            raise NotAStream("The server sent a web page instead of an answer.")
        if head[0] in b'{["':
            self._form = "json"
            self.payloads += 1
            return
        self._form = "events"
        self._take_events(head)
        self._body.clear()

    def _take_events(self, data: bytes) -> None:
        for event in self._events.feed(data):
            if self.over:
                return
            self._take_event(event)

    def _take_event(self, event: ServerSentEvent) -> None:
        self.payloads += 1
        if event.data.strip() == _DONE:
            self.done = True
            self.end()
            return
        try:
            value = parse(event.data)
        except ValueError:
            raise Malformed("An event of the stream is not JSON.") from None
        self._take_value(value)

    def _take_value(self, value: object) -> None:
        failure = self._error_reader.from_event(value)
        if failure is None:
            self._add(self.normaliser.feed(value))
            failure = self.normaliser.failure
            if failure is None:
                return
            raise failure
        if _has_choices(value):  # Some servers send the error in a chunk that has text too.
            with suppress(UpstreamError):
                self._add(self.normaliser.feed(value))
        raise failure

    def _add(self, chunk: Chunk) -> None:
        if not chunk.choices and chunk.usage is None:
            return
        self.text_bytes += chunk.text_bytes
        if not self._has_calls:
            self._has_calls = any(choice.delta.tool_calls for choice in chunk.choices)
        if self.text_bytes > self._caps.answer:
            raise TooLarge("answer", self._caps.answer)
        self.chunks.append(chunk)

    def _finish(self) -> None:
        if self._form == "json":
            self._take_whole()
        elif not self.done and any(tail.data.strip() == _DONE for tail in self._events.flush()):
            self.done = True
        rest = self.normaliser.flush()
        if rest is not None:
            self._add(rest)
        self._check_complete()

    def _take_whole(self) -> None:
        self.done = True
        try:
            value = parse(bytes(self._body).decode("utf-8", "replace").lstrip("\ufeff"))
        except ValueError:
            self.done = False
            raise Truncated("The answer broke off.") from None
        failure = self._error_reader.from_event(value)
        if failure is None and not _has_choices(value):
            raise NotAStream("The server sent JSON that is no completion.")
        self._take_value(value)

    def _check_complete(self) -> None:
        """Raise unless the completion is complete: a clean end of the bytes proves nothing."""
        if self._form is not None and not self.payloads and not self._events.comments:
            raise NotAStream("The server sent something that is no stream of events.")
        if not self.done and not self.complete:
            raise Truncated("The answer broke off.")
        cut = {"length", "content_filter"} & set(self.normaliser.finish_reasons.values())
        if not self.text_bytes and not self._has_calls and not cut:
            raise EmptyAnswer("The answer has no content.")


def _has_choices(value: Any) -> bool:
    """Return whether this is a completion or a chunk at all."""
    return isinstance(value, Mapping) and isinstance(value.get("choices"), list)
