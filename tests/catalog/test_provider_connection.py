"""Testing the connection of a provider from the administration."""

import re

import pytest

from conversations.admin.provider_models import connection_report
from conversations.catalog.listing import Listing
from conversations.models import Policy, Provider
from conversations.upstream import (
    AddressRefused,
    KeyUnreadable,
    NotAStream,
    Redirected,
    TimedOut,
    TooLarge,
    Unreachable,
    UpstreamError,
)
from tests.catalog.administrator import (
    HEADER,
    KEY,
    Administrator,
    messages_of,
    server_that_says,
)
from tests.upstreams.scripted import SCRIPTS, ScriptedUpstream

pytestmark = pytest.mark.django_db


def test_testing_a_connection_tells_status_time_and_models(
    dana: Administrator, provider: Provider, server: ScriptedUpstream
) -> None:
    [shown] = messages_of(dana.presses(provider, "test"))
    assert shown.startswith("The server answers: 2xx in ")
    assert shown.endswith(f" ms, {len(SCRIPTS)} models.")
    [call] = server.calls
    assert (call.method, call.path) == ("GET", "/v1/models")
    assert (call.headers["authorization"], call.headers["x-team"]) == ("(secret)", HEADER)


def test_a_server_that_cannot_be_reached_is_reported_once_in_words(
    dana: Administrator, provider: Provider
) -> None:
    Provider.objects.update(base_url="http://127.0.0.1:9/v1")
    [shown] = messages_of(dana.presses(provider, "test"))
    assert re.sub(r"\d+ ms", "3 ms", shown) == (
        "The server cannot be reached. (no answer from http://127.0.0.1:9/v1/models after 3 ms)"
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Unreachable("The certificate of the server is not valid."), None),
        (AddressRefused("The address policy of this site does not allow this address."), None),
        (KeyUnreadable("The key was encrypted under another ENCRYPTION_KEY."), None),
        (NotAStream("The server does not list its models.", status=200), None),
        (Redirected("The server redirects to example.org.", status=301), None),
        (TooLarge("wire", 9), "The answer became too large and was ended."),
        (TimedOut("total", 15), "The server did not send its list in time."),
        (
            TimedOut("connect", 5),
            (
                "No connection to the model's server was made within 5 s. Administrators set this "
                "time as “to connect (s)” of the provider."
            ),
        ),
    ],
)
def test_a_failure_has_one_reason(error: UpstreamError, told: str | None) -> None:
    provider = Provider(base_url="https://example.org/v1")
    shown = connection_report(provider, Listing(3, error=error))
    assert shown == (
        f"{told or error.message} "
        f"({error.status or 'no answer'} from https://example.org/v1/models after 3 ms)"
    )


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, '"Invalid token"', "In detail: Invalid token"),
        (401, f"The key {KEY} of {HEADER} is wrong", "In detail: The key [key] of [key] is wrong"),
        (503, '{"code": 50505, "message": "<b>Too busy</b>"}', "In detail: Too busy"),
        (500, "<html><title>Error</title>10.0.0.9</html>", ""),
        (500, "x" * 5000, f"In detail: {'x' * 199}…"),
    ],
)
def test_a_refusal_of_a_server_is_reported_in_at_most_200_redacted_characters(
    dana: Administrator, provider: Provider, status: int, body: str, told: str
) -> None:
    with server_that_says(status, body) as address:
        Provider.objects.update(base_url=address)
        [shown] = messages_of(dana.presses(provider, "test"))
    assert f"({status} from {address}/models after " in shown
    assert shown.partition(" ms)")[2].strip() == told


def test_an_address_without_its_end_is_asked_about(dana: Administrator, provider: Provider) -> None:
    with server_that_says(404, "404 page not found") as address:
        Provider.objects.update(base_url=address.removesuffix("/v1"))
        [shown] = messages_of(dana.presses(provider, "test"))
    assert f"(404 from {address.removesuffix('/v1')}/models after " in shown
    assert "Check the end of the base address; most end in /v1." in shown


@pytest.mark.parametrize("button", ["test", "sync"])
def test_a_stored_host_that_cannot_be_resolved_is_reported(
    dana: Administrator, provider: Provider, button: str
) -> None:
    Provider.objects.update(base_url=f"http://{'a' * 64}.example/v1")
    [shown] = messages_of(dana.presses(provider, button))
    assert shown.startswith("The address must be a complete URL, such as https://")


def test_an_address_that_is_not_allowed_any_more_is_not_connected_to(
    dana: Administrator, provider: Provider, server: ScriptedUpstream
) -> None:
    Policy.objects.create(private_addresses=False)
    [shown] = messages_of(dana.presses(provider, "test"))
    assert shown.startswith("The address policy of this site does not allow this address.")
    assert server.connections == []
