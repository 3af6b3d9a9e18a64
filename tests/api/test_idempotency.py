"""Idempotency-Key: one run and one charge, however often the request comes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import openai
import pytest
from django.utils import timezone

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.api import idempotency
from conversations.api.reply import REPLAYABLE_BYTES
from conversations.generation import log
from conversations.models import IdempotencyClaim, LedgerEntry
from tests.api.conftest import Gateway, until

KEY = {"Idempotency-Key": "order-66"}
PARALLEL = 10


def at_once(gateway: Gateway, body: dict[str, Any], count: int = PARALLEL) -> list[httpx.Response]:
    """The replies to simultaneous copies of the same request."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: gateway.post(body, headers=KEY), range(count)))


def in_another_process(gateway: Gateway) -> None:
    """Have the next request come to a process that does not run the first one: empty the memory."""
    for memory in idempotency._memories.values():
        memory._known.clear()


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_ten_at_once_make_one_call_one_charge_and_ten_equal_answers(
    gateway: Gateway, stream: bool
) -> None:
    answers = at_once(gateway, gateway.body(words="tokens=30 rate=200", stream=stream))
    assert {each.status_code for each in answers} == {200}
    assert len({each.content for each in answers}) == 1
    assert len({each.headers["x-request-id"] for each in answers}) == PARALLEL
    assert len(gateway.upstream.calls) == 1
    (entry,) = gateway.settled(1)
    assert entry.completion_tokens == 30
    again = gateway.post(gateway.body(words="tokens=30 rate=200", stream=stream), headers=KEY)
    assert again.content == answers[0].content
    assert LedgerEntry.objects.count() == 1


def test_a_repeated_request_reads_a_running_stream_from_its_beginning(gateway: Gateway) -> None:
    body = gateway.body(words="tokens=4 gate=slow", stream=True)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(gateway.post, body, headers=KEY)
        gateway.upstream.wait_until(lambda: bool(gateway.upstream.calls))
        gateway.upstream.open("slow", 2)
        gateway.upstream.wait_until(lambda: gateway.upstream.calls[0].sent_tokens == 2)
        headers = {**KEY, "Authorization": f"Bearer {gateway.secret}"}
        address = f"{gateway.url}/chat/completions"
        with httpx.stream("POST", address, json=body, headers=headers, timeout=20) as second:
            lines = second.iter_lines()
            assert "assistant" in next(lines)
            gateway.upstream.open("slow", 2)
            rest = [line for line in lines if line]
        assert "\n\n".join(rest) + "\n\n" in first.result().text
    assert len(gateway.upstream.calls) == 1
    gateway.settled(1)


def test_another_body_is_refused_but_another_order_of_fields_is_not(gateway: Gateway) -> None:
    body = gateway.body()
    first = gateway.post(body, headers=KEY)
    assert gateway.post(dict(reversed(body.items())), headers=KEY).content == first.content
    other = gateway.post({**body, "temperature": 0.5}, headers=KEY)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert len(gateway.upstream.calls) == 1


def test_a_key_that_has_lost_the_model_gets_no_old_answer_of_it(gateway: Gateway) -> None:
    gateway.post(gateway.body(), headers=KEY)
    api_keys.change(gateway.key, KeyChoices("nightly", models=[gateway.model("choices")]))
    again = gateway.post(gateway.body(), headers=KEY)
    assert (again.status_code, again.json()["error"]["code"]) == (404, "model_not_found")


def test_another_api_key_may_use_the_same_word(gateway: Gateway) -> None:
    gateway.post(gateway.body(), headers=KEY)
    _key, secret = api_keys.create(gateway.alice, KeyChoices("another"))
    other = gateway.post(gateway.body(), headers={**KEY, "Authorization": f"Bearer {secret}"})
    assert other.status_code == 200
    assert len(gateway.upstream.calls) == 2


def test_a_dropped_answer_is_refused_without_a_charge_or_a_retry(gateway: Gateway) -> None:
    gateway.ask("good", extra_headers=KEY)
    gateway.settled(1)
    log.prune(timezone.now())
    with pytest.raises(openai.ConflictError, match="Nothing was charged") as caught:
        gateway.openai.with_options(max_retries=2).chat.completions.create(
            model="good", messages=[{"role": "user", "content": "tokens=3"}], extra_headers=KEY
        )
    assert caught.value.code == "idempotent_answer_gone"
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert len(gateway.upstream.calls) == 1
    gateway.settled(1)
    changed = gateway.post(gateway.body(words="tokens=4"), headers=KEY)
    assert changed.status_code == 422


def test_after_a_day_the_key_is_new(gateway: Gateway) -> None:
    gateway.post(gateway.body(), headers=KEY)
    in_another_process(gateway)
    yesterday = timezone.now() - timedelta(hours=24, seconds=1)
    IdempotencyClaim.objects.update(created_at=yesterday)
    assert gateway.post(gateway.body(words="tokens=5"), headers=KEY).status_code == 200
    assert IdempotencyClaim.objects.count() == 1


def test_a_request_that_came_to_nothing_frees_its_key(gateway: Gateway) -> None:
    for script in ("403", "reset-before-headers"):
        assert gateway.post(gateway.body(script), headers=KEY).status_code == 502
        until(lambda: [1] if not IdempotencyClaim.objects.exists() else [], 1)
    refused = at_once(gateway, gateway.body(temperature=-9), 3)
    assert {each.status_code for each in refused} == {400}
    assert gateway.post(gateway.body(), headers=KEY).status_code == 200


def test_an_answer_that_all_left_is_not_given_as_if_it_were_whole(gateway: Gateway) -> None:
    body = gateway.body(words="tokens=9 gate=left", stream=True)
    headers = {**KEY, "Authorization": f"Bearer {gateway.secret}"}
    address = f"{gateway.url}/chat/completions"
    with ThreadPoolExecutor(1) as pool:
        pool.submit(
            gateway.upstream.wait_until, lambda: bool(gateway.upstream.calls)
        ).add_done_callback(lambda _: gateway.upstream.open("left", 2))
        with httpx.stream("POST", address, json=body, headers=headers, timeout=20) as answer:
            next(answer.iter_lines())
    gateway.settled(1)
    again = gateway.post(body, headers=KEY)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "idempotent_answer_gone")
    assert again.headers["x-should-retry"] == "false"


def test_a_long_answer_of_which_memory_has_no_more_the_beginning_is_the_same(
    gateway: Gateway,
) -> None:
    body = gateway.body("huge-answer", f"size={REPLAYABLE_BYTES + 200_000}", stream=True)
    first = gateway.post(body, headers=KEY)
    assert len(first.content) > REPLAYABLE_BYTES
    assert gateway.post(body, headers=KEY).content == first.content
    assert len(gateway.upstream.calls) == 1
