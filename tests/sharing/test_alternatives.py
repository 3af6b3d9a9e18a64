"""Answers of which none is kept are shared one after another, as their author sees them."""

from typing import Any

import pytest

from conversations import access
from conversations.models import Conversation, Message, ShareLink
from conversations.sharing import article, continue_shared
from tests.people import People
from tests.sharing.talk import add_branch, answer, asked, make_talk, share

pytestmark = pytest.mark.django_db

SECRET = "sk-a1b2c3d4e5"


def compared(people: People, *contents: str) -> tuple[Conversation, list[Message]]:
    """A question of Alice's with an answer of each of several models, none of them kept."""
    question = asked(f"Tides?\n\n```txt notes.txt\nThe key is {SECRET}\n```")
    talk = make_talk(people.alice, question)
    answers = [
        Message.objects.create(
            conversation=talk, parent=talk.head, **answer(content, model_name=f"model-{number}")
        )
        for number, content in enumerate(contents, 1)
    ]
    return talk, answers


def all_of(answers: list[Message], **more: Any) -> dict[str, Any]:
    """The fields of a selection that shows these answers."""
    return {"alternative_ids": tuple(each.pk for each in answers), **more}


def test_each_is_shown_with_its_model_and_number(people: People) -> None:
    talk, answers = compared(people, "The *moon*.", "The sun.", "Both.")
    link = share(talk, shows=all_of(answers))
    page = link.article
    places = [page.index(text) for text in ("Tides?", "<em>moon</em>", "The sun.", "Both.")]
    assert places == sorted(places)
    text = article.to_markdown(link.snapshot)
    for number in (1, 2, 3):
        assert f"model-{number} · answer {number} of 3" in page
        assert f"## model-{number} · answer {number} of 3" in text
    # Without the names the numbers still tell them apart.
    nameless = share(talk, shows=all_of(answers, omit=("model_names",)))
    assert "Model · answer 2 of 3" in nameless.article
    assert "model-2" not in nameless.article


def test_masks_hold_for_each_and_for_attachments(people: People) -> None:
    talk, answers = compared(people, f"It is {SECRET}.", "It is `sk-a1b2`**c3d4e5**.")
    link = share(talk, shows=all_of(answers, masks=(SECRET,)))
    assert "notes.txt" in link.article
    assert "c3d4e5" not in link.article
    assert SECRET not in str(link.snapshot)


def test_one_of_them_is_shown_as_any_answer(people: People) -> None:
    talk, answers = compared(people, "The moon.", "The sun.")
    for shows in ({"leaf_id": answers[1].pk}, all_of(answers[1:])):
        link = share(talk, shows=shows)
        assert "The sun." in link.article
        assert "The moon." not in link.article
        assert "answer 1 of" not in link.article
    chosen = all_of(answers, message_ids=(answers[0].pk,))
    assert "The sun." not in share(talk, shows=chosen).article


@pytest.mark.parametrize("what", ["deleted", "question", "elsewhere", "further down", "unknown"])
def test_nothing_else_is_shared_as_one_of_them(people: People, what: str) -> None:
    talk, answers = compared(people, "The moon.", "The sun.")
    other, others = compared(people, "Not this.", "Nor this.")
    wrong = answers[1]
    if what == "deleted":
        Message.objects.filter(pk=wrong.pk).update(deleted_at=wrong.created_at)
    elif what == "question":
        wrong = talk.head or wrong
    elif what == "elsewhere":
        wrong = others[0]
    elif what == "further down":
        question = talk.head
        add_branch(talk, answers[0], asked("And?"), answer("So."))
        wrong, talk.head = talk.head or wrong, question
    elif what == "unknown":
        wrong.delete()
        wrong.pk = other.pk
    with pytest.raises(access.NotFound):
        share(talk, shows=all_of([answers[0], wrong]))
    assert not ShareLink.objects.exists()


def test_a_reader_who_continues_has_them_side_by_side(people: People) -> None:
    talk, answers = compared(people, "The moon.", "The sun.")
    copied = continue_shared.copy_for(people.bob, share(talk, shows=all_of(answers)))
    assert copied.head is not None
    assert copied.head.role == "user"
    below = copied.messages.filter(parent=copied.head)
    assert [each.content for each in below] == ["The moon.", "The sun."]
    # Answers alone have nothing above them: they become a branch, in which each is seen.
    alone = all_of(answers, message_ids=tuple(each.pk for each in answers))
    copied = continue_shared.copy_for(people.bob, share(talk, shows=alone))
    assert copied.head is not None
    assert [each.content for each in copied.head.branch()] == ["The moon.", "The sun."]
