"""A key is never shown, not even in errors."""

import logging
import traceback

import pytest

from conversations.upstream import Upstream
from tests.upstream.asking import receive, request, run, upstream
from tests.upstreams.scripted import SCRIPTS

KEY = "canary-Zq81-key-that-must-not-show"
HEADER = "canary-header-Xw77"


def test_no_key_shows_in_any_error_representation_or_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    endless = {"flood", "comments-only", "drip"}
    quiet = {name for name in SCRIPTS if name.startswith("stall") or name == "dies"}

    async def ask() -> list[str]:
        shown = []
        async with upstream(api_key=KEY, headers={"X-Api-Key": HEADER}) as (server, client):
            server.echo = f"The key {KEY} and {HEADER} at http://10.0.0.1/?key={KEY} are wrong"
            for script in sorted(SCRIPTS.keys() - endless - quiet):
                received = await receive(client, request(script))
                shown += [repr(received), repr(client), repr(vars(received.error or object))]
                shown += traceback.format_exception(received.error) if received.error else []
                shown += [repr(call.as_json()) for call in server.calls]
        return shown

    everything = "\n".join([*run(ask()), caplog.text])
    assert "unauthorised" in everything
    assert KEY not in everything
    assert HEADER not in everything
    assert "10.0.0.1" not in everything


@pytest.mark.parametrize(
    "address",
    [
        "ftp://host/v1",
        "host/v1",
        "http://",
        "http://user:pass@host/v1",
        "http://host/v1?key=1",
        "http://host/v1#x",
    ],
)
def test_an_address_that_could_hold_a_secret_or_leads_nowhere_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="The address must"):
        Upstream(address)


@pytest.mark.parametrize("key", ["sk-\n", "sk-é", "sk-\0"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_repeated(key: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII") as caught:
        Upstream("http://127.0.0.1/v1", key)
    assert "sk-" not in str(caught.value)
