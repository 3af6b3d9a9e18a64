"""A conversation's page and state are sent compressed; pages that repeat input are not."""

import gzip

import pytest
from django.test import Client

from tests.browser.talking import conversation_with
from tests.people import People, make_model


@pytest.fixture
def client_of_alice(people: People) -> Client:
    make_model("good")
    client = Client(headers={"accept-encoding": "gzip, br"})
    client.force_login(people.alice)
    return client


@pytest.mark.parametrize("path", ["/", "/state.json", "/c/{}/", "/c/{}/state.json"])
def test_a_conversation_is_sent_compressed(
    client_of_alice: Client, people: People, path: str
) -> None:
    talk = conversation_with(people.alice, "What are tides?", "Water, moved.")
    answer = client_of_alice.get(path.format(talk.pk))
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    assert b'"models"' in gzip.decompress(answer.content)


@pytest.mark.parametrize("path", ["/account/", "/account/keys/new/", "/accounts/login/"])
def test_a_page_that_repeats_what_it_was_sent_is_not(client_of_alice: Client, path: str) -> None:
    assert "Content-Encoding" not in client_of_alice.get(path).headers
