"""Addresses with slashes too many, without ``/v1``, or at which there is nothing."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.conftest import SECONDS, Gateway
from tests.api.test_errors import error_in

ENDPOINTS = [
    "GET /v1/models",
    "GET /v1/models/{model}",
    "POST /v1/chat/completions",
    "GET /v1/openapi.json",
    "GET /v1",
]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def asked(
    gateway: Gateway, method: str, path: str, body: Any = None, **headers: str
) -> httpx.Response:
    """The answer to exactly this path, which packages would tidy up."""
    connection = http.client.HTTPConnection(urlsplit(gateway.site).netloc, timeout=SECONDS)
    content = json.dumps(body).encode() if body is not None else None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, content, named)
    answer = connection.getresponse()
    found = httpx.Response(answer.status, headers=answer.getheaders(), content=answer.read())
    connection.close()
    return found


def keyed(gateway: Gateway, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {gateway.secret}", **headers}


@pytest.mark.parametrize("path", ["/v1", "/v1/", "//v1", "//v1//", "/v1?a=b"])
def test_the_base_address_lists_what_there_is_to_everybody(gateway: Gateway, path: str) -> None:
    answer = asked(gateway, "GET", path)
    assert answer.status_code == 200
    assert answer.json() == {
        "object": "api",
        "name": "Parley API",
        "base_url": gateway.url,
        "endpoints": ENDPOINTS,
        "description_url": f"{gateway.url}/openapi.json",
    }


@pytest.mark.parametrize(
    "path", ["/v1/models", "/v1/models/", "//v1//models", "/v1//models//", "///v1/models"]
)
def test_slashes_too_many_do_no_harm(gateway: Gateway, path: str) -> None:
    gateway.model("good")
    answer = asked(gateway, "GET", path, **keyed(gateway))
    assert [each["id"] for each in answer.json()["data"]] == ["good"]


@pytest.mark.parametrize(
    "path", ["/v1/chat/completions/", "//v1//chat/completions", "/v1//chat//completions//"]
)
def test_slashes_too_many_do_no_harm_to_a_request(gateway: Gateway, path: str) -> None:
    answer = asked(gateway, "POST", path, gateway.body(), **keyed(gateway))
    assert (answer.status_code, answer.json()["object"]) == (200, "chat.completion")


@pytest.mark.parametrize(
    "name", ["Qwen/QwQ-32B", "Qwen%2FQwQ-32B", "Qwen/QwQ-32B/", "Qwen//QwQ-32B", "/Qwen/QwQ-32B"]
)
def test_a_model_is_found_although_its_name_has_slashes(gateway: Gateway, name: str) -> None:
    gateway.model("Qwen/QwQ-32B")
    gateway.model("strange//name/")
    answer = asked(gateway, "GET", f"/v1/models/{name}", **keyed(gateway))
    assert answer.json()["id"] == "Qwen/QwQ-32B"
    strange = asked(gateway, "GET", "/v1/models/strange//name/", **keyed(gateway))
    assert strange.json()["id"] == "strange//name/"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nothing"),
        ("POST", "/v1/embeddings"),
        ("POST", "/v1/responses"),
        ("POST", "/v1/v1/chat/completions"),
        ("DELETE", "/v1/chat/completions/7"),
        ("OPTIONS", "/v1/nothing"),
    ],
)
def test_a_404_names_the_address_and_lists_what_exists(
    gateway: Gateway, method: str, path: str
) -> None:
    answer = asked(gateway, method, path, **BROWSER)
    assert error_in(answer) == (404, "unknown_url", None)
    message = answer.json()["error"]["message"]
    assert f"{method} {path}" in message
    assert all(each in message for each in ENDPOINTS)


PROGRAMS = {
    "a key": {"Authorization": "Bearer x"},
    "Anthropic's header": {"x_api_key": "x"},
    "Azure's header": {"api_key": "x"},
    "JSON wanted": {"Accept": "application/json"},
    "JSON among others": {"Accept": "application/json, text/plain;q=0.5, */*"},
    "JSON sent": {"Content_Type": "application/json; charset=utf-8"},
}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/chat/completions"),
        ("GET", "/models"),
        ("GET", "/models/good"),
        ("POST", "/completions"),
        ("POST", "/api/chat"),
        ("POST", "/openai/v1/chat/completions"),
        ("PUT", "/no-such-page/"),
        ("POST", "/"),
    ],
)
def test_a_program_without_the_base_address_is_told_it(
    gateway: Gateway, program: str, method: str, path: str
) -> None:
    answer = asked(gateway, method, path, {}, **PROGRAMS[program])
    assert error_in(answer) == (404, "unknown_url", None)
    message = answer.json()["error"]["message"]
    assert f"{method} {path}" in message
    assert f"{gateway.url}." in message
    assert "set-cookie" not in answer.headers


def test_the_package_is_told_its_base_address(gateway: Gateway) -> None:
    lost = gateway.openai.with_options(base_url=gateway.site)
    with pytest.raises(Exception, match="ends in /v1") as caught:
        lost.chat.completions.create(model="good", messages=[{"role": "user", "content": "?"}])
    assert type(caught.value).__name__ == "NotFoundError"


def test_a_known_address_without_v1_needs_no_sign_of_a_program(gateway: Gateway) -> None:
    assert error_in(asked(gateway, "GET", "/models", Accept="*/*"))[:2] == (404, "unknown_url")
    assert error_in(asked(gateway, "POST", "/chat/completions"))[:2] == (404, "unknown_url")


@pytest.mark.parametrize("path", ["/models", "/no-such-page/", "/chat/completions"])
def test_a_browser_keeps_its_pages(gateway: Gateway, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer of-a-proxy"}):
        answer = asked(gateway, "GET", path, **BROWSER, **headers)
        assert (answer.status_code, answer.headers["content-type"][:9]) == (404, "text/html")


@pytest.mark.parametrize(
    ("path", "status"), [("/", 302), ("/accounts/login/", 200), ("/accounts/login", 301)]
)
def test_a_page_is_a_page_for_programs_too(gateway: Gateway, path: str, status: int) -> None:
    assert asked(gateway, "GET", path, **keyed(gateway)).status_code == status


# Methods


@pytest.mark.parametrize(
    ("path", "wrong", "allowed"),
    [
        ("/v1", ("POST", "DELETE"), "GET, HEAD, OPTIONS"),
        ("/v1/models", ("POST", "PUT"), "GET, HEAD, OPTIONS"),
        ("/v1/models/good", ("DELETE", "PATCH"), "GET, HEAD, OPTIONS"),
        ("/v1/openapi.json", ("POST", "TRACE"), "GET, HEAD, OPTIONS"),
        ("/v1/chat/completions", ("GET", "HEAD", "PUT", "BREW"), "POST, OPTIONS"),
    ],
)
def test_a_wrong_method_is_refused_and_the_right_ones_are_named(
    gateway: Gateway, path: str, wrong: tuple[str, ...], allowed: str
) -> None:
    for method in wrong:
        answer = asked(gateway, method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        assert method == "HEAD" or error_in(answer)[1] == "method_not_allowed"
    answer = asked(gateway, "OPTIONS", path)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, allowed, b"")


def test_head_has_the_headers_of_get_and_no_body(gateway: Gateway) -> None:
    gateway.model("good")
    for path in ("/v1", "/v1/models", "/v1/models/good", "/v1/models/bad", "/v1/nothing"):
        get, head = (asked(gateway, method, path, **keyed(gateway)) for method in ("GET", "HEAD"))
        assert (head.status_code, head.content) == (get.status_code, b"")
        if "GET" not in get.text:
            assert head.headers["content-length"] == get.headers["content-length"]
