"""The models of a key: what each can do, in OpenAI's form and in the names that clients know."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from conversations.models import LanguageModel
from tests.api.conftest import CERTIFICATES, SECONDS, Gateway


def listed(gateway: Gateway, name: str) -> dict[str, Any]:
    """The model, as the list and its own address have it."""
    headers = {"Authorization": f"Bearer {gateway.secret}"}
    every, one = (
        httpx.get(f"{gateway.url}/{path}", headers=headers, timeout=SECONDS, verify=CERTIFICATES)
        for path in ("models", f"models/{quote(name)}")
    )
    assert every.json()["object"] == "list"
    (found,) = [each for each in every.json()["data"] if each["id"] == name]
    assert found == one.json()
    return dict(found)


def test_a_model_has_openais_fields_and_what_it_can_do(gateway: Gateway) -> None:
    model = gateway.model("good", context_length=32_768, reasons=True, dialect="vllm")
    found = listed(gateway, "good")
    taken = found.pop("supported_parameters")
    assert found == {
        "id": "good",
        "object": "model",
        "created": int(model.created_at.timestamp()),
        "owned_by": model.provider.name,
        "context_length": 32_768,
        "max_model_len": 32_768,
        "max_completion_tokens": 16_384,
        "capabilities": {"tools": True, "json": True, "reasoning": True},
        "keeps_content": False,
    }
    assert {"max_tokens", "max_completion_tokens", "tools", "response_format", "stop"} <= {*taken}


@pytest.mark.parametrize(
    ("fields", "longest"),
    [
        ({"context_length": None}, 16_384),
        ({"parameters": {"max_tokens": {"high": 900}}}, 900),
        ({"parameters": {"max_tokens": {"high": 100_000}}, "context_length": 131_072}, 100_000),
    ],
)
def test_the_longest_answer_is_what_a_request_is_lowered_to(
    gateway: Gateway, fields: dict[str, Any], longest: int
) -> None:
    gateway.model("good", **fields)
    found = listed(gateway, "good")
    assert found["max_completion_tokens"] == longest
    assert found["max_model_len"] == found["context_length"] == fields.get("context_length")
    lowered = gateway.post(gateway.body(max_tokens=1_000_000)).headers["x-lowered-max-tokens"]
    # The prompt of a few words takes its part of a context that is full.
    assert longest - 50 < int(lowered) <= longest


def test_the_longest_answer_leaves_room_for_the_prompt_in_the_context(gateway: Gateway) -> None:
    gateway.model("good", context_length=2048)
    assert listed(gateway, "good")["max_completion_tokens"] == 2048
    answer = gateway.post(gateway.body(max_tokens=2048))
    assert 1_900 < int(answer.headers["x-lowered-max-tokens"]) < 2048


@pytest.mark.parametrize(
    ("fields", "capability", "parameter"),
    [
        ({"takes_tools": False}, "tools", "tools"),
        ({"parameters": {"tools": {"allowed": False}}}, "tools", "tools"),
        ({"writes_json": False}, "json", "response_format"),
        ({"reasons": False}, "reasoning", "enable_thinking"),
    ],
)
def test_what_a_model_cannot_do_is_not_listed(
    gateway: Gateway, fields: dict[str, Any], capability: str, parameter: str
) -> None:
    gateway.model("good", **{"reasons": True, "dialect": "vllm", **fields})
    found = listed(gateway, "good")
    assert found["capabilities"] == {
        **dict.fromkeys(("tools", "json", "reasoning"), True),
        capability: False,
    }
    assert parameter not in found["supported_parameters"]


def test_every_parameter_that_is_listed_is_taken_and_no_other(gateway: Gateway) -> None:
    values = {"top_k": 3, "min_p": 0.1, "seed": 4, "temperature": 0.5, "presence_penalty": 0.2}
    for dialect in ("openai", "siliconflow", "vllm", "ollama"):
        name = f"good?{dialect}"
        model = gateway.model(name, dialect=dialect)
        taken = listed(gateway, name)["supported_parameters"]
        for field, value in values.items():
            answer = gateway.post(gateway.body(name, **{field: value}))
            assert (answer.status_code == 200) == (field in taken), (dialect, field, answer.text)
        LanguageModel.objects.filter(pk=model.pk).delete()
