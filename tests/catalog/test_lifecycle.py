"""Models that are paused, announced to retire, or retired, as users see them."""

from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from conversations.chat import turns
from conversations.chat.turns import NewMessage
from conversations.models import Conversation, Generation, LanguageModel, Provider
from conversations.refusal import Refused
from tests.people import People, make_model

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()


def send(people: People, model: str, conversation: Conversation | None = None) -> Generation:
    """Send a message as Alice."""
    place = conversation.pk if conversation else None
    parent = conversation.head_id if conversation else None
    sending = NewMessage(place, parent, "Hi", model, {})
    turn = turns.send(people.alice, uuid4(), sending)
    Generation.objects.update(status="completed")
    return turn.generation


def state(client: Client, people: People, conversation: Conversation) -> dict[str, Any]:
    """Return the state of a conversation's page."""
    client.force_login(people.alice)
    found: dict[str, Any] = client.get(f"/c/{conversation.pk}/state.json").json()
    return found


@pytest.mark.parametrize("what", ["model", "provider"])
def test_a_paused_model_takes_no_new_message(people: People, what: str) -> None:
    model = make_model("a/model")
    send(people, "a/model")
    paused = LanguageModel if what == "model" else Provider
    paused.objects.update(paused=True)
    with pytest.raises(Refused) as refused:
        send(people, "a/model")
    assert (refused.value.code, refused.value.field) == ("paused", "model")
    assert "“a/model” is paused by an administrator." in refused.value.message
    paused.objects.update(paused=False)
    assert send(people, "a/model").language_model == model


def test_the_page_state_describes_each_model(client: Client, people: People) -> None:
    model = make_model("a/model")
    LanguageModel.objects.update(notes="Quick.", reasons=True, context_length=4096)
    conversation = send(people, "a/model").conversation
    assert conversation is not None
    [described] = state(client, people, conversation)["models"]
    parameters = described.pop("parameters")
    assert described == {
        "name": model.name, "notes": "Quick.", "announcement": "", "paused": False,
        "provider": model.provider.name, "prices": None, "context_length": 4096,
        "reasons": True, "takes_tools": True, "writes_json": True,
        "sees_images": False, "retires_on": None, "replaced_by": None,
    }  # fmt: skip
    assert parameters["max_tokens"]["high"] == 4096


def test_the_retirement_of_a_model_and_its_replacement_are_announced(
    client: Client, people: People
) -> None:
    old, new = make_model("old"), make_model("new")
    old.retires_on, old.replaced_by = TODAY + timedelta(days=30), new
    old.save()
    conversation = send(people, "old").conversation
    assert conversation is not None
    described = {each["name"]: each for each in state(client, people, conversation)["models"]}
    assert described["old"]["announcement"].startswith("Retires on ")
    assert described["old"]["announcement"].endswith(". “new” replaces it.")
    assert described["old"]["retires_on"] == old.retires_on.isoformat()
    assert described["new"]["announcement"] == ""


def test_a_replacement_that_the_user_may_not_use_is_not_named(
    client: Client, people: People
) -> None:
    old, hidden = make_model("old"), make_model("hidden")
    old.retires_on, old.replaced_by = TODAY + timedelta(days=30), hidden
    old.save()
    hidden.audience = LanguageModel.Audience.RESTRICTED
    hidden.save()
    conversation = send(people, "old").conversation
    assert conversation is not None
    assert "hidden" not in str(state(client, people, conversation))


def test_a_conversation_of_a_retired_model_opens_and_goes_on_with_its_replacement(
    client: Client, people: People
) -> None:
    old, middle, new = make_model("old"), make_model("middle"), make_model("new")
    conversation = send(people, "old").conversation
    assert conversation is not None
    LanguageModel.objects.filter(pk=old.pk).update(retires_on=TODAY, replaced_by=middle)
    LanguageModel.objects.filter(pk=middle.pk).update(enabled=False, replaced_by=new)
    described = state(client, people, conversation)
    assert described["conversation"]["model"] == "new"
    assert described["conversation"]["notice"] == (
        "“old” is no longer offered. “new” answers in its place."
    )
    assert [each["name"] for each in described["models"]] == ["new"]
    assert [message["model"] for message in described["messages"]] == [None, "old"]
    conversation.refresh_from_db()
    generation = send(people, "old", conversation)
    assert generation.language_model == new
    assert generation.notices == ["“old” is no longer offered; “new” answers in its place."]
    assert generation.messages.get().model_name == "new"
    assert state(client, people, conversation)["conversation"]["notice"] is None


def test_without_a_replacement_the_reader_is_asked_to_choose(
    client: Client, people: People
) -> None:
    make_model("old")
    conversation = send(people, "old").conversation
    assert conversation is not None
    LanguageModel.objects.update(retires_on=TODAY)
    described = state(client, people, conversation)["conversation"]
    assert (described["model"], described["notice"]) == (
        "old", "“old” is no longer offered. Choose another model.",
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        send(people, "old", conversation)
    assert refused.value.code == "unknown_model"


def test_a_regenerated_answer_has_only_parameters_that_the_other_model_accepts(
    people: People,
) -> None:
    make_model("wide")
    narrow = make_model("narrow")
    narrow.parameters = {"temperature": {"high": 1}, "top_k": {"allowed": False}}
    narrow.save()
    asked = {"temperature": 1.8, "top_k": 30, "max_tokens": 50}
    turn = turns.send(people.alice, uuid4(), NewMessage(None, None, "Hi", "wide", asked))
    assert turn.generation.parameters == asked
    Generation.objects.update(status="completed")
    answer = turn.generation.messages.get()
    again = turns.regenerate(people.alice, uuid4(), answer.pk, "narrow")
    assert again.generation.parameters == {"temperature": 1, "max_tokens": 50}


def test_what_is_outside_the_range_of_a_model_is_refused_with_the_range(people: People) -> None:
    model = make_model("narrow")
    model.parameters = {"temperature": {"high": 1}}
    model.save()
    sending = NewMessage(None, None, "Hi", "narrow", {"temperature": 1.8})
    with pytest.raises(Refused) as refused:
        turns.send(people.alice, uuid4(), sending)
    assert (refused.value.code, refused.value.field) == ("invalid_parameter", "temperature")
    assert "0 to 1" in refused.value.message


def test_models_that_replace_each_other_in_a_ring_are_each_tried_once(people: People) -> None:
    first, second = make_model("first"), make_model("second")
    LanguageModel.objects.filter(pk=first.pk).update(replaced_by=second, enabled=False)
    LanguageModel.objects.filter(pk=second.pk).update(replaced_by=first)
    first.refresh_from_db()
    # Without the guard the iterator never ends; three items show that.
    assert list(islice(first.succession(), 3)) == [first, second]
    assert send(people, "first").language_model == second
    LanguageModel.objects.update(enabled=False)
    for name in ("first", "second"):
        with pytest.raises(Refused) as refused:
            send(people, name)
        assert refused.value.code == "unknown_model"
