"""Reasoning that a server sends as part of the content."""

import itertools

import pytest

from conversations.upstream import InlineThinking
from conversations.upstream.decoder import StreamDecoder
from conversations.upstream.think import ThinkSplitter


def split(mode: InlineThinking, *pieces: str) -> tuple[str, str]:
    splitter = ThinkSplitter(mode)
    parts = [splitter.feed(piece) for piece in pieces] + [splitter.flush()]
    return "".join(part[0] for part in parts), "".join(part[1] for part in parts)


@pytest.mark.parametrize(
    ("mode", "text", "reasoning", "content"),
    [
        ("tagged", "<think>\nHm.</think>\n\nYes.", "Hm.", "Yes."),
        ("tagged", " \n<think>Hm.</think>Yes.", "Hm.", "Yes."),
        ("tagged", "<think>cut short", "cut short", ""),
        ("tagged", "Plain.", "", "Plain."),
        ("tagged", "The tag <think> is a word.", "", "The tag <think> is a word."),
        ("tagged", "<thin", "", "<thin"),
        ("opened", "Hm.</think>\nYes.", "Hm.", "Yes."),
        ("opened", "<think>Hm.</think>Yes.", "Hm.", "Yes."),
        ("opened", "no end", "no end", ""),
        ("off", "<think>Hm.</think>Yes.", "", "<think>Hm.</think>Yes."),
        ("tagged", "<think>a</think>b</think>c", "a", "b</think>c"),
        ("tagged", "<think>a < b </thin c</think>d", "a < b </thin c", "d"),
    ],
)
def test_thinking_is_split_off_wherever_the_text_is_cut(
    mode: InlineThinking, text: str, reasoning: str, content: str
) -> None:
    for first, second in itertools.combinations_with_replacement(range(len(text) + 1), 2):
        pieces = (text[:first], text[first:second], text[second:])
        assert split(mode, *pieces) == (reasoning, content), pieces


def test_a_missing_opening_tag_is_seen_in_a_whole_text() -> None:
    assert split("tagged", "Hm.</think>Yes.") == ("Hm.", "Yes.")


def test_content_is_left_alone_once_the_server_has_marked_reasoning_itself() -> None:
    decoder = StreamDecoder(inline_thinking="tagged")
    for delta in ('{"reasoning_content": "Hm."}', '{"content": "<think>is a tag</think>"}'):
        decoder.feed(b'data: {"choices": [{"index": 0, "delta": %s}]}\n\n' % delta.encode())
    assert [chunk.choices[0].delta.content for chunk in decoder.chunks] == [
        None,
        "<think>is a tag</think>",
    ]
