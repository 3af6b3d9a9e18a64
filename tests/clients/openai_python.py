"""OpenAI's package for Python."""

import json
import os

import openai
import pytest
from pydantic import BaseModel

from tests.clients.models import BROKEN, MODEL, SLASHED

client = openai.OpenAI(
    base_url=os.environ["BASE_URL"], api_key=os.environ["API_KEY"], max_retries=0
)
QUESTION = [{"role": "user", "content": "The weather and the time of 'Bern', both"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "parameters": {"type": "object", "properties": {"town": {"type": "string"}}},
        },
    }
    for name in ("weather", "time")
]


class Town(BaseModel):
    """The form of a parsed answer."""

    name: str
    people: int


def ask(**more):
    return client.chat.completions.create(model=MODEL, messages=QUESTION, **more)


def test_a_whole_answer():
    made = ask()
    assert made.choices[0].message.content.startswith("You said: The weather")
    assert (made.choices[0].finish_reason, made.usage.prompt_tokens) == ("stop", 10)
    assert made.usage.prompt_tokens_details.cached_tokens == 4


def test_a_stream_says_the_same_with_its_usage_last():
    chunks = list(ask(stream=True, stream_options={"include_usage": True}))
    text = "".join(each.choices[0].delta.content or "" for each in chunks if each.choices)
    assert text == ask().choices[0].message.content
    assert (chunks[-1].choices, chunks[-1].usage.prompt_tokens) == ([], 10)


def test_reasoning_stands_apart_and_is_counted():
    made = ask(reasoning_effort="high")
    assert made.choices[0].message.reasoning_content == "I should think."
    assert made.usage.completion_tokens_details.reasoning_tokens == 2


@pytest.mark.parametrize("streamed", [True, False])
def test_two_calls_at_once_and_an_answer_after_their_results(streamed):
    first = _message(streamed)
    assert [each.function.name for each in first.tool_calls] == ["weather", "time"]
    assert [json.loads(each.function.arguments) for each in first.tool_calls] == [
        {"town": "Bern"}
    ] * 2
    results = [
        {"role": "tool", "tool_call_id": each.id, "content": f"result {number}"}
        for number, each in enumerate(first.tool_calls)
    ]
    said = [*QUESTION, first.to_dict(), *results]
    last = client.chat.completions.create(model=MODEL, messages=said, tools=TOOLS)
    assert last.choices[0].message.content == "I was told: result 1"


def _message(streamed):
    if not streamed:
        return ask(tools=TOOLS).choices[0].message
    with client.chat.completions.stream(model=MODEL, messages=QUESTION, tools=TOOLS) as stream:
        return stream.get_final_completion().choices[0].message


def test_one_call_is_forced_alone_or_forbidden():
    named = {"type": "function", "function": {"name": "time"}}
    made = [
        ask(tools=TOOLS, tool_choice=choice, **more).choices[0].message.tool_calls
        for choice, more in ((named, {}), ("none", {}), ("auto", {"parallel_tool_calls": False}))
    ]
    assert [[each.function.name for each in calls or ()] for calls in made] == [
        ["time"],
        [],
        ["weather"],
    ]


def test_an_answer_is_parsed():
    made = client.chat.completions.parse(
        model=MODEL,
        messages=[{"role": "user", "content": "'Bern' has 133000 people"}],
        response_format=Town,
    )
    assert made.choices[0].message.parsed == Town(name="Bern", people=133000)


def test_an_answer_is_cut_at_its_limit_and_at_a_stop_sequence():
    assert ask(max_completion_tokens=2).choices[0].finish_reason == "length"
    assert ask(stop="said").choices[0].message.content == "You "


async def test_the_asynchronous_client_streams():
    async with openai.AsyncOpenAI(base_url=client.base_url, api_key=client.api_key) as another:
        stream = await another.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        assert [each async for each in stream][-1].choices[0].finish_reason == "stop"


def test_the_models_are_listed_and_one_with_a_slash_is_found():
    assert MODEL in [each.id for each in client.models.list()]
    assert client.models.retrieve(SLASHED).id == SLASHED


@pytest.mark.parametrize(
    ("model", "error", "code"),
    [
        ("context", openai.BadRequestError, "context_length_exceeded"),
        ("context-llama", openai.BadRequestError, "context_length_exceeded"),
        ("none", openai.NotFoundError, "model_not_found"),
        ("429", openai.RateLimitError, "rate_limit_exceeded"),
        ("503", openai.InternalServerError, "overloaded"),
        ("401", openai.InternalServerError, "unauthorised"),
    ],
)
def test_each_failure_has_its_class(model, error, code):
    with pytest.raises(error) as raised:
        client.chat.completions.create(model=model, messages=QUESTION)
    assert raised.value.code == code


@pytest.mark.parametrize("model", BROKEN)
def test_an_answer_that_breaks_off_is_an_error(model):
    with pytest.raises(openai.APIError):
        list(client.chat.completions.create(model=model, messages=QUESTION, stream=True))
