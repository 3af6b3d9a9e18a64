"""The API's description in OpenAPI 3.2, served at ``/v1/openapi.json`` and checked by a fuzzer.

3.2 is the first that can describe the events of a stream: https://spec.openapis.org/oas/v3.2.0
"""

from typing import Any

from django.conf import settings

from conversations.api.headers import MOVED, REQUEST_ID, moved_headers
from conversations.api.schema_parts import ref
from conversations.api.schemas import components
from conversations.models import Measure

Described = dict[str, Any]

ROOT = "/v1"

# The meaning of each error status; docs/api.md has the codes.
_ERRORS = {
    400: "The request is not as described, or names two different keys.",
    401: "There is no valid key in the headers.",
    403: "The key does not allow this, or was revoked while the answer ran.",
    404: "There is no such model for this key.",
    409: "The answer to the Idempotency-Key is no longer available.",
    413: "The body is larger than 16 MB.",
    415: "The Content-Encoding is not gzip or deflate.",
    422: "The Idempotency-Key was used with another request.",
    429: "A limit is exhausted, no place was free in time, or the model's server is busy.",
    500: "Something went wrong on this site. Its log has the details under the x-request-id.",
    502: "The model's server failed, or sent an invalid reply.",
    503: "The model is paused or busy, or the site restarts.",
    504: "The model's server did not answer in time.",
}
_COMMON_ERRORS = (400, 401, 403, 500)
_CHAT_ERRORS = (400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 502, 503, 504)
# Spaces are allowed inside only: at the ends they would be cut off in transit.
_IDEMPOTENCY_KEY = "^([!-~]([ -~]{0,253}[!-~])?)?$"


def description() -> Described:
    """The description. It has nothing about the site's users or models."""
    return {
        "openapi": "3.2.0",
        "info": {
            "title": f"{settings.SITE_NAME} API",
            "version": "1",
            "description": "Chat completions in OpenAI's format, with an API key.",
        },
        "servers": [{"url": f"{settings.SITE_URL}{ROOT}"}],
        "security": [{"bearer": []}, {"x-api-key": []}, {"api-key": []}],
        "paths": _paths(),
        "components": {
            "schemas": components(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                **{name: _key_in(name) for name in ("x-api-key", "api-key")},
            },
        },
    }


def endpoints() -> list[str]:
    """Every method and address that there is, such as ``GET /v1/models``."""
    return [
        f"{method.upper()} {ROOT}{path}".removesuffix("/")
        for path, methods in _paths().items()
        for method in methods
    ]


def _paths() -> Described:
    return {
        "/models": {"get": _list_models()},
        "/models/{model}": {"get": _retrieve_model()},
        "/chat/completions": {"post": _create_completion()},
        "/openapi.json": {"get": _describe()},
        "/": {"get": _introduce()},
    }


def _key_in(header: str) -> Described:
    return {"type": "apiKey", "in": "header", "name": header}


def _list_models() -> Described:
    return {
        "operationId": "listModels",
        "summary": "The models that the key may use.",
        "responses": _responses(_answer("The models, by name.", "ModelList"), _COMMON_ERRORS),
    }


def _retrieve_model() -> Described:
    name = {
        "name": "model",
        "in": "path",
        "required": True,
        "description": "The model's name. Its slashes may be percent-encoded.",
        "schema": {"type": "string", "minLength": 1},
    }
    return {
        "operationId": "retrieveModel",
        "summary": "One model.",
        "parameters": [name],
        "responses": _responses(_answer("The model.", "Model"), (*_COMMON_ERRORS, 404)),
    }


def _create_completion() -> Described:
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key with the same body is answered and charged once in 24 hours.",
        "schema": {"type": "string", "pattern": _IDEMPOTENCY_KEY},
    }
    answer = _answer("The completion; with stream, its chunks as events.", "ChatCompletion")
    answer["content"]["text/event-stream"] = {"itemSchema": ref("ChatCompletionEvent")}
    answer["headers"] |= _completion_headers()
    answers = _responses(answer, _CHAT_ERRORS)
    for answered in answers.values():
        answered["headers"] |= _quota_headers()
    body = {"application/json": {"schema": ref("ChatCompletionRequest")}}
    return {
        "operationId": "createChatCompletion",
        "summary": "Create a completion.",
        "parameters": [key],
        "requestBody": {"required": True, "content": body},
        "responses": answers,
    }


def _describe() -> Described:
    answer = {
        "description": "This description.",
        "headers": _request_id(),
        "content": _json({"type": "object"}),
    }
    return {
        "operationId": "describe",
        "summary": "This description.",
        "security": [],
        "responses": _responses(answer, (500,)),
    }


def _introduce() -> Described:
    return {
        "operationId": "introduce",
        "summary": "What there is.",
        "security": [],
        "responses": _responses(_answer("The addresses.", "Introduction"), (500,)),
    }


def _responses(answer: Described, errors: tuple[int, ...]) -> Described:
    return {"200": answer, **{str(status): _failure(status) for status in errors}}


def _answer(text: str, schema: str) -> Described:
    return {"description": text, "headers": _request_id(), "content": _json(ref(schema))}


def _failure(status: int) -> Described:
    headers = _request_id() | {
        "x-should-retry": _header(
            "Whether a retry of the same request may succeed.", ["true", "false"]
        )
    }
    if status in {429, 503}:
        headers["retry-after"] = _header("The number of seconds until a retry.", pattern="^[0-9]+$")
    if status == 401:
        headers["WWW-Authenticate"] = _header("The scheme in which a key is sent.") | {
            "required": True
        }
    return {"description": _ERRORS[status], "headers": headers, "content": _json(ref("Error"))}


def _json(schema: Described) -> Described:
    return {"application/json": {"schema": schema}}


def _header(text: str, values: list[str] | None = None, pattern: str = "") -> Described:
    schema: Described = {"type": "string"}
    if values:
        schema["enum"] = values
    if pattern:
        schema["pattern"] = pattern
    return {"description": text, "schema": schema}


def _request_id() -> Described:
    return {REQUEST_ID: _header("What this request is called in the log.") | {"required": True}}


def _completion_headers() -> Described:
    stored = _header("Whether the site stores requests and answers.", ["true", "false"])
    return {
        "x-content-kept": stored | {"required": True},
        "x-ignored-fields": _header("The fields that were left out."),
        "x-tool-faults": _header("What was left out of the tools, with the place and the name."),
        **_moved_headers(),
    }


def _moved_headers() -> Described:
    lowered = _header("The number that is sent: the limits or the model do not allow more.")
    raised = _header("The number that is sent: the model does not allow less.")
    names = dict.fromkeys(MOVED, 0.0)
    return {
        **dict.fromkeys(moved_headers(names), lowered),
        **dict.fromkeys(moved_headers({}, names), raised),
    }


def _quota_headers() -> Described:
    headers: Described = {}
    for measure in Measure:
        headers |= {
            f"x-ratelimit-limit-{measure}": _header(f"The limit on {measure} that is nearest."),
            f"x-ratelimit-remaining-{measure}": _header(f"What it leaves of {measure}."),
            f"x-ratelimit-reset-{measure}": _header("When it starts anew.", pattern="^[0-9]+s$"),
        }
    return headers
