"""A clock that ran out is named to API clients, with the field of the provider that sets it."""

import json
from typing import Any

import pytest

from conversations.models import Provider
from tests.api.conftest import Gateway

WITHOUT_A_WORD = {
    "stall-before-headers": ("first_word_seconds", "to the first word (s)"),
    "comments-only": ("first_word_seconds", "to the first word (s)"),
    "stall-after-headers": ("silent_seconds", "silent for (s)"),
}


def impatient(gateway: Gateway, script: str, field: str, **fields: Any) -> dict[str, Any]:
    body = gateway.body(script, "at=2", **fields)
    Provider.objects.update(**{field: 0.1})
    return body


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("script", WITHOUT_A_WORD)
def test_before_the_first_word_it_is_a_status(
    gateway: Gateway, script: str, streamed: bool
) -> None:
    field, label = WITHOUT_A_WORD[script]
    answer = gateway.post(impatient(gateway, script, field, stream=streamed))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (504, "timed_out")
    assert f"0.1 s. Administrators set this time as “{label}” of the provider." in (
        error["message"].replace("0.1 s, so the answer was ended", "0.1 s")
    )
    assert answer.headers["x-should-retry"] == "false"


def test_after_it_a_stream_ends_with_the_same_sentence(gateway: Gateway) -> None:
    body = impatient(gateway, "stall-after-tokens", "silent_seconds", stream=True)
    *_said, last, _empty = gateway.post(body).text.split("\n\n")
    error = json.loads(last.removeprefix("data: "))["error"]
    assert error["code"] == "timed_out"
    assert "“silent for (s)”" in error["message"]
