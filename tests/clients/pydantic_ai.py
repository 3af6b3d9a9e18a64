"""pydantic-ai's agents."""

import os

import openai
import pytest
from pydantic import BaseModel
from pydantic_ai import (
    Agent,
    ModelAPIError,
    ModelHTTPError,
    NativeOutput,
    PromptedOutput,
    ToolOutput,
)
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from tests.clients.models import BROKEN, MODEL

PROVIDER = OpenAIProvider(base_url=os.environ["BASE_URL"], api_key=os.environ["API_KEY"])


class Town(BaseModel):
    """The form of an answer."""

    name: str
    people: int


def agent(model=MODEL, **more):
    return Agent(OpenAIChatModel(model, provider=PROVIDER), **more)


async def test_a_whole_answer_and_a_stream_say_the_same():
    asked = agent(instructions="Be brief.")
    async with asked.run_stream("Hello") as stream:
        assert await stream.get_output() == "You said: Hello"
        assert stream.usage.input_tokens == 10
    made = await asked.run("Hello")
    assert (made.output, made.usage.input_tokens) == ("You said: Hello", 10)


@pytest.mark.parametrize("streamed", [True, False])
async def test_tools_are_called_and_their_results_are_told(streamed):
    asked = agent()
    called = []

    @asked.tool_plain
    def weather(town: str) -> str:
        called.append(("weather", town))
        return "12 °C"

    @asked.tool_plain
    def time(town: str) -> str:
        called.append(("time", town))
        return "noon"

    question = "The weather and the time of 'Bern', both"
    if streamed:
        async with asked.run_stream(question) as stream:
            said = await stream.get_output()
    else:
        said = (await asked.run(question)).output
    assert said == "I was told: noon"
    assert sorted(called) == [("time", "Bern"), ("weather", "Bern")]


@pytest.mark.parametrize("form", [ToolOutput, NativeOutput])
async def test_an_answer_has_its_form(form):
    made = await agent(output_type=form(Town)).run("'Bern' has 133000 people")
    assert made.output == Town(name="Bern", people=133000)


async def test_a_form_that_is_described_in_words_is_asked_for_as_json():
    class Mayor(BaseModel):
        name: str

    made = await agent(output_type=PromptedOutput(Mayor)).run("The 'name' of a mayor")
    assert made.output.name == "a text"


async def test_reasoning_stands_apart_and_is_sent_back():
    settings = {"openai_reasoning_effort": "high"}
    first = await agent().run("Hello", model_settings=settings)
    assert first.response.thinking == "I should think."
    again = await agent().run("And now?", message_history=first.all_messages())
    assert again.output == "You said: And now?"


@pytest.mark.parametrize(
    ("model", "status"), [("context", 400), ("none", 404), ("429", 429), ("503", 503)]
)
async def test_each_failure_has_its_status(model, status):
    with pytest.raises(ModelHTTPError) as raised:
        await agent(model).run("Hello")
    assert raised.value.status_code == status


@pytest.mark.parametrize("model", BROKEN)
async def test_an_answer_that_breaks_off_is_an_error(model):
    with pytest.raises((ModelAPIError, openai.APIError)):
        async with agent(model).run_stream("Hello") as stream:
            await stream.get_output()
