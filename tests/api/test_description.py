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

from tests.api.conftest import SECONDS, Gate

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


def described(gate: Gate) -> dict[str, Any]:
    """The served description."""
    answer = httpx.get(f"{gate.url}/openapi.json", timeout=SECONDS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    found: dict[str, Any] = answer.json()
    return found


def test_it_is_for_this_site_and_names_no_model_of_it(gate: Gate) -> None:
    gate.model("good")
    description = described(gate)
    assert description["openapi"] == "3.2.0"
    assert description["servers"] == [{"url": gate.url}]
    assert '"good"' not in str(description)


def test_its_ranges_are_those_that_are_checked(gate: Gate) -> None:
    fields = described(gate)["components"]["schemas"]["ChatCompletionRequest"]["properties"]
    ranges = {name: each["anyOf"][0] for name, each in fields.items() if "anyOf" in each}
    for name, bounds in ranges.items():
        for end, beyond in (("minimum", -1), ("maximum", 1)):
            if end in bounds:
                wrong = gate.post(gate.body(**{name: bounds[end] + beyond}))
                assert wrong.status_code == 400, (name, wrong.text)
                assert wrong.json()["error"]["param"] in {name, "max_tokens"}


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_what_it_allows_and_what_it_forbids_is_answered_as_described(
    gate: Gate, mode: schemathesis.GenerationMode
) -> None:
    gate.model("good", reasons=True)
    description = described(gate)
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
        headers = {"Authorization": f"Bearer {gate.secret}"}
        case.call_and_validate(base_url=gate.url, headers=headers, excluded_checks=LEFT_OUT)

    ask()


def test_however_the_upstream_ends_the_answer_is_one_that_is_described(gate: Gate) -> None:
    description = described(gate)
    operation = schemathesis.openapi.from_dict(description)["/chat/completions"]["POST"]
    for script in ENDS:
        for stream in (False, True):
            answer = gate.post(gate.body(script, stream=stream))
            operation.validate_response(answer)


def test_an_event_that_is_not_described_would_be_found(gate: Gate) -> None:
    operation = schemathesis.openapi.from_dict(described(gate))["/chat/completions"]["POST"]
    answer = gate.post(gate.body("good", stream=True))
    content = answer.content.replace(b'"finish_reason":', b'"reason":')
    wrong = httpx.Response(200, headers=answer.headers, content=content, request=answer.request)
    wrong.elapsed = answer.elapsed
    with pytest.raises(JsonSchemaError):
        operation.validate_response(wrong)
