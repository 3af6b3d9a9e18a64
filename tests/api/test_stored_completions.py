"""Content of API calls: stored only for models that an administrator chose, and announced."""

import json
from typing import Any

import pytest
from django.test import Client

from conversations.models import KeptCompletion
from tests.api.conftest import Gateway, until
from tests.people import PASSWORD


def answers() -> list[Any]:
    """The stored replies."""
    return [
        json.loads(each) for each in KeptCompletion.objects.values_list("answer", flat=True) if each
    ]


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_model_that_stores_content_stores_it_and_says_so(gateway: Gateway, stream: bool) -> None:
    gateway.model("siliconflow", keeps_api_content=True)
    answer = gateway.post(gateway.body("siliconflow", "at=1 tokens=2 a secret", stream=stream))
    assert answer.headers["x-content-kept"] == "true"
    listed: Any = gateway.openai.models.retrieve("siliconflow")
    assert listed.keeps_content is True
    (kept,) = until(answers, 1)
    assert kept["choices"][0]["message"]["content"] == "<gen:1:0001>"
    stored = KeptCompletion.objects.get()
    assert "a secret" in stored.request
    assert (stored.user, stored.api_key_name) == (gateway.alice, str(gateway.key))


def test_an_answer_that_broke_off_is_stored_so_far_with_its_error(gateway: Gateway) -> None:
    gateway.model("cut", keeps_api_content=True)
    gateway.post(gateway.body("cut", "at=2", stream=True))
    (kept,) = until(answers, 1)
    assert kept["choices"][0]["message"]["content"] == "<gen:1:0000><gen:1:0001>"
    assert kept["error"]["code"] == "truncated"


def test_other_models_store_nothing_and_say_so(gateway: Gateway) -> None:
    assert gateway.post(gateway.body()).headers["x-content-kept"] == "false"
    gateway.settled(1)
    assert not KeptCompletion.objects.exists()


def test_an_administrator_reads_and_deletes_it_and_changes_nothing(
    gateway: Gateway, client: Client
) -> None:
    gateway.model("says", keeps_api_content=True)
    gateway.post(gateway.body("says", "say:<script>alert(1)</script>"))
    until(answers, 1)
    assert client.login(username="dana", password=PASSWORD)
    listed = client.get("/admin/conversations/keptcompletion/")
    assert "says" in listed.content.decode()
    stored = KeptCompletion.objects.get()
    page = client.get(f"/admin/conversations/keptcompletion/{stored.pk}/change/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert 'name="request"' not in page
