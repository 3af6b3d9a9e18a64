"""An API key is shown to its user once and appears nowhere afterwards."""

import logging
from pathlib import Path

import httpx
import pytest
from django.test import Client

from tests.api.conftest import Gate
from tests.test_canary import dump, pages

ENDS = ("good", "401", "cut")


def test_an_api_key_is_nowhere_to_be_seen(
    gate: Gate, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with caplog.at_level(logging.DEBUG):
        said = {script: _all_ways(gate, script) for script in ENDS}
        seen = {"logs": caplog.text, "the database": dump(tmp_path), **said, **_account(gate)}
        seen |= pages()
    # The part of the key that lists do not show.
    canary = gate.secret.removeprefix(gate.key.prefix)
    assert [place for place, text in seen.items() if canary in text] == []


def _all_ways(gate: Gate, script: str) -> str:
    """The replies to the key in every place of a request, wrong ones included."""
    gate.model(script, keeps_api_content=True)
    answers = [
        gate.post(gate.body(script)),
        gate.post(gate.body(script, temperature=9)),
        gate.post(gate.body(script), headers={"X-Api-Key": "pk-parley-another"}),
        httpx.get(f"{gate.url}/models", headers={"Api-Key": gate.secret}),
        httpx.get(f"{gate.url}/models?api_key=none", headers={"Authorization": gate.secret}),
    ]
    return "".join(f"{answer.headers} {answer.text}" for answer in answers)


def _account(gate: Gate) -> dict[str, str]:
    client = Client()
    client.force_login(gate.alice)
    addresses = ("/account/", f"/account/keys/{gate.key.pk}/")
    return {address: client.get(address).content.decode() for address in addresses}
