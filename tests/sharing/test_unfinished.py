"""Answers that are not whole are shared as far as they are, and readers are told so."""

from uuid import uuid4

import pytest

from conversations.chat import turns
from conversations.chat.turns import NewMessage, Turn
from conversations.generation import lifecycle, log
from conversations.models import Generation, ShareLink
from conversations.sharing import article, links
from conversations.sharing.masking import Masks
from conversations.transcript import Delta, Event, Failure, Finished, encode
from tests.people import People, make_model
from tests.sharing.talk import selection, share

pytestmark = pytest.mark.django_db


def begun(people: People, *events: Event) -> Turn:
    """A turn of Alice's whose answer is being written; those events of it are stored."""
    new = NewMessage(None, None, "What are tides?", make_model().name, {})
    turn = turns.send(people.alice, uuid4(), new)
    write(turn.generation, *events)
    return turn


def write(generation: Generation, *events: Event, after: int = 0) -> None:
    entries = [
        log.Entry(generation.pk, seq, encode(event)) for seq, event in enumerate(events, after + 1)
    ]
    owner = (generation.pk, generation.owner, generation.epoch)
    assert log.append(entries, [owner]) == {generation.pk}


def finish(turn: Turn, last: Finished) -> None:
    lifecycle.finish(turn.generation.pk, turn.generation.epoch, last)


def test_an_answer_that_is_being_written_is_shared_as_far_as_it_is(people: People) -> None:
    turn = begun(people, Delta(content="Water, *mov"))
    link = share(turn.conversation)
    assert "Water, *mov" in link.article
    assert "This answer was still being written." in link.article
    # The snapshot does not grow with the answer.
    write(turn.generation, Delta(content="ed*."), after=1)
    assert "ed*" not in ShareLink.objects.get(pk=link.pk).article
    finish(turn, Finished("completed", {"0": "stop"}))
    whole = links.update_snapshot(people.alice, link.pk, selection(turn.conversation))
    assert "ending" not in whole.snapshot["messages"][1]
    assert "<em>moved</em>" in whole.article


def test_an_answer_of_which_nothing_is_there_yet_is_told(people: People) -> None:
    link = share(begun(people).conversation)
    assert "This answer had not begun yet." in link.article


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        (Finished("stopped"), "This answer was stopped before its end."),
        (Finished("interrupted"), "This answer was interrupted before its end."),
        (
            Finished("failed", error=Failure("overloaded", "quota of org-4711 used up")),
            "This answer failed before its end.",
        ),
        (Finished("completed", {"0": "length"}), "This answer reached its maximum length."),
        (Finished("completed", {"0": "content_filter"}), "A content filter ended this answer."),
        (Finished("completed", {"0": "stop"}), ""),
    ],
)
def test_readers_are_told_that_an_answer_is_not_whole_and_not_why(
    people: People, last: Finished, sentence: str
) -> None:
    turn = begun(people, Delta(content="Water"))
    finish(turn, last)
    link = share(turn.conversation)
    assert (sentence or "This answer") in link.article or not sentence
    assert ("shared-ending" in link.article) == bool(sentence)
    assert (f"*{sentence}*" in article.to_markdown(link.snapshot)) == bool(sentence)
    assert "org-4711" not in link.article


@pytest.mark.parametrize("cause", ["stopped", "failed", "interrupted"])
def test_an_answer_without_a_word_is_not_left_out(people: People, cause: str) -> None:
    turn = begun(people)
    finish(turn, Finished(cause))  # type: ignore[arg-type]
    link = share(turn.conversation)
    assert [each["role"] for each in link.snapshot["messages"]] == ["user", "assistant"]
    assert "shared-ending" in link.article


@pytest.mark.parametrize("written", ["The key is sk-a1b2", "The key is SK-A1B2C3D", "sk-\\u0061"])
def test_the_beginning_of_a_masked_text_at_the_end_is_masked(people: People, written: str) -> None:
    turn = begun(people, Delta(content=written))
    link = share(turn.conversation, shows={"masks": ("sk-a1b2c3d4e5",)})
    assert "sk-" not in link.snapshot["messages"][1]["content"].lower()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask Alic", "Ask █████"),
        ("Ask ALI", "Ask █████"),
        ("Ask Al", "Ask Al"),
        ("Alice said", "Alice said"),
        ("", ""),
        ("Alic", "█████"),
    ],
)
def test_only_the_end_of_a_text_is_taken_for_a_beginning(text: str, expected: str) -> None:
    assert Masks(["Alice"]).unfinished(text) == expected


def test_without_masks_nothing_is_covered() -> None:
    assert Masks([]).unfinished("Alic") == "Alic"
