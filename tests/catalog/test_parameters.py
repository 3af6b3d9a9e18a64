"""The parameters of a request that a model accepts."""

from itertools import product
from typing import Any

import pytest

from conversations.catalog import parameters
from conversations.models import LanguageModel, Provider
from conversations.upstream import DIALECTS, Range

TOOLS = [{"type": "function", "function": {"name": "f"}}]


def model(dialect: str = "generic", **fields: Any) -> LanguageModel:
    return LanguageModel(name="m", provider=Provider(dialect=dialect), **fields)


def test_without_rules_the_ranges_are_those_of_the_service() -> None:
    ranges = parameters.ranges_of(model())
    assert ranges["temperature"] == Range(0, 2)
    assert ranges["top_p"] == Range(0, 1, open_low=True)
    assert ranges["top_k"] == Range(1, 100, also=(-1,))


def test_rules_narrow_the_ranges() -> None:
    rules = {"temperature": {"high": 1}, "top_k": {"low": 10, "high": 40}, "top_p": {"high": 0.9}}
    ranges = parameters.ranges_of(model(parameters=rules))
    assert ranges["temperature"] == Range(0, 1)
    assert ranges["top_k"] == Range(10, 40)
    assert ranges["top_p"] == Range(0, 0.9, open_low=True)


def test_an_answer_is_never_longer_than_the_context_unless_an_administrator_says_so() -> None:
    assert parameters.ranges_of(model(context_length=2048))["max_tokens"] == Range(1, 2048)
    raised = model(context_length=2048, parameters={"max_tokens": {"high": 4096}})
    assert parameters.ranges_of(raised)["max_tokens"] == Range(1, 4096)


@pytest.mark.parametrize(
    ("fields", "asked", "sent"),
    [
        ({}, {"temperature": 1.5, "top_k": 20}, {"temperature": 1.5, "top_k": 20}),
        ({}, {"temperature": None, "stop": ["x"]}, {"stop": ["x"]}),
        ({}, {"model": "other", "messages": [1], "stream": False, "user": "me"}, {}),
        ({}, {"max_completion_tokens": 7, "max_tokens": 900}, {"max_tokens": 7}),
        ({"parameters": {"top_k": {"allowed": False}}}, {"top_k": 20}, {}),
        ({"parameters": {"temperature": {"high": 1}}}, {"temperature": 1.5}, {"temperature": 1}),
        ({"parameters": {"top_k": {"low": 5}}}, {"top_k": 2}, {"top_k": 5}),
        ({"parameters": {"n": {"high": 1}}}, {"n": 4}, {"n": 1}),
        ({"parameters": {"max_tokens": {"high": 100}}}, {"max_tokens": 900}, {"max_tokens": 100}),
        ({"parameters": {"max_tokens": {"low": 100}}}, {"max_tokens": 7}, {"max_tokens": 7}),
        ({"takes_tools": False}, {"tools": TOOLS, "tool_choice": "auto"}, {}),
        ({"writes_json": False}, {"response_format": {"type": "json_object"}}, {}),
        ({"reasons": False}, {"enable_thinking": True, "thinking_budget": 500}, {}),
        ({"reasons": True}, {"thinking_budget": 500}, {"thinking_budget": 500}),
        ({"dialect": "openai"}, {"top_k": 20, "seed": 3}, {"seed": 3}),
    ],
)
def test_a_model_is_sent_what_it_takes(
    fields: dict[str, Any], asked: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert parameters.with_defaults(model(**fields), asked) == sent


def test_defaults_are_sent_where_nothing_is_asked_for() -> None:
    rules = {"temperature": {"default": 0.7}, "top_p": {"allowed": False, "default": 0.5}}
    defaults = model(parameters=rules)
    assert parameters.with_defaults(defaults, {}) == {"temperature": 0.7}
    assert parameters.with_defaults(defaults, {"temperature": 0}) == {"temperature": 0}
    # The stored parameters have no defaults: another model has its own.
    assert parameters.in_range(defaults, {}) == {}


def test_whole_numbers_stay_whole() -> None:
    narrowed = model(parameters={"top_k": {"high": 40}})
    assert repr(parameters.with_defaults(narrowed, {"top_k": 90})) == "{'top_k': 40}"


def test_the_page_state_describes_each_parameter() -> None:
    rules = {"temperature": {"low": 0.1, "default": 0.7}, "stop": {"allowed": False}}
    described = parameters.described(model(parameters=rules, takes_tools=False))
    assert described["temperature"] == {
        "whole": False, "low": 0.1, "high": 2, "open_low": False, "also": [], "default": 0.7,
        "usual": 1,
    }  # fmt: skip
    assert described["top_k"]["also"] == [-1]
    assert described["max_tokens"]["usual"] is None
    assert described["response_format"] == {}
    assert described.keys().isdisjoint({"stop", "tools", "thinking_budget"})


def test_the_page_state_has_the_most_items_of_each_list() -> None:
    described = parameters.described(model(takes_tools=True))
    assert (described["stop"], described["tools"]) == ({"most": 4}, {"most": 128})


def test_models_that_are_alike_are_described_alike() -> None:
    rules = ({}, {"temperature": {"high": 1}}, {"top_k": {"allowed": False}}, {"n": {"low": 2}})
    choices = product(DIALECTS, rules, (None, 4096), *[(False, True)] * 4)
    described: dict[tuple[Any, ...], Any] = {}
    for dialect, each, length, *abilities in choices:
        fields = dict(
            zip(("reasons", "takes_tools", "writes_json", "sees_images"), abilities, strict=True)
        )
        one = model(dialect, parameters=each, context_length=length, **fields)
        found = parameters.described(one)
        assert described.setdefault(parameters.likeness(one), found) == found
    assert len(described) > len(DIALECTS) * len(rules)
