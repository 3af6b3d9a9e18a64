"""Decoder for server-sent events; does no input or output.

WHATWG HTML, section 9.2 "Server-sent events". Only CR, LF and CRLF end a line: readers that
follow ``str.splitlines`` also break lines at U+2028 and U+0085, which are legal inside JSON.

Against the standard, an event with a name and no data is given, since it may be called "error", and
so is a line that is a JSON object without ``data:`` before it, since some servers end a stream with
their error as it is. Objects without a blank line between them are events each: in a JSON text no
line break has an object before and behind it. Of ``data: data:`` the second is left out: programs
write the format by hand where their framework writes it around that.
"""

import msgspec

from .errors import TooLarge

_BOM = b"\xef\xbb\xbf"
_FIELDS = frozenset({b"event", b"id", b"retry"})
_MOST_STRAY = 500


class ServerSentEvent(msgspec.Struct, frozen=True):
    """One dispatched event. ``event`` is "message" unless the stream names another type."""

    data: str
    event: str = "message"
    id: str = ""


class SSEDecoder:
    """Turns bytes, cut anywhere, into events.

    ``comments`` counts the comment lines so far: servers send them to keep a connection open.
    ``stray`` is the first line that is nothing of the format: what proxies say in plain words.
    Raises TooLarge for a line or an event over its cap (bytes).
    """

    def __init__(self, *, line_cap: int = 1 << 20, event_cap: int = 8 << 20) -> None:
        self.comments = 0
        self.stray = ""
        self._line_cap = line_cap
        self._event_cap = event_cap
        self._partial = bytearray()
        self._after_cr = False
        self._at_start = True
        self._data: list[str] = []
        self._data_bytes = 0
        self._event = ""
        self._id = ""

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Decode the next bytes and return the events that they complete."""
        if (plain := self._plain(data)) is not None:
            return plain
        if self._after_cr and data:
            self._after_cr = False
            if data[0] == 0x0A:
                data = data[1:]
        events: list[ServerSentEvent] = []
        # Unlike str.splitlines, bytes.splitlines splits at CR, LF and CRLF only.
        for piece in data.splitlines(keepends=True):
            line = self._complete(piece)
            if line is None:
                continue
            events += self._take(line)
        return events

    def _plain(self, data: bytes) -> list[ServerSentEvent] | None:
        """The events of bytes that are whole ones of one object in one line, as nearly all are."""
        is_between = not (self._partial or self._data or self._event or self._after_cr)
        if not is_between or self._at_start or len(data) > self._line_cap:
            return None
        if not (data.startswith(b"data: {") and data.endswith(b"}\n\n")) or b"\r" in data:
            return None
        lines = data[6:-2].split(b"\n\ndata: ")
        if data.count(b"\n") != 2 * len(lines) or not all(line[:1] == b"{" for line in lines):
            return None
        return [ServerSentEvent(line.decode("utf-8", "replace"), id=self._id) for line in lines]

    def flush(self) -> list[ServerSentEvent]:
        """Return the event of an unterminated tail, which the standard says to discard."""
        line, self._partial = bytes(self._partial), bytearray()
        return (self._take(line) if line else []) + self._dispatch()

    def _complete(self, piece: bytes) -> bytes | None:
        if piece[-1] not in b"\r\n":
            self._after_cr = False
            self._partial += piece
            self._check_line(len(self._partial))
            return None
        self._after_cr = piece[-1] == 0x0D
        line = piece.rstrip(b"\r\n")
        if self._partial:
            line = bytes(self._partial) + line
            self._partial.clear()
        self._check_line(len(line))
        return line

    def _check_line(self, length: int) -> None:
        if length > self._line_cap:
            raise TooLarge("line", self._line_cap)

    def _take(self, line: bytes) -> list[ServerSentEvent]:
        """Take a line; return the events that it ends."""
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(_BOM)
        if not line:
            return self._dispatch()
        if line[0] == 0x3A:
            self.comments += 1
            return []
        if line[0] == 0x7B:
            before = self._dispatch() if self._data else []
            return before + self._take_data(line) + self._dispatch()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            return self._take_data(value)
        if name not in _FIELDS:
            self.stray = self.stray or line.decode("utf-8", "replace")[:_MOST_STRAY]
        self._field(name, value)
        return []

    def _take_data(self, value: bytes) -> list[ServerSentEvent]:
        while value.startswith(b"data:"):
            value = value.removeprefix(b"data:").removeprefix(b" ")
        ended = self._dispatch() if self._begins_another(value) else []
        self._data_bytes += len(value)
        if self._data_bytes > self._event_cap:
            raise TooLarge("event", self._event_cap)
        self._data.append(value.decode("utf-8", "replace"))
        return ended

    def _begins_another(self, value: bytes) -> bool:
        """Return whether this data cannot go on with the data before it."""
        return (
            bool(self._data)
            and value.lstrip().startswith((b"{", b"["))
            and self._data[-1].rstrip().endswith("}")
        )

    def _field(self, name: bytes, value: bytes) -> None:
        if name == b"event":
            self._event = value.decode("utf-8", "replace")
        elif name == b"id" and b"\0" not in value:
            self._id = value.decode("utf-8", "replace")

    def _dispatch(self) -> list[ServerSentEvent]:
        data = "\n".join(self._data)
        is_event = bool(data or self._event)
        event = self._event or "message"
        self._data.clear()
        self._data_bytes = 0
        self._event = ""
        return [ServerSentEvent(data, event, self._id)] if is_event else []
