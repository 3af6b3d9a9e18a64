"""Each row of the table of parameters is read, checked, sent and offered."""

from typing import Any

import pytest
from django.test import Client

from conversations.admin.parameters_field import ROWS
from conversations.admin.presets import PresetForm
from conversations.api.known_fields import KNOWN_FIELDS
from conversations.api.schemas import components
from conversations.catalog import parameters
from conversations.models import LanguageModel, Provider
from conversations.refusal import Refused
from conversations.upstream import (
    DIALECTS,
    PARAMETERS,
    ChatMessage,
    CompletionRequest,
    Parameter,
    find_invalid,
)
from tests.people import People

ARGUMENTS: dict[str, Any] = {"type": "object", "properties": {}}
TOOL = {"type": "function", "function": {"name": "f", "parameters": ARGUMENTS}}
STRUCTURED = {
    "stop": ["END"],
    "response_format": {"type": "json_object"},
    "tools": [TOOL],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "logit_bias": {"50256": -100},
}
JSON: dict[str, Any] = {"object": {"type": "object"}, "array": ["yes", "no"], "string": "(yes|no)"}
# What makes a parameter mean anything, where it means nothing alone.
BESIDE = {None: {}, "tools": {"tools": [TOOL]}, "logprobs": {"logprobs": True}}
each_parameter = pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda each: each.name)


def a_value_of(parameter: Parameter) -> Any:
    """Return a valid value of the parameter."""
    if parameter.range:
        high = parameter.range.high
        return high / 2 if high in parameter.neutral else high
    if parameter.kind == "flag":
        return True not in parameter.neutral
    if parameter.kind == "choice":
        return "high"
    return JSON[parameter.types[0]] if parameter.types else STRUCTURED[parameter.name]


def asking(parameter: Parameter) -> dict[str, Any]:
    """Return the fields of a request that asks for a value of the parameter."""
    return {**BESIDE[parameter.only_with], parameter.name: a_value_of(parameter)}


def able_model(dialect: str) -> LanguageModel:
    """Return a model with every capability, on a server of this dialect."""
    provider = Provider(dialect=dialect)
    return LanguageModel(name="m", provider=provider, reasons=True, takes_tools=True)


def at(body: dict[str, Any], path: tuple[str, ...]) -> Any:
    """Return the value at a place of a body."""
    for key in path:
        body = body[key]
    return body


@each_parameter
def test_it_reaches_the_servers_that_know_it_and_no_other(parameter: Parameter) -> None:
    value = a_value_of(parameter)
    asked = CompletionRequest.from_wire({"model": "m", "messages": [], **asking(parameter)})
    beside = BESIDE[parameter.only_with]
    bare = CompletionRequest.from_wire({"model": "m", "messages": [], **beside})
    for dialect in DIALECTS.values():
        body = asked.to_wire(dialect)
        if dialect.name in parameter.servers:
            assert at(body, parameter.path_for(dialect.name)) == value
        else:
            assert body == bare.to_wire(dialect)
    assert parameter.servers <= DIALECTS.keys()
    assert parameter.servers


@each_parameter
def test_it_is_sent_or_refused_and_never_left_out(parameter: Parameter) -> None:
    asked = CompletionRequest.from_wire({"model": "m", "messages": [], **asking(parameter)})
    for dialect in DIALECTS:
        model = able_model(dialect)
        if dialect in parameter.servers:
            assert parameters.not_taken(model, asked.parameters()) == ()
            assert parameter.name in parameters.with_defaults(model, asked.parameters())
        else:
            refused = _refusal(model, parameter)
            assert (refused.code, refused.field) == ("unsupported_parameter", parameter.name)
            assert f"“{model.name}” does not take “{parameter.name}”" in refused.message
    forbidden = able_model(min(parameter.servers))
    forbidden.parameters = {parameter.name: {"allowed": False}}
    assert _refusal(forbidden, parameter).field == parameter.name


def _refusal(model: LanguageModel, parameter: Parameter) -> Refused:
    with pytest.raises(Refused) as caught:
        parameters.not_taken(model, {parameter.name: a_value_of(parameter)})
    return caught.value


@each_parameter
def test_a_value_that_asks_for_nothing_is_taken_by_every_model(parameter: Parameter) -> None:
    for value in parameter.neutral:
        for dialect in DIALECTS:
            model = LanguageModel(name="m", provider=Provider(dialect=dialect), takes_tools=False)
            parameters.not_taken(model, {parameter.name: value})


