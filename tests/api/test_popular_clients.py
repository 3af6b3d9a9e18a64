"""Popular clients get an answer from a server that refuses what strict servers refuse."""

import json
from typing import Any

import pytest

from tests.api.client_requests import SHAPES
from tests.api.conftest import Gateway


def answer_of(text: str) -> Any:
    """The message of an answer, whole or put together from a stream."""
    if not text.startswith("data:"):
        return json.loads(text)["choices"][0]["message"]
    events = [line[6:] for line in text.splitlines() if line.startswith("data: {")]
    deltas = [each["choices"][0]["delta"] for each in map(json.loads, events) if each["choices"]]
    calls = [call for each in deltas for call in each.get("tool_calls", ())]
    return {"content": "".join(each.get("content") or "" for each in deltas), "tool_calls": calls}


@pytest.mark.parametrize("name", SHAPES)
def test_a_popular_client_gets_its_answer(gateway: Gateway, name: str) -> None:
    body, left_out = SHAPES[name]
    gateway.model("able", reasons=True)
    answered = gateway.post({"model": "able", **body})
    assert answered.status_code == 200, answered.text
    message = answer_of(answered.text)
    assert message["content"] or message["tool_calls"]
    ignored = answered.headers.get("x-ignored-fields", "")
    assert {each.strip() for each in ignored.split(",") if each} == left_out
    sent = gateway.upstream.calls[-1].body
    for field in ("reasoning_effort", "tool_choice", "response_format", "logit_bias"):
        if body.get(field) and body.get("tools", True):
            assert sent[field]
