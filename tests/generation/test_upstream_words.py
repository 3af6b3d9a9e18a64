"""The words of a server about a failure are stored and logged for administrators alone.

Through ``/v1`` it is the same: ``tests/api/test_upstream_words.py``.
"""

import logging

import pytest

from conversations.chat.details import details_of
from conversations.chat.state import page_state
from conversations.database.threads import in_thread
from conversations.generation import lifecycle, recovery
from conversations.generation.lifecycle import UpstreamTrace
from conversations.models import Generation, Message, Provider
from conversations.transcript import Failure, Finished
from tests.people import make_people
from tests.playing import KEY, Stage, a_running_generation, logged, play

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = {
    "400": "HTTP 400 · temperature must be at most 2",
    "401": "HTTP 401 · Api key is invalid",
    "403-balance": "HTTP 403 · Sorry, your balance is not enough",
    "404-path": "HTTP 404 · 404 page not found",
    "429": "HTTP 429 · Request was rejected due to rate limiting. Details:TPM limit reached.",
    "500": "HTTP 500 · Unknown error",
    "503": "HTTP 503 · Model service overloaded. Please try again later.",
    "error-mid-stream": "The model produced nonsense.",
    "error-flat": "Model service overloaded. Please try again later.",
    "error-in-chunk": "Provider disconnected.",
    "json-error": "No provider.",
    # Words of our own, where the server has none.
    "html-502": "HTTP 502",
    "cut": "The answer broke off.",
    "html": "The server sent a web page instead of an answer.",
}


@pytest.mark.parametrize("script", WORDS)
def test_the_words_are_stored_and_logged_once_and_sent_to_no_page(
    script: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(stage: Stage) -> tuple[Generation, str, str]:
        turn = await stage.send("at=2", await stage.model(script))
        generation, _message = await stage.ended(turn)
        sent = "".join(await logged(generation.pk))
        state = await in_thread(page_state, stage.alice, turn.conversation)
        return generation, sent, str(state)

    generation, sent, state = play(work)
    assert generation.upstream_words == f"{WORDS[script]} · trace id trace-1"
    said = WORDS[script].split(" · ")[-1]
    (line,) = [each for each in caplog.messages if str(generation.pk) in each]
    provider = Provider.objects.get().name
    for part in (
        f"kind={generation.error_code}",
        repr(provider),
        repr(script),
        "trace_id=trace-1",
        "says=",
    ):
        assert part in line
    assert said in line or said.startswith("HTTP")
    # A user may change a request that was rejected, and reads what is wrong with it.
    if generation.error_code != "refused":
        assert said not in sent
        assert said not in state


def test_the_words_are_redacted_bounded_and_on_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async def work(stage: Stage) -> Generation:
        stage.upstream.echo = f"bad key {KEY}\nGeneration 1 at http://10.0.0.1/x " + "é" * 3000
        turn = await stage.send("Hello", await stage.model("echoes-key"))
        return (await stage.ended(turn))[0]

    words = play(work).upstream_words
    assert words.startswith("HTTP 401 · bad key [key] Generation 1 at [address] é")
    assert len(words) == len("HTTP 401 · " + " · trace id trace-1") + 2000
    (line,) = [each for each in caplog.messages if "says=" in each]
    assert "\n" not in line


def test_an_answer_without_a_failure_has_no_words(caplog: pytest.LogCaptureFixture) -> None:
    async def work(stage: Stage) -> Generation:
        turn = await stage.send("tokens=2", await stage.model("good"))
        return (await stage.ended(turn))[0]

    with caplog.at_level(logging.INFO):
        assert play(work).upstream_words == ""
    assert "says=" not in caplog.text


def test_the_words_stay_when_the_site_recovers_and_settles_again() -> None:
    generation = a_running_generation(make_people().alice)
    last = Finished(cause="failed", error=Failure("failed", "The model's server failed."))
    assert lifecycle.finish(generation.pk, 1, last, trace=UpstreamTrace(words="boom"))
    assert recovery.end_not_begun() == 0
    assert lifecycle.finish(generation.pk, 1, last) is None
    message = Message.objects.select_related("generation").get()
    assert details_of(message, with_upstream_words=True)["upstream_words"] == "boom"
    assert "upstream_words" not in details_of(message)
