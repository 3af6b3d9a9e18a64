"""What a server says of a failed request is kept for administrators, not sent to the client."""

import pytest

from conversations.models import Generation
from tests.api.conftest import Gateway

WORDS = {
    "401": "HTTP 401 · Api key is invalid",
    "503": "HTTP 503 · Model service overloaded. Please try again later.",
    "error-mid-stream": "The model produced nonsense.",
    "json-error": "No provider.",
    "cut": "The answer broke off.",
}


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "whole"])
def test_the_words_are_stored_and_logged_and_not_sent(
    gateway: Gateway, streamed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    sent = [gateway.post(gateway.body(each, "at=2", stream=streamed)).text for each in WORDS]
    gateway.settled(len(WORDS))
    generations = Generation.objects.order_by("created_at")
    stored = [each.upstream_words.rpartition(" · trace id ")[0] for each in generations]
    assert stored == list(WORDS.values())
    for reply, words, generation in zip(sent, WORDS.values(), generations, strict=True):
        said = words.split(" · ")[-1]
        assert said not in reply
        (line,) = [each for each in caplog.messages if str(generation.pk) in each]
        assert said in line
