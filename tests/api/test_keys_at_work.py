"""A key in use at the live site: its limits, its endpoints, and the suggested first requests."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
from django.test import Client

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import ApiKey, Counter
from conversations.quotas.amounts import Limit
from tests.api.conftest import SECONDS, Gateway
from tests.quotas.books import assert_books_balance
from tests.test_javascript import ROOT, node

ASKS, ROOM = 25, 10


def test_of_parallel_requests_a_key_has_room_for_as_many_are_answered_as_fit(
    gateway: Gateway,
) -> None:
    api_keys.change(
        gateway.key, KeyChoices("nightly", limits=[Limit("requests", "total", None, ROOM)])
    )
    body = gateway.body()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: gateway.post(body), range(ASKS)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(answers) - len(refused) == ROOM == len(gateway.settled(ROOM))
    assert all("limit of this API key" in each.json()["error"]["message"] for each in refused)
    assert {each.headers["x-should-retry"] for each in refused} == {"false"}
    assert Counter.objects.get(key_scope=gateway.key.pk).used == ROOM
    assert gateway.post(body).json()["error"]["code"] == "insufficient_quota"
    assert_books_balance()


def test_a_key_sees_no_more_than_it_is_for(gateway: Gateway) -> None:
    first, _second = gateway.model("good"), gateway.model("choices")
    api_keys.change(gateway.key, KeyChoices("nightly", models=[first]))
    assert [model.id for model in gateway.openai.models.list()] == ["good"]
    assert gateway.post(gateway.body("choices")).json()["error"]["code"] == "model_not_found"
    api_keys.change(gateway.key, KeyChoices("nightly", endpoints=["models"], addresses=[]))
    assert gateway.post(gateway.body()).json()["error"]["code"] == "endpoint_not_allowed"
    api_keys.change(gateway.key, KeyChoices("nightly", addresses=["192.0.2.0/24"]))
    headers = {"Authorization": f"Bearer {gateway.secret}"}
    refused = httpx.get(f"{gateway.url}/models", headers=headers, timeout=SECONDS)
    assert (refused.status_code, "127.0.0.1" in refused.text) == (401, True)
    assert ApiKey.objects.get().last_used_at is not None


def test_the_requests_that_the_page_suggests_run_as_they_stand(gateway: Gateway) -> None:
    gateway.model("good", name='it\'s/"good"', upstream_name="good")
    client = Client()
    client.force_login(gateway.alice)
    shown = {each.slug: each.text for each in client.get("/account/").context["examples"]}
    runs = {"curl": ["sh", "-c", shown["curl"]], "python": [sys.executable, "-c", shown["python"]]}
    if found := node():
        runs["javascript"] = [found, "--input-type=module", "-e", shown["javascript"]]
    for name, command in runs.items():
        said = subprocess.run(
            command,
            # Where the packages are found.
            cwd=ROOT,
            env={**os.environ, "PARLEY_API_KEY": gateway.secret},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert "<gen:" in said.stdout, (name, said.stdout, said.stderr)


def test_a_key_restricted_to_other_addresses_ends_its_running_streams(gateway: Gateway) -> None:
    headers = {"Authorization": f"Bearer {gateway.secret}"}
    body = gateway.body(words="tokens=2000 rate=20", stream=True)
    address = f"{gateway.url}/chat/completions"
    with httpx.stream("POST", address, json=body, headers=headers, timeout=SECONDS) as answer:
        lines = answer.iter_lines()
        next(lines)
        api_keys.change(gateway.key, KeyChoices("nightly", addresses=["192.0.2.0/24"]))
        said = [line for line in lines if line]
    assert '"code":"key_narrowed"' in said[-1]
    (entry,) = gateway.settled()
    assert entry.error_code == "key_narrowed"
