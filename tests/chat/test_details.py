"""The details of an answer show the request that the upstream received."""

from typing import Any
from uuid import uuid4

import pytest

from conversations.chat import actions
from conversations.chat.details import details_of
from conversations.chat.turns import NewMessage
from conversations.database.threads import in_thread
from conversations.models import LanguageModel, Message
from tests.playing import Stage, play

pytestmark = pytest.mark.django_db(transaction=True)

SENDING: dict[str, Any] = {"temperature": 0.5, "max_tokens": 9}


def _details() -> dict[str, Any]:
    return details_of(Message.objects.filter(role="assistant").latest("created_at"))


def test_the_request_is_shown_as_it_was_sent() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("good")
        sending = NewMessage(None, None, "One", model, SENDING, system_message="Like tea.")
        first = await actions.send(stage.alice, uuid4(), sending)
        _, answer = await stage.ended(first)
        again = NewMessage(first.conversation.pk, answer.pk, "Two", model, SENDING)
        await stage.ended(await actions.send(stage.alice, uuid4(), again))
        details = await in_thread(_details)
        assert details["request"] == stage.upstream.calls[-1].body
        assert details["parameters"] == SENDING
        assert details["upstream_id"] == "gen-2"
        assert details["currency"] == "USD"

    play(work)


@pytest.mark.parametrize("dialect", ["generic", "vllm"])
def test_the_request_of_a_continued_answer_has_the_text_to_continue(dialect: str) -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("cut", dialect=dialect)
        _, cut = await stage.ended(await stage.send("at=5", model))
        more = await actions.continue_answer(stage.alice, uuid4(), cut.pk)
        _, longer = await stage.ended(more)
        assert len(longer.content) > len(cut.content) > 0
        details = await in_thread(_details)
        assert details["request"] == stage.upstream.calls[-1].body
        assert cut.content in str(details["request"])

    play(work)


def test_the_page_sends_the_extra_body_of_a_model_and_shows_it() -> None:
    async def work(stage: Stage) -> None:
        model = await stage.model("good")
        extra = {"top_k": 20, "typical_p": 0.9}
        await in_thread(LanguageModel.objects.filter(name=model).update, extra_body=extra)
        await stage.ended(await stage.send("One", model))
        assert stage.upstream.calls[-1].body.items() >= extra.items()
        details = await in_thread(_details)
        assert details["request"].items() >= extra.items()

    play(work)


def test_the_other_details_are_shown_after_the_model_was_deleted() -> None:
    async def work(stage: Stage) -> None:
        await stage.ended(await stage.send("One", await stage.model("good")))
        await in_thread(LanguageModel.objects.all().delete)
        details = await in_thread(_details)
        assert details["request"]["messages"] == []
        assert details["model"] == "good"

    play(work)
