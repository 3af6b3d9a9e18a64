"""The description at ``/v1/openapi.json``, and the site held to it.

``python -m tests.bench.fuzz_api`` asks ten thousand such questions.
"""

from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from schemathesis.openapi.checks import JsonSchemaError
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.conftest import SECONDS, Gateway

CASES = 10
# A described request may be refused for reasons that no schema can express: tests.bench.fuzz_api.
LEFT_OUT = [positive_data_acceptance]
ENDS = (
    "good",
    "401",
    "404-path",
    "429-later",
    "500",
    "json",
    "cut",
    "html",
    "empty",
    "tools",
    "calls",
)


def described(gateway: Gateway) -> dict[str, Any]:
    """The served description."""
    answer = httpx.get(f"{gateway.url}/openapi.json", timeout=SECONDS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    found: dict[str, Any] = answer.json()
    return found


def test_it_is_for_this_site_and_names_no_model_of_it(gateway: Gateway) -> None:
    gateway.model("good")
    description = described(gateway)
    assert description["openapi"] == "3.2.0"
    assert description["servers"] == [{"url": gateway.url}]
    assert '"good"' not in str(description)


def test_its_ranges_are_those_that_are_checked(gateway: Gateway) -> None:
    fields = described(gateway)["components"]["schemas"]["ChatCompletionRequest"]["properties"]
    ranges = {name: each["anyOf"] for name, each in fields.items() if "anyOf" in each}
    for name, (bounds, *others) in ranges.items():
        for end, beyond in (("minimum", -1), ("maximum", 1)):
            value = bounds.get(end, 0) + beyond
            if end in bounds and {"const": value} not in others:
                wrong = gateway.post(gateway.body(**{name: value}))
                assert wrong.status_code == 400, (name, wrong.text)
                assert wrong.json()["error"]["param"] in {name, "max_tokens"}


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_what_it_allows_and_what_it_forbids_is_answered_as_described(
    gateway: Gateway, mode: schemathesis.GenerationMode
) -> None:
    gateway.model("good", reasons=True)
    description = described(gateway)
    request = description["components"]["schemas"]["ChatCompletionRequest"]
    request["properties"]["model"] = {"enum": ["good"]}
    operation = schemathesis.openapi.from_dict(description)["/chat/completions"]["POST"]

    @hypothesis.settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(mode))
    def ask(case: schemathesis.Case) -> None:
        headers = {"Authorization": f"Bearer {gateway.secret}"}
        case.call_and_validate(base_url=gateway.url, headers=headers, excluded_checks=LEFT_OUT)

    ask()


def test_however_the_upstream_ends_the_answer_is_one_that_is_described(gateway: Gateway) -> None:
    description = described(gateway)
    operation = schemathesis.openapi.from_dict(description)["/chat/completions"]["POST"]
    for script in ENDS:
        for stream in (False, True):
            answer = gateway.post(gateway.body(script, stream=stream))
            operation.validate_response(answer)


def test_an_event_that_is_not_described_would_be_found(gateway: Gateway) -> None:
    operation = schemathesis.openapi.from_dict(described(gateway))["/chat/completions"]["POST"]
    answer = gateway.post(gateway.body("good", stream=True))
    content = answer.content.replace(b'"finish_reason":', b'"reason":')
    wrong = httpx.Response(200, headers=answer.headers, content=content, request=answer.request)
    wrong.elapsed = answer.elapsed
    with pytest.raises(JsonSchemaError):
        operation.validate_response(wrong)
