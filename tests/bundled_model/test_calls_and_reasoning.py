"""A real server that calls tools and reasons, as the page shows it.

The bundled model's own template knows neither, so it gets another. A model this small begins a
call only when it is begun for it: it continues an answer that stopped behind ``<tool_call>``.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from conversations.bundled_model.supervisor import weights
from conversations.chat import turns
from conversations.chat.turns import NewMessage
from conversations.generation import lifecycle
from conversations.models import Generation, LanguageModel, Message, User
from conversations.transcript import Finished
from tests.browser.talking import answer, button, messages, send, wait_for_end
from tests.browsers import NewPage
from tests.bundled_model.templated import templated_model
from tests.live import LiveSite
from tests.people import make_model, make_people

pytestmark = [
    pytest.mark.long,
    pytest.mark.model,
    pytest.mark.skipif(weights() is None, reason="The bundled model is not installed."),
]

# A real model shares the processors with other tests.
MODEL_SECONDS = 120
CITY = {"type": "string", "maxLength": 20}
WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather of a city",
        "parameters": {"type": "object", "properties": {"city": CITY}, "required": ["city"]},
    },
}
CALLING = {"tools": [WEATHER], "tool_choice": "required", "max_tokens": 100, "temperature": 0}


@pytest.fixture
def alice(live_site: LiveSite) -> User:
    return make_people().alice


def real_model(address: str) -> LanguageModel:
    return make_model("SmolLM2", base_url=f"{address}/v1", dialect="llamacpp")


@pytest.fixture
def caller() -> Iterator[str]:
    with templated_model("tools") as address:
        yield address


@pytest.fixture
def thinker() -> Iterator[str]:
    with templated_model("reasoning") as address:
        yield address


def begun_call(alice: User, model: LanguageModel) -> Message:
    """An answer that was stopped in the middle of a function call."""
    sending = NewMessage(None, None, "What is the weather in Paris?", model.name, {})
    with transaction.atomic():
        generation = turns.send(alice, uuid4(), sending).generation
    lifecycle.finish(generation.pk, 1, Finished(cause="stopped"))
    Generation.objects.filter(pk=generation.pk).update(parameters=CALLING)
    generation.messages.update(content="<tool_call>\n")
    return generation.messages.get()


def test_a_real_server_s_calls_are_shown_and_answered(
    new_page: NewPage, alice: User, caller: str
) -> None:
    message = begun_call(alice, real_model(caller))
    page: Page = new_page(alice)
    page.goto(f"/c/{message.conversation_id}/")
    button(page, "Continue").click()
    wait_for_end(page, seconds=MODEL_SECONDS)
    names = answer(page).get_by_role("heading", level=3)
    expect(names.first).to_have_text("get_weather")
    arguments = answer(page).get_by_role("group", name="Arguments")
    expect(arguments.first).to_contain_text("Paris")
    boxes = page.get_by_role("textbox", name="Result of get_weather")
    for box in boxes.all():
        box.fill("rain, 12 °C")
    button(page, "Send results").click()
    # Results stand in the cards of their calls.
    expect(messages(page)).to_have_count(3)
    wait_for_end(page, seconds=MODEL_SECONDS)
    expect(answer(page).locator(".answer")).not_to_be_empty()


def test_a_real_server_s_reasoning_is_shown_apart_from_its_answer(
    new_page: NewPage, alice: User, thinker: str
) -> None:
    real_model(thinker)
    page: Page = new_page(alice)
    page.goto("/")
    send(page, "What is 2+2?")
    wait_for_end(page, seconds=MODEL_SECONDS)
    reasoning = answer(page).locator("details.reasoning")
    expect(reasoning.locator("summary")).to_contain_text("Reasoning")
    expect(reasoning.locator(".markdown")).not_to_be_empty()
    assert "<think>" not in answer(page).inner_text()
    assert Message.objects.get(role="assistant").reasoning_content != ""
