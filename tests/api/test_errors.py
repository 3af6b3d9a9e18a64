"""API errors: always the envelope, the right status and the right headers."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
import pytest
from pytest_django import Settings

from conversations.models import LanguageModel, Policy
from tests.api.conftest import SECONDS, Gateway


def error_in(answer: httpx.Response) -> tuple[int, str, str | None]:
    """The status, code and field, after a check of the parts that every error has."""
    error = answer.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["message"].endswith(".")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"].startswith("req_")
    return answer.status_code, error["code"], error["param"]


def ranges(**fields: Any) -> list[tuple[str, dict[str, Any], str]]:
    return [(name, {name: value}, allowed) for name, (value, allowed) in fields.items()]


TOOL = {"type": "function", "function": {"name": "f"}}
CHOICE = {"type": "function", "function": {"name": "g"}}
NAMELESS = {"type": "function", "function": {"name": " "}}
WRONG_FIELDS = [
    *ranges(
        max_tokens=(0, "1 to 16384"), temperature=(-0.1, "0 to 2"), top_p=(-1, "above 0"),
        top_k=(-2, "-1 or 1 to 100"), min_p=(-1, "0 to 1"), frequency_penalty=("a", "a finite"),
        repetition_penalty=(-1, "above 0"), n=(21, "1 to 20"), top_logprobs=(-1, "0 to 20"),
        thinking_budget=(-2, "128 to 32768"), stop=(["a"] * 5, "up to 4"),
        reasoning_effort=("very", "minimal, low, medium, high"), verbosity=(5, "a text"),
        logit_bias=({"50": 101}, "-100 to 100"), guided_choice=({"a": 1}, "a list"),
        chat_template_kwargs=("x", "an object"), guided_json=(7, "an object or a text"),
        seed=("x", "an integer"), stream=("yes", "true or false"), logprobs=(1, "true or false"),
        user=(5, "a text"), tool_choice=(5, "a text or an object"), messages=([], "at least 1"),
    ),
    ("max_completion_tokens", {"max_completion_tokens": -5}, "1 to 16384"),
    ("max_tokens", {"max_tokens": -5, "max_completion_tokens": 7}, "1 to 16384"),
    ("seed", {"seed": 2**63}, "-9223372036854775808 to 9223372036854775807"),
    ("tool_choice", {"tools": [TOOL], "tool_choice": "bogus"}, "auto, none, required"),
    ("tool_choice", {"tools": [TOOL], "tool_choice": CHOICE}, "one of the tools"),
    ("tool_choice", {"tools": [TOOL], "tool_choice": {"type": "function"}}, "one of the tools"),
    ("tool_choice", {"tool_choice": "required"}, "auto or none"),
    ("top_logprobs", {"top_logprobs": 2}, "with logprobs"),
    ("messages[0].tool_call_id", {"messages": [{"role": "tool", "content": "3"}]}, "the call"),
    ("model", {"model": None}, "a text"),
    ("messages[0].role", {"messages": [{"role": "wizard", "content": ""}]}, "developer"),
    ("stream_options.include_usage", {"stream_options": {"include_usage": 1}}, "true or false"),
    ("response_format.type", {"response_format": {"type": "yaml"}}, "json_schema"),
    ("tools[0].function.name", {"tools": [NAMELESS]}, "a text"),
]  # fmt: skip


def test_a_wrong_field_is_named_with_its_range_and_costs_nothing(gateway: Gateway) -> None:
    gateway.model("good", reasons=True)
    for param, wrong, allowed in WRONG_FIELDS:
        answer = gateway.post({**gateway.body(), **wrong})
        assert error_in(answer) == (400, "invalid_value", param)
        assert allowed in answer.json()["error"]["message"]
    assert gateway.upstream.calls == []
    gateway.settled(0)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "invalid_json"),
        (b"[]", 400, "invalid_json"),
        (b"", 400, "invalid_json"),
        (b"\xff\xfe", 400, "invalid_json"),
        (b'{"model": "\\ud800"}', 400, "invalid_json"),
        (b'{"seed": NaN}', 400, "invalid_json"),
        (b'{"seed": ' + b"9" * 100_000 + b"}", 400, "invalid_json"),
        (b'{"tools": ' + b"[" * 100_000, 400, "too_complex"),
        (b'{"tools": [' + b"{}," * 200_000 + b"{}]}", 400, "too_complex"),
        (b'{"user": "' + b"x" * (16 * 1024 * 1024) + b'"}', 413, "too_large"),
        (b'{"user": "' + b"x" * (26 * 1024 * 1024) + b'"}', 413, "too_large"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_absurd_body_is_refused(
    gateway: Gateway, content: bytes, status: int, code: str
) -> None:
    answer = gateway.post(content=content)
    assert error_in(answer)[:2] == (status, code)


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "text/event-stream",
        '"',
    ],
)
def test_a_body_that_is_no_json_is_refused_whatever_it_is_called(
    gateway: Gateway, content_type: str
) -> None:
    headers = {"Content-Type": content_type}
    answer = gateway.post(content=b"--x\r\nmodel=good", headers=headers)
    assert error_in(answer)[:2] == (400, "invalid_json")
    content = json.dumps(gateway.body()).encode()
    assert gateway.post(content=content, headers=headers).status_code == 200


def test_a_byte_order_mark_before_the_body_does_no_harm(gateway: Gateway) -> None:
    content = json.dumps(gateway.body()).encode("utf-8-sig")
    assert gateway.post(content=content).status_code == 200


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\\ud83dx", "\\ud83d\\ud83d\\ude00"])
def test_a_lone_surrogate_is_named_in_the_error(gateway: Gateway, half: str) -> None:
    answer = gateway.post(content=b'{"user": "%s"}' % half.encode())
    assert error_in(answer)[:2] == (400, "invalid_json")
    assert "one half of a surrogate pair" in answer.json()["error"]["message"]


def test_brackets_inside_texts_are_no_nesting(gateway: Gateway) -> None:
    assert gateway.post(gateway.body(words='tokens=1 "' + "[{" * 100_000)).status_code == 200


def test_the_servers_own_errors_have_the_same_form(gateway: Gateway) -> None:
    hostile = {"Host": "evil.example", "Authorization": f"Bearer {gateway.secret}"}
    assert error_in(httpx.get(f"{gateway.url}/models", headers=hostile))[:2] == (
        400,
        "unknown_host",
    )
    head = b"GET /v1/models HTTP/1.1\r\nHost: x\r\nX-Name: a\x1cb\r\nConnection: close\r\n\r\n"
    status, body = _raw(gateway, head)
    assert (status, json.loads(body)["error"]["code"]) == (400, "bad_request")


def _raw(gateway: Gateway, content: bytes) -> tuple[int, bytes]:
    address = urlsplit(gateway.site)
    with socket.create_connection((address.hostname or "", address.port or 0), SECONDS) as wire:
        wire.sendall(content)
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body[body.index(b"{") : body.rindex(b"}") + 1]


def test_cookies_open_nothing(gateway: Gateway) -> None:
    from django.test import Client

    client = Client()
    client.force_login(gateway.alice)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    answer = httpx.get(f"{gateway.url}/models", cookies=cookies)
    assert error_in(answer)[:2] == (401, "missing_api_key")
    assert "set-cookie" not in answer.headers


CLASSES = {
    400: openai.BadRequestError, 401: openai.AuthenticationError,
    403: openai.PermissionDeniedError, 404: openai.NotFoundError,
    422: openai.UnprocessableEntityError, 429: openai.RateLimitError,
    502: openai.InternalServerError,
}  # fmt: skip


def test_the_package_raises_the_class_that_it_has_for_each_status(gateway: Gateway) -> None:
    keyed = {"Idempotency-Key": "one"}
    gateway.ask("good", extra_headers=keyed)
    raised: dict[int, type[Exception]] = {}

    def provoke(client: openai.OpenAI, model: str, **more: Any) -> None:
        said: Any = [{"role": "user", "content": "tokens=1"}]
        with pytest.raises(openai.APIStatusError) as caught:
            client.chat.completions.create(model=model, messages=said, **more)
        assert caught.value.code
        assert caught.value.type
        assert (caught.value.request_id or "").startswith("req_")
        raised[caught.value.status_code] = type(caught.value)

    for script in ("429", "500", "503"):
        gateway.model(script)
    provoke(gateway.openai, "good", temperature=-9)
    provoke(gateway.openai.with_options(api_key="pk-parley-wrong"), "good")
    provoke(gateway.openai, "none")
    provoke(gateway.openai, "good", extra_headers=keyed)
    provoke(gateway.openai, "429")
    provoke(gateway.openai, "500")
    gateway.key.endpoints = ["models"]
    gateway.key.save()
    provoke(gateway.openai, "good")
    assert raised == CLASSES


def test_the_package_retries_as_advised(gateway: Gateway) -> None:
    patient = gateway.openai.with_options(max_retries=1)
    for script, calls in {"500": 2, "403": 1, "400": 1, "html": 1}.items():
        gateway.model(script)
        before = len(gateway.upstream.calls)
        with pytest.raises(openai.APIStatusError):
            patient.chat.completions.create(
                model=script, messages=[{"role": "user", "content": "?"}]
            )
        assert len(gateway.upstream.calls) - before == calls, script


def test_unknown_fields_are_left_out_and_named_or_refused(
    gateway: Gateway, settings: Settings
) -> None:
    body = gateway.body(store=True, api_base="http://evil.example", extra_headers={"a": "b"})
    answer = gateway.post(body)
    assert answer.status_code == 200
    assert answer.headers["x-ignored-fields"] == "store, api_base, extra_headers"
    assert not {"store", "api_base", "extra_headers"} & gateway.upstream.calls[-1].body.keys()
    settings.API_UNKNOWN_FIELDS = "refuse"
    assert error_in(gateway.post(body)) == (400, "unknown_field", "api_base")


def test_a_harmless_field_is_left_out_on_every_site(gateway: Gateway, settings: Settings) -> None:
    settings.API_UNKNOWN_FIELDS = "refuse"
    fields = ("metadata", "store", "service_tier", "prompt_cache_key", "safety_identifier")
    answer = gateway.post(gateway.body(**dict.fromkeys(fields, "x"), user="u-1"))
    assert answer.status_code == 200
    assert answer.headers["x-ignored-fields"] == ", ".join(fields)
    assert not set(fields) & gateway.upstream.calls[-1].body.keys()


def test_a_field_without_which_the_answer_would_be_another_is_never_left_out(
    gateway: Gateway,
) -> None:
    gateway.model("good", takes_tools=False, writes_json=False)
    tools = [{"type": "function", "function": {"name": "f"}}]
    for field, value in {"tools": tools, "response_format": {"type": "json_object"}}.items():
        assert error_in(gateway.post(gateway.body(**{field: value}))) == (
            400,
            "unsupported_parameter",
            field,
        )
    assert gateway.post(gateway.body(response_format={"type": "text"})).status_code == 200


def test_a_paused_model_and_a_site_that_drains_are_unavailable(gateway: Gateway) -> None:
    gateway.model("good", paused=True)
    paused = gateway.post(gateway.body())
    assert error_in(paused)[:2] == (503, "model_paused")
    assert paused.headers["x-should-retry"] == "false"
    LanguageModel.objects.update(paused=False)
    Policy.objects.create(draining=True)
    assert error_in(gateway.post(gateway.body()))[:2] == (503, "draining")


# Cross-origin


@pytest.mark.parametrize("origin", ["https://app.example.org", "app://obsidian.md"])
def test_no_page_of_another_origin_may_read_anything_unless_it_is_named(
    gateway: Gateway, settings: Settings, origin: str
) -> None:
    theirs = {"Origin": origin}
    preflight = {
        **theirs,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, x-stainless-os",
    }
    address = f"{gateway.url}/chat/completions"
    refused = httpx.options(address, headers=preflight)
    assert not [name for name in refused.headers if name.startswith("access-control-")]
    assert "access-control-allow-origin" not in gateway.post(gateway.body(), headers=theirs).headers
    settings.API_ALLOWED_ORIGINS = (origin,)
    allowed = httpx.options(address, headers=preflight)
    assert (allowed.status_code, allowed.content) == (204, b"")
    assert allowed.headers["access-control-allow-origin"] == origin
    assert allowed.headers["access-control-allow-headers"] == "authorization, x-stainless-os"
    answer = gateway.post(gateway.body(), headers=theirs)
    assert answer.headers["access-control-allow-origin"] == origin
    assert "x-request-id" in answer.headers["access-control-expose-headers"]
    other = gateway.post(gateway.body(), headers={"Origin": "https://other.example.org"})
    assert "access-control-allow-origin" not in other.headers
    assert other.headers["vary"] == "Origin"
