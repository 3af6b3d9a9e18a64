"""The decoder of server-sent events, with the rules and examples of the standard."""

import pytest

from conversations.upstream import ServerSentEvent, SSEDecoder, TooLarge


def decode(data: bytes) -> list[tuple[str, str]]:
    return [(event.event, event.data) for event in SSEDecoder().feed(data)]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_lf_cr_and_crlf_end_a_line(end: bytes) -> None:
    data = b"data: a" + end + b"data: b" + end + end + b"data: c" + end + end
    assert decode(data) == [("message", "a\nb"), ("message", "c")]


@pytest.mark.parametrize("other", ["\u2028", "\u2029", "\u0085", "\v", "\f", "\x1c"])
def test_no_other_character_ends_a_line(other: str) -> None:
    assert decode(f"data: a{other}b\n\n".encode()) == [("message", f"a{other}b")]


def test_a_crlf_cut_in_two_ends_one_line() -> None:
    decoder = SSEDecoder()
    cut = [
        decoder.feed(b"data: a\r"),
        decoder.feed(b"\n"),
        decoder.feed(b"\r"),
        decoder.feed(b"\n"),
    ]
    assert [len(events) for events in cut] == [0, 0, 1, 0]


def test_a_partial_line_after_a_cr_keeps_the_line_end_that_follows() -> None:
    decoder = SSEDecoder()
    events = decoder.feed(b"data: a\rdata: b") + decoder.feed(b"\n\n")
    assert [event.data for event in events] == ["a\nb"]


@pytest.mark.parametrize(
    ("line", "data"),
    [(b"data:a", "a"), (b"data: a", "a"), (b"data:  a", " a"), (b"data: a ", "a ")],
)
def test_at_most_one_space_after_the_colon_is_dropped(line: bytes, data: str) -> None:
    assert decode(line + b"\n\n") == [("message", data)]


def test_one_byte_order_mark_is_dropped_at_the_start_alone() -> None:
    assert decode(b"\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n") == [("message", "a")]


def test_comments_are_counted_and_are_no_events() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b": OPENROUTER PROCESSING\n\n:\n\ndata: a\n\n") == [ServerSentEvent("a")]
    assert decoder.comments == 2


@pytest.mark.parametrize("block", [b"retry: 5", b"id: 1", b"data:", b"data", b"x"])
def test_a_block_without_data_and_name_is_no_event(block: bytes) -> None:
    assert decode(block + b"\n\n") == []


def test_an_event_has_its_name_and_the_last_id() -> None:
    events = SSEDecoder().feed(b"event: e\nid: 7\ndata: a\n\ndata: b\n\n")
    assert events == [ServerSentEvent("a", "e", "7"), ServerSentEvent("b", "message", "7")]


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    assert decode(b"data: a\xffb\n\n") == [("message", "a\ufffdb")]


def test_an_unended_event_comes_only_with_flush() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"data: [DONE]") == []
    assert decoder.flush() == [ServerSentEvent("[DONE]")]
    assert decoder.flush() == []


def test_a_line_over_its_cap_is_refused_before_it_ends() -> None:
    decoder = SSEDecoder(line_cap=100)
    assert decoder.feed(b"data: " + b"x" * 94) == []
    with pytest.raises(TooLarge) as caught:
        decoder.feed(b"x")
    assert (caught.value.cap, caught.value.limit_bytes) == ("line", 100)


def test_an_event_of_many_lines_over_its_cap_is_refused() -> None:
    decoder = SSEDecoder(line_cap=100, event_cap=200)
    with pytest.raises(TooLarge) as caught:
        decoder.feed((b"data: " + b"x" * 90 + b"\n") * 3)
    assert caught.value.cap == "event"
