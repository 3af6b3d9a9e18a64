"""An API key is shown to its user once and appears nowhere afterwards."""

import logging
from pathlib import Path

import httpx
import pytest
from django.test import Client

from tests.api.conftest import Gateway
from tests.test_canary import dump, pages

ENDS = ("good", "401", "cut")


def test_an_api_key_is_nowhere_to_be_seen(
    gateway: Gateway, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with caplog.at_level(logging.DEBUG):
        said = {script: _all_ways(gateway, script) for script in ENDS}
        seen = {"logs": caplog.text, "the database": dump(tmp_path), **said, **_account(gateway)}
        seen |= pages()
    # The part of the key that lists do not show.
    canary = gateway.secret.removeprefix(gateway.key.prefix)
    assert [place for place, text in seen.items() if canary in text] == []


def _all_ways(gateway: Gateway, script: str) -> str:
    """The replies to the key in every place of a request, wrong ones included."""
    gateway.model(script, keeps_api_content=True)
    answers = [
        gateway.post(gateway.body(script)),
        gateway.post(gateway.body(script, temperature=-9)),
        gateway.post(gateway.body(script), headers={"X-Api-Key": "pk-parley-another"}),
        httpx.get(f"{gateway.url}/models", headers={"Api-Key": gateway.secret}),
        httpx.get(f"{gateway.url}/models?api_key=none", headers={"Authorization": gateway.secret}),
    ]
    return "".join(f"{answer.headers} {answer.text}" for answer in answers)


def _account(gateway: Gateway) -> dict[str, str]:
    client = Client()
    client.force_login(gateway.alice)
    addresses = ("/account/", f"/account/keys/{gateway.key.pk}/")
    return {address: client.get(address).content.decode() for address in addresses}
