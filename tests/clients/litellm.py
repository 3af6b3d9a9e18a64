"""litellm, as agents and gateways use it."""

import os

import litellm
import pytest

from tests.clients.models import BROKEN, MODEL

QUESTION = [{"role": "user", "content": "The weather of 'Bern', please"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "parameters": {"type": "object", "properties": {"town": {"type": "string"}}},
        },
    }
]


def ask(model=MODEL, **more):
    return litellm.completion(
        model=f"openai/{model}",
        api_base=os.environ["BASE_URL"],
        api_key=os.environ["API_KEY"],
        messages=QUESTION,
        num_retries=0,
        max_retries=0,
        **more,
    )


def test_a_whole_answer_and_a_stream_say_the_same():
    chunks = list(ask(stream=True, stream_options={"include_usage": True}))
    made = litellm.stream_chunk_builder(chunks, messages=QUESTION)
    assert made.choices[0].message.content == ask().choices[0].message.content
    assert made.usage.total_tokens == ask().usage.total_tokens


@pytest.mark.parametrize("streamed", [True, False])
def test_a_tool_is_called(streamed):
    made = ask(tools=TOOLS, stream=streamed)
    made = litellm.stream_chunk_builder(list(made)) if streamed else made
    (call,) = made.choices[0].message.tool_calls
    assert (call.function.name, call.function.arguments) == ("weather", '{"town": "Bern"}')


def test_reasoning_stands_apart():
    made = ask(reasoning_effort="high", allowed_openai_params=["reasoning_effort"])
    assert made.choices[0].message.reasoning_content == "I should think."


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("context", litellm.ContextWindowExceededError),
        ("context-llama", litellm.ContextWindowExceededError),
        ("451", litellm.ContentPolicyViolationError),
        ("none", litellm.NotFoundError),
        ("429", litellm.RateLimitError),
        ("503", litellm.ServiceUnavailableError),
        ("stall-before-headers", litellm.Timeout),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
def test_each_failure_has_its_class(model, error, streamed):
    with pytest.raises(error):
        list(ask(model, stream=streamed))


def test_a_wrong_key_has_its_class():
    with pytest.raises(litellm.AuthenticationError):
        litellm.completion(
            model=f"openai/{MODEL}",
            api_base=os.environ["BASE_URL"],
            api_key="pk-parley-none",
            messages=QUESTION,
        )


@pytest.mark.parametrize("model", BROKEN)
def test_an_answer_that_breaks_off_is_an_error(model):
    with pytest.raises(litellm.exceptions.MidStreamFallbackError):
        list(ask(model, stream=True))
