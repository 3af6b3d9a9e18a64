"""The words of a server about a failure are kept for administrators, not sent to clients."""

from pathlib import Path

import pytest

from conversations.models import Generation
from tests.api.conftest import Gateway
from tests.test_canary import dump

WORDS = {
    "401": "HTTP 401 · Api key is invalid",
    "503": "HTTP 503 · Model service overloaded. Please try again later.",
    "error-mid-stream": "The model produced nonsense.",
    "json-error": "No provider.",
    "cut": "The answer broke off.",
}


QUOTED = "Confidentially: Anna Keller of Bern will sell her house in spring, she told me."


def test_what_the_server_repeats_of_the_request_is_kept_nowhere(
    gateway: Gateway, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    said = gateway.post(gateway.body("quotes-request", QUOTED)).json()["error"]["message"]
    assert said == "The model's server refused the request: Not allowed: [text]"
    gateway.settled()
    assert Generation.objects.get().upstream_words.startswith("HTTP 400 · Not allowed: [text]")
    assert "Keller" not in caplog.text
    assert "Keller" not in dump(tmp_path)


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
