"""openai-agents, which is told to use chat completions."""

import os

import openai
import pytest
from agents import (
    Agent,
    ModelSettings,
    OpenAIChatCompletionsModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from openai.types.shared import Reasoning
from pydantic import BaseModel

from tests.clients.models import BROKEN, MODEL

set_tracing_disabled(True)
CLIENT = openai.AsyncOpenAI(
    base_url=os.environ["BASE_URL"], api_key=os.environ["API_KEY"], max_retries=0
)


class Town(BaseModel):
    """The form of an answer."""

    name: str
    people: int


@function_tool
def weather(town: str) -> str:
    """The weather of a town."""
    return f"12 °C in {town}"


@function_tool
def time(town: str) -> str:
    """The time in a town."""
    return f"noon in {town}"


def agent(name="helper", model=MODEL, **more):
    return Agent(
        name=name, model=OpenAIChatCompletionsModel(model=model, openai_client=CLIENT), **more
    )


async def test_an_answer_with_instructions():
    made = await Runner.run(agent(instructions="Be brief."), "Hello")
    assert made.final_output == "You said: Hello"
    assert made.context_wrapper.usage.input_tokens == 10


@pytest.mark.parametrize("streamed", [True, False])
async def test_tools_are_called_and_their_results_are_told(streamed):
    asked = agent(tools=[weather, time], model_settings=ModelSettings(parallel_tool_calls=True))
    question = "The weather and the time of 'Bern', both"
    if streamed:
        made = Runner.run_streamed(asked, question)
        kinds = {event.type async for event in made.stream_events()}
        assert "raw_response_event" in kinds
    else:
        made = await Runner.run(asked, question)
    assert made.final_output == "I was told: noon in Bern"
    assert [each.type for each in made.new_items].count("tool_call_item") == 2


async def test_a_tool_is_forced():
    settings = ModelSettings(tool_choice="time")
    made = await Runner.run(agent(tools=[weather, time], model_settings=settings), "About 'Bern'")
    assert "noon in Bern" in made.final_output


async def test_an_answer_has_its_form():
    made = await Runner.run(agent(output_type=Town), "'Bern' has 133000 people")
    assert made.final_output == Town(name="Bern", people=133000)


async def test_an_agent_hands_over_to_another():
    other = agent("other", instructions="You know towns.")
    made = await Runner.run(agent(handoffs=[other]), "Hello")
    assert made.last_agent.name == "other"


async def test_a_model_reasons():
    settings = ModelSettings(reasoning=Reasoning(effort="high"))
    made = await Runner.run(agent(model_settings=settings), "Hello")
    assert [each.type for each in made.new_items] == ["reasoning_item", "message_output_item"]


@pytest.mark.parametrize(
    ("model", "error"),
    [("context", openai.BadRequestError), ("429", openai.RateLimitError)],
)
async def test_each_failure_has_its_class(model, error):
    with pytest.raises(error):
        await Runner.run(agent(model=model), "Hello")


@pytest.mark.parametrize("model", BROKEN)
async def test_an_answer_that_breaks_off_is_an_error(model):
    made = Runner.run_streamed(agent(model=model), "Hello")
    with pytest.raises(openai.APIError):
        [event async for event in made.stream_events()]