@pytest.mark.parametrize(
    ("dialect", "asked", "place", "sent"),
    [
        ("openai", "minimal", ("reasoning_effort",), "minimal"),
        ("vllm", "high", ("reasoning_effort",), "high"),
        ("vllm", "max", ("reasoning_effort",), "high"),
        ("siliconflow", "high", ("reasoning_effort",), "high"),
        ("siliconflow", "low", ("reasoning_effort",), "high"),
        ("siliconflow", "xhigh", ("reasoning_effort",), "max"),
        ("ollama", "none", ("reasoning_effort",), "none"),
        ("llamacpp", "medium", ("chat_template_kwargs", "reasoning_effort"), "medium"),
    ],
)
def test_an_effort_is_sent_as_the_server_has_it(
    dialect: str, asked: str, place: tuple[str, ...], sent: str
) -> None:
    wanted = CompletionRequest(model="m", messages=(), others={"reasoning_effort": asked})
    assert at(wanted.to_wire(DIALECTS[dialect]), place) == sent


def test_a_choice_that_a_server_has_nothing_for_is_refused_with_what_there_is() -> None:
    with pytest.raises(Refused, match="Use enable_thinking"):
        parameters.not_taken(able_model("siliconflow"), {"reasoning_effort": "none"})


def test_the_page_offers_the_efforts_that_the_server_tells_apart_to_models_that_reason() -> None:
    offered = parameters.described(able_model("siliconflow"))["reasoning_effort"]
    assert offered["choices"] == ["high", "max"]
    assert (offered["sent_as"]["low"], offered["sent_as"]["none"]) == ("high", None)
    plain = LanguageModel(name="m", provider=Provider(dialect="siliconflow"), reasons=False)
    assert "reasoning_effort" not in parameters.described(plain)
    # An API client may ask any model for it: the server knows its own.
    parameters.not_taken(plain, {"reasoning_effort": "high"})


def test_the_page_sends_nothing_that_it_does_not_show() -> None:
    asked = {"reasoning_effort": "low", "temperature": 1}
    plain = LanguageModel(name="m", provider=Provider(dialect="siliconflow"), reasons=False)
    assert parameters.for_page(plain, asked) == {"temperature": 1}
    assert parameters.for_page(able_model("siliconflow"), asked) == asked
    unlike = {**asked, "reasoning_effort": "none"}
    assert parameters.for_page(able_model("siliconflow"), unlike) == {"temperature": 1}


def test_what_is_reserved_and_sent_is_a_whole_number() -> None:
    fitting = parameters.for_page(able_model("generic"), {"max_tokens": 512.0, "top_k": 5.0})
    assert repr(fitting) == "{'max_tokens': 512, 'top_k': 5}"
    off = {"max_tokens": -1, "top_p": 0, "top_k": 0, "seed": -1}
    assert parameters.for_page(able_model("generic"), off) == {"top_p": 1, "top_k": -1}


def test_variables_of_the_template_join_those_that_other_parameters_set() -> None:
    wanted = CompletionRequest.from_wire(
        {
            "model": "m",
            "messages": [],
            "chat_template_kwargs": {"custom": 1, "enable_thinking": True},
            "enable_thinking": False,
            "reasoning_effort": "low",
        }
    )
    assert wanted.to_wire(DIALECTS["llamacpp"])["chat_template_kwargs"] == {
        "custom": 1, "enable_thinking": False, "reasoning_effort": "low",
    }  # fmt: skip


@each_parameter
def test_a_page_may_offer_it_for_a_model_that_takes_it(parameter: Parameter) -> None:
    described = {name: parameters.described(able_model(name)) for name in parameter.servers}
    assert all(parameter.name in each for each in described.values())
    sent = parameters.with_defaults(
        able_model(min(parameter.servers)), {parameter.name: a_value_of(parameter)}
    )
    assert parameter.name in sent


@pytest.mark.parametrize(
    "parameter", [each for each in PARAMETERS if each.range], ids=lambda each: each.name
)
def test_a_number_is_held_to_its_range(parameter: Parameter) -> None:
    assert parameter.range
    values = {parameter.name: parameter.range.high + 1}
    user = ChatMessage(role="user", content="Hi")
    asked = CompletionRequest(model="m", messages=(user,), **values)
    assert [fault.field for fault in find_invalid(asked)] == [parameter.name]


@each_parameter
def test_the_gateway_knows_and_describes_it(parameter: Parameter) -> None:
    described = components()["ChatCompletionRequest"]["properties"]
    assert parameter.name in KNOWN_FIELDS
    assert described[parameter.name]["description"] == parameter.description


@each_parameter
def test_an_administrator_rules_it_by_a_row_or_by_what_the_model_can_do(
    parameter: Parameter,
) -> None:
    assert (parameter.name in ROWS) is (parameter.range is not None or parameter.needs is None)


@pytest.mark.django_db
def test_the_page_and_presets_have_a_field_for_each_that_is_offered_there(people: People) -> None:
    client = Client()
    client.force_login(people.alice)
    page = client.get("/").content.decode()
    on_page = {each.name for each in PARAMETERS if f'data-parameter="{each.name}"' in page}
    assert on_page == {each.name for each in PARAMETERS if each.on_page}
    in_presets = set(PresetForm.base_fields) & {each.name for each in PARAMETERS}
    # The page alone edits tools and schemas.
    assert in_presets == on_page - {"tools", "tool_choice", "response_format"}
