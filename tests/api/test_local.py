"""The official package against the bundled model: a real server behind the gateway."""

import json
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from tests.api.conftest import Gateway
from tests.bundled_model.templated import templated_model
from tests.people import make_model

pytestmark = [pytest.mark.long, pytest.mark.model]
MODEL = "SmolLM2"
SAID: Any = [{"role": "user", "content": "Name a colour."}]


class Colour(BaseModel):
    """The required form of the answer."""

    name: str


def test_a_real_model_answers_the_package_in_every_way(gateway: Gateway, local_model: str) -> None:
    make_model(MODEL, base_url=f"{local_model}/v1", dialect="llamacpp")
    chat = gateway.openai.chat.completions
    short: Any = {"model": MODEL, "messages": SAID, "max_tokens": 8, "seed": 1, "temperature": 0}
    whole = chat.create(**short)
    assert whole.choices[0].message.content
    assert whole.usage is not None
    assert 0 < whole.usage.completion_tokens <= 8
    chunks = list(chat.create(**short, stream=True, stream_options={"include_usage": True}))
    said = "".join(each.choices[0].delta.content or "" for each in chunks[:-1])
    assert said == whole.choices[0].message.content
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens
    both = chat.create(**{**short, "n": 2, "temperature": 1})
    assert [each.index for each in both.choices] == [0, 1]
    # llama.cpp counts each by itself.
    assert both.usage is not None
    assert 8 < both.usage.completion_tokens <= 16
    # The helper fails on choices in the order in which llama.cpp sends them, and says so for an
    # answer that was cut.
    with chat.stream(**{**short, "n": 2}) as stream:
        list(stream)
        with pytest.raises(openai.LengthFinishReasonError) as cut:
            stream.get_final_completion()
    assert len(cut.value.completion.choices) == 2
    parsed = chat.parse(**{**short, "max_tokens": 60}, response_format=Colour)
    assert isinstance(parsed.choices[0].message.parsed, Colour)
    likely = chat.create(**short, logprobs=True, top_logprobs=2)
    assert likely.choices[0].logprobs is not None
    assert len((likely.choices[0].logprobs.content or [])[0].top_logprobs) == 2
    assert [each.id for each in gateway.openai.models.list()] == [MODEL]
    with pytest.raises(openai.BadRequestError) as caught:
        chat.create(model=MODEL, messages=[{"role": "user", "content": "word " * 20_000}])
    assert caught.value.code == "context_length_exceeded"


CITY = {"type": "string", "maxLength": 20}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather of a city",
        "parameters": {"type": "object", "properties": {"city": CITY}, "required": ["city"]},
    },
}
# A model this small begins a call only when it is begun for it.
BEGUN: Any = [
    {"role": "user", "content": "What is the weather in Paris?"},
    {"role": "assistant", "content": "<tool_call>\n"},
]


def test_a_real_model_s_calls_come_out_whole_and_streamed(
    gateway: Gateway, local_model: str
) -> None:
    chat = gateway.openai.chat.completions
    with templated_model("tools") as address:
        make_model(MODEL, base_url=f"{address}/v1", dialect="llamacpp")
        asked: Any = {"model": MODEL, "messages": BEGUN, "tools": [WEATHER], "temperature": 0,
                      "tool_choice": "required", "max_tokens": 100}  # fmt: skip
        whole = chat.create(**asked).choices[0]
        with chat.stream(**asked) as stream:
            streamed = stream.get_final_completion().choices[0]
    for choice in (whole, streamed):
        assert choice.finish_reason == "tool_calls"
        (call, *_more) = choice.message.tool_calls or []
        assert call.function.name == "get_weather"
        assert json.loads(call.function.arguments)["city"] == "Paris"
