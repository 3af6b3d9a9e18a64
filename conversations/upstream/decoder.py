"""Decodes the bytes of a completion stream into Chunks; does no input or output."""

from contextlib import suppress

from .bounds import Caps
from .dialects import InlineThinking
from .error_responses import ErrorReader
from .errors import EmptyAnswer, Malformed, NotAStream, TooLarge, Truncated, UpstreamError
from .event_reader import EventReader, has_choices
from .loose_json import parse
from .normalise import Normaliser
from .sse import SSEDecoder

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
        functions: frozenset[str] = frozenset(),
    ) -> None:
        self.failure: UpstreamError | None = None
        self.over = False
        self.normaliser = Normaliser(
            choices=choices, inline_thinking=inline_thinking, functions=functions
        )
        self._error_reader = error_reader or ErrorReader()
        self._caps = caps or Caps()
        self._expected_choices = choices
        self._reader = EventReader(self.normaliser, self._error_reader, self._caps.answer)
        self.chunks = self._reader.chunks
        self._events = SSEDecoder(line_cap=self._caps.line, event_cap=self._caps.event)
        self._has_events = False
        self._form: str | None = None
        self._body = bytearray()
        self._wire_bytes = 0
        self._is_whole = False

    @property
    def done(self) -> bool:
        """True after [DONE], or a whole JSON body."""
        return self._reader.done or self._is_whole

    @property
    def text_bytes(self) -> int:
        """Bytes of content, reasoning and tool arguments so far."""
        return self._reader.text_bytes

    @property
    def complete(self) -> bool:
        """True if every choice has a finish reason. [DONE] alone is not enough."""
        choices, ended = self.normaliser.number_of_choices, self.normaliser.ended
        return 0 < ended == choices and (self.done or choices >= self._expected_choices)

    @property
    def has_words(self) -> bool:
        """True once text or a tool call has arrived, or the beginning of a whole answer."""
        return self.text_bytes > 0 or self.normaliser.has_calls or self._form == "json"

    @property
    def is_all_said(self) -> bool:
        """True if the answer is complete, or the server has shown that it had nothing to add.

        What shows it, without a finish reason: a whole JSON body, ``done: true``, or a count of
        tokens behind the text, in an event of its own or the first one. [DONE] and the end of the
        body do not: proxies send them when the server behind them has died.
        """
        # Of several answers each may be counted at its end, before the others end.
        was_closed = self._reader.was_closed and self._expected_choices == 1
        return self._is_whole or was_closed or self.complete

    @property
    def is_counted(self) -> bool:
        """True if nothing can follow: the answer is complete, and a count of its own has come."""
        return self._reader.was_counted and self._expected_choices == 1 and self.complete

    @property
    def writes_on(self) -> bool:
        """True if text has come behind a finish reason of its choice."""
        return self.normaliser.writes_on

    @property
    def skipped(self) -> str:
        """The events that were no chunks, in words without keys and addresses; "" without any."""
        return self._error_reader.redact(str(self._reader.skipped))

    @property
    def has_gap(self) -> bool:
        """True if a part of the answer may be missing: what began as a chunk was broken."""
        return self._reader.skipped.has_gap

    def feed(self, data: bytes) -> None:
        """Decode the next bytes."""
        try:
            self._take(data)
        except UpstreamError as failure:
            self.fail(failure)

    def fail(self, failure: UpstreamError) -> None:
        """End with this failure, unless the stream has ended. What was held back is text too."""
        if not self.over:
            self.failure = failure
            self.over = True
            with suppress(UpstreamError):
                self._reader.flush()

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
        elif len(self._body) > self._caps.answer:
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
            return
        self._form = "events"
        self._take_events(head)
        self._body.clear()

    def _take_events(self, data: bytes) -> None:
        for event in self._events.feed(data):
            if self.over:
                return
            self._has_events = True
            self._reader.take(event)
            if self._reader.done:
                self.end()

    def _finish(self) -> None:
        if self._form == "json":
            self._take_whole()
        elif not self.done:
            for tail in self._events.flush():
                self._reader.take_tail(tail)
        self._reader.flush()
        self._check_complete()

    def _take_whole(self) -> None:
        try:
            value = parse(bytes(self._body).decode("utf-8", "replace").lstrip("\ufeff"))
        except ValueError:
            self._take_lines()
            return
        if isinstance(value, list) and len(value) == 1:
            (value,) = value
        failure = self._error_reader.from_body(value)
        if failure is None and not has_choices(value):
            raise NotAStream("The server sent JSON that is no completion.")
        if failure is not None and not has_choices(value):
            raise failure
        self._reader.take_value(value)
        self._is_whole = True

    def _take_lines(self) -> None:
        """Take a body that is no JSON as lines of JSON, which some servers send for a stream."""
        for event in self._events.feed(bytes(self._body)) + self._events.flush():
            self._reader.take_tail(event)

    def _check_complete(self) -> None:
        """Raise unless the completion is complete: a clean end of the bytes proves nothing."""
        reader = self._reader
        if self._form == "events" and not self._is_a_stream():
            said = f"The server sent something that is no stream of events. {self._last_words()}"
            raise NotAStream(said.strip())
        if self.skipped and not reader.has_chunks:
            said = f"Nothing in the stream can be read: {self.skipped}. {self._last_words()}"
            raise Malformed(said.strip())
        if self._is_empty() and (self.done or self.complete):
            raise EmptyAnswer("The answer has no content.")
        if not self.is_all_said:
            raise Truncated(f"The answer broke off. {self._last_words()}".strip())

    def _last_words(self) -> str:
        words = self._error_reader.redact(self._reader.skipped.last_words or self._events.stray)
        return f"The server said: {words}" if words else ""

    def _is_a_stream(self) -> bool:
        return self._has_events or self._events.comments > 0 or self.done or self.text_bytes > 0

    def _is_empty(self) -> bool:
        cut = {"length", "content_filter"} & set(self.normaliser.finish_reasons.values())
        return not (self.text_bytes or self.normaliser.has_calls or cut)
