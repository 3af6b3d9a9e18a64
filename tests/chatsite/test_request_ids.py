"""The id of a request: in its reply, in the log, and in what the user reads about a failure."""

import http.client
import json
import logging
import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from chatsite.logs import logging_config
from conversations.api import openapi
from conversations.views import setup
from tests.chatsite.conftest import handler_of
from tests.live import LiveSite

ID = re.compile(r"req_[0-9a-f]{32}")
CANARY = "canary of a user's text"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines of a log in JSON."""
    handler = handler_of(logging_config("json"))
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    return handler.lines


@pytest.fixture
def connection(live_site: LiveSite) -> Iterator[http.client.HTTPConnection]:
    """A connection to the running site."""
    opened = http.client.HTTPConnection(urlsplit(live_site.url).netloc, timeout=30)
    yield opened
    opened.close()


def asked(connection: http.client.HTTPConnection, path: str) -> tuple[int, str, str]:
    """The status of a reply, its request id, and its text."""
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.getheader("x-request-id") or "", answer.read().decode()


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/no-such-page/", "/v1/models"])
def test_every_reply_has_an_id_of_its_own(
    connection: http.client.HTTPConnection, path: str
) -> None:
    ids = {asked(connection, path)[1] for _ in range(3)}
    assert len(ids) == 3
    assert all(ID.fullmatch(each) for each in ids)


def test_a_request_that_fails_is_one_line_with_the_id_that_its_page_shows(
    connection: http.client.HTTPConnection, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(setup.first_run, "is_valid", fail)
    status, request_id, text = asked(connection, f"/setup/{'x' * 20}/?q={CANARY.replace(' ', '+')}")
    assert status == 500
    assert request_id in text
    (line,) = [json.loads(each) for each in lines]
    assert line["request_id"] == request_id
    assert (line["level"], line["status"]) == ("ERROR", 500)
    assert "RuntimeError: broken" in line["traceback"]
    assert "canary" not in str(line)


def test_a_request_of_a_program_that_fails_is_one_line_with_its_id(
    connection: http.client.HTTPConnection, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(openapi, "description", fail)
    status, request_id, text = asked(connection, "/v1/openapi.json")
    assert (status, json.loads(text)["error"]["code"]) == (500, "internal_error")
    (line,) = [json.loads(each) for each in lines]
    assert (line["level"], line["request_id"]) == ("ERROR", request_id)
    assert "RuntimeError: broken" in line["traceback"]


def test_a_line_can_have_ids_of_its_own(lines: list[str]) -> None:
    generation_id = uuid4()
    logging.getLogger("any").error("It failed.", extra={"generation_id": generation_id})
    (line,) = [json.loads(each) for each in lines]
    assert line["generation_id"] == str(generation_id)


def test_a_line_about_a_conversation_names_it(
    connection: http.client.HTTPConnection, lines: list[str]
) -> None:
    conversation_id = str(uuid4())
    connection.request("POST", f"/c/{conversation_id}/")
    connection.getresponse().read()
    (line,) = [json.loads(each) for each in lines]
    assert line["conversation_id"] == conversation_id
    assert ID.fullmatch(line["request_id"])


def test_plain_text_names_the_request_too(
    connection: http.client.HTTPConnection, written: list[str]
) -> None:
    _status, request_id, _text = asked(connection, "/no-such-page/")
    assert [line[line.index("django") :] for line in written] == [
        f"django.request: Not Found: /no-such-page/ [{request_id}]"
    ]
