"""Replies to API clients about their limits: what was lowered, cut, held or used up."""

from typing import Any

import openai
import pytest

from conversations.models import Counter, LedgerEntry
from tests.api.conftest import Gateway, until
from tests.quotas.books import assert_books_balance, limit

LOWERED = "x-lowered-max-tokens"


@pytest.mark.parametrize("asked", [{}, {"max_tokens": 9_000}, {"max_completion_tokens": 9_000}])
@pytest.mark.parametrize("stream", [False, True])
def test_a_length_that_the_limit_sets_or_lowers_is_sent_and_told(
    gateway: Gateway, asked: dict[str, int], stream: bool
) -> None:
    limit(2_000, user=gateway.alice)
    gateway.model("good", default_max_tokens=512)
    answer = gateway.post(gateway.body(stream=stream, **asked))
    sent = gateway.upstream.calls[-1].body["max_tokens"]
    assert answer.headers[LOWERED] == str(sent)
    assert 1_850 < sent < 2_000


@pytest.mark.parametrize("asked", [{}, {"max_tokens": 900}])
@pytest.mark.parametrize("measure", ["tokens", "cost"])
def test_a_limit_with_room_changes_nothing(
    gateway: Gateway, asked: dict[str, int], measure: str
) -> None:
    limit(1_000_000, measure, user=gateway.alice)
    gateway.model("good", default_max_tokens=512, completion_price=8)
    answer = gateway.post(gateway.body(words="tokens=1200", **asked))
    assert gateway.upstream.calls[-1].body.get("max_tokens") == asked.get("max_tokens")
    assert LOWERED not in answer.headers
    choice = answer.json()["choices"][0]
    assert (choice["finish_reason"], choice["message"]["content"].count("<gen:")) == ("stop", 1_200)


@pytest.mark.parametrize("script", ["good", "burst", "siliconflow"])
def test_a_cut_answer_has_length_and_the_usage_that_was_charged(
    gateway: Gateway, script: str
) -> None:
    limit(1_000, user=gateway.alice)
    whole = gateway.ask(script, "tokens=4000", max_tokens=1)
    assert whole.choices[0].finish_reason == "length"
    (entry,) = gateway.settled()
    said = whole.choices[0].message
    text = said.content + getattr(said, "reasoning_content", "")
    assert whole.usage.completion_tokens == entry.completion_tokens == text.count("<gen:")
    assert whole.usage.total_tokens <= 1_001
    assert_books_balance(over=1)


def test_a_cut_stream_ends_properly(gateway: Gateway) -> None:
    limit(1_000, user=gateway.alice)
    body = gateway.body(words="tokens=4000", stream=True, stream_options={"include_usage": True})
    text = gateway.post(body | {"max_tokens": 1}).text
    assert text.endswith("data: [DONE]\n\n")
    assert text.count('"finish_reason":"length"') == 1
    (entry,) = gateway.settled()
    assert f'"completion_tokens":{entry.completion_tokens}' in text
    assert text.count("<gen:") == entry.completion_tokens


def test_a_prompt_that_fits_in_the_limit_is_not_refused_for_its_bytes(gateway: Gateway) -> None:
    limit(6_000, user=gateway.alice)
    # About 2,500 tokens of 10,000 bytes.
    body = gateway.body(words="tokens=9 " + "lorem ipsum dolor " * 555)
    assert gateway.post(body).status_code == 200
    (entry,) = gateway.settled()
    assert entry.completion_tokens == 9


@pytest.mark.parametrize("streams", [False, True])
def test_a_cut_answer_says_so_although_its_end_has_arrived(gateway: Gateway, streams: bool) -> None:
    limit(87, user=gateway.alice)
    gateway.model("burst")
    body = gateway.body(model="burst", messages=_said("tokens=82"), max_tokens=1, stream=streams)
    text = gateway.post(body).text
    assert '"finish_reason":"length"' in text
    assert '"finish_reason":"stop"' not in text
    (entry,) = gateway.settled()
    assert text.count("<gen:") == entry.completion_tokens < 82


# No day and no month ends meanwhile.
@pytest.mark.usefixtures("clock")
def test_what_is_only_set_aside_is_worth_a_retry_that_then_succeeds(gateway: Gateway) -> None:
    limit(1_000, user=gateway.alice)
    gateway.model("good")
    gateway.upstream.open("g", 700)
    with gateway.openai.chat.completions.create(
        model="good", messages=_said("tokens=800 gate=g"), stream=True
    ) as running:
        for number, _chunk in enumerate(running):
            if number == 700:
                break
        # It asks for more from its 593rd token on, and reads on until its hold is renewed.
        until(lambda: list(Counter.objects.filter(held__gt=900)), 1)
        body = gateway.body(max_tokens=200)
        refused = gateway.post(body)
        assert refused.status_code == 429
        error = refused.json()["error"]
        assert error["code"] == error["type"] == "rate_limit_exceeded"
        assert error["message"].startswith("Your limit is 1,000 tokens a day: 0 tokens used, and ")
        assert "set aside for answers that are being written" in error["message"]
        assert refused.headers["x-should-retry"] == "true"
        assert 1 <= int(refused.headers["retry-after"]) <= 5
        assert refused.headers["x-ratelimit-limit-tokens"] == "1000"
    gateway.settled()
    assert gateway.post(body).status_code == 200


@pytest.mark.usefixtures("clock")
def test_what_is_used_up_is_not(gateway: Gateway) -> None:
    limit(1_000, user=gateway.alice, period="month")
    gateway.ask("good", "tokens=4000", max_tokens=1)
    with pytest.raises(openai.RateLimitError) as refused:
        gateway.ask("good", "tokens=4000", max_tokens=1)
    assert refused.value.code == "insufficient_quota"
    assert refused.value.response.headers["x-should-retry"] == "false"
    assert int(refused.value.response.headers["retry-after"]) > 5
    assert "It resets on" in refused.value.message


def test_an_answer_beyond_its_length_is_in_the_ledger(gateway: Gateway) -> None:
    gateway.ask("good", "tokens=40", max_tokens=20)
    gateway.ask("good", "tokens=40")
    until(lambda: list(LedgerEntry.objects.all()), 2)
    entries = LedgerEntry.objects.order_by("settled_at")
    assert list(entries.values_list("asked_tokens", "completion_tokens")) == [(20, 40), (None, 40)]


def _said(words: str) -> Any:
    return [{"role": "user", "content": words}]
