"""A server's words, without what they repeat of the request."""

import pytest

from conversations.upstream.quotation import without_quotations

SECRET = "My neighbour Anna Keller of Bern told me in confidence that she will sell her house."


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Invalid input: " + SECRET, "Invalid input: [text]"),
        (
            f"Validation failed for '{SECRET[10:60]}' at messages[0].content, which is wrong",
            "wrong",
        ),
        (SECRET, "[text]"),
        (f"{SECRET[:40]}… is not allowed here", "allowed here"),
    ],
)
def test_a_quotation_is_covered_and_the_reason_stays(words: str, left: str) -> None:
    said = without_quotations(words, ["Hello", SECRET])
    assert "[text]" in said
    assert left in said
    for name in ("Keller", "Anna", "Bern", "neighbour", "confidence", "house"):
        assert name not in said


def test_two_quotations_are_covered_and_what_is_between_them_stays() -> None:
    other = "The second text is about something else entirely, namely tea and its leaves."
    words = f"First: {SECRET} -- this is the real reason of the failure -- second: {other} (end)"
    said = without_quotations(words, [SECRET, other])
    assert said.count("[text]") == 2
    assert "the real reason of" in said
    assert "Anna" not in said
    assert "leaves" not in said


def test_line_ends_of_the_request_do_not_hide_a_quotation() -> None:
    said = without_quotations(f"Bad: {SECRET}", [SECRET.replace(" ", "\n\n")])
    assert "Anna" not in said


@pytest.mark.parametrize(
    "words", ["", "Model service overloaded.", "temperature must be at most 2, not 3, says Anna"]
)
def test_words_of_the_server_s_own_stay_as_they_are(words: str) -> None:
    assert without_quotations(words, [SECRET]) == words
    assert without_quotations(words, []) == words
