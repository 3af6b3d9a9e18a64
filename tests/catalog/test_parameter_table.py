"""Each row of the table of parameters is read, checked, sent and offered."""

from typing import Any

import pytest
from django.test import Client

from conversations.admin.parameters_field import ROWS
from conversations.admin.presets import PresetForm
from conversations.api.completions import KNOWN_FIELDS
from conversations.api.schemas import components
from conversations.catalog import parameters
from conversations.models import LanguageModel, Provider
from conversations.upstream import (
    DIALECTS,
    PARAMETERS,
    ChatMessage,
    CompletionRequest,
    Parameter,
    find_invalid,
)
from tests.people import People

TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}
STRUCTURED = {
    "stop": ["END"],
    "response_format": {"type": "json_object"},
    "tools": [TOOL],
    "tool_choice": "auto",
}
each_parameter = pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda each: each.name)


def a_value_of(parameter: Parameter) -> Any:
    """Return a valid value of the parameter."""
    if parameter.range:
        return parameter.range.high
    return True if parameter.kind == "flag" else STRUCTURED[parameter.name]


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
    asked = CompletionRequest.from_wire({"model": "m", "messages": [], parameter.name: value})
    bare = CompletionRequest(model="m", messages=())
    for dialect in DIALECTS.values():
        body = asked.to_wire(dialect)
        if dialect.name in parameter.servers:
            assert at(body, parameter.path_for(dialect.name)) == value
        else:
            assert body == bare.to_wire(dialect)
    assert parameter.servers <= DIALECTS.keys()
    assert parameter.servers


@each_parameter
def test_a_page_may_offer_it_for_a_model_that_takes_it(parameter: Parameter) -> None:
    described = {name: parameters.described(able_model(name)) for name in parameter.servers}
    assert all(parameter.name in each for each in described.values())
    sent = parameters.with_defaults(able_model("generic"), {parameter.name: a_value_of(parameter)})
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
    assert in_presets == on_page - {"tools", "response_format"}
