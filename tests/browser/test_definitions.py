"""Functions and schemas: written in the panel, checked, saved, deleted and restored."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from conversations.chat import library
from conversations.models import Conversation, Definition
from tests.browser.axe import faults_of
from tests.browser.talking import button, converse
from tests.upstreams.scripted import ScriptedUpstream

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}}
WEATHER = {
    "type": "function",
    "function": {"name": "get_weather", "description": "The weather.", "parameters": PARAMETERS},
}


def panel(page: Page) -> Locator:
    """The open parameter panel."""
    found = page.get_by_role("complementary", name="Parameters")
    if not found.is_visible():
        button(page, "Parameters").click()
    return found


def field(page: Page, name: str) -> Locator:
    """A field of the dialog."""
    return page.get_by_role("dialog").get_by_role("textbox", name=name)


def write(page: Page, name: str, label: str, schema: object) -> None:
    """Fill the dialog in and save."""
    field(page, "Name").fill(name)
    field(page, label).fill(json.dumps(schema))
    button(page, "Save").click()


def test_a_function_is_written_saved_and_sent(home: Page, upstream: ScriptedUpstream) -> None:
    converse(home)
    button(panel(home), "New function").click()
    field(home, "Description for the model").fill("The weather.")
    write(home, "get_weather", "Parameters, as", PARAMETERS)
    chosen = panel(home).get_by_role("checkbox", name="get_weather")
    expect(chosen).to_be_checked()
    expect(home.locator(".definition-row")).to_have_count(1)
    converse(home)
    assert upstream.calls[-1].body["tools"] == [WEATHER]
    assert Definition.objects.get().definition == WEATHER
    chosen.uncheck()
    expect(chosen).not_to_be_checked()
    converse(home)
    assert "tools" not in upstream.calls[-1].body
    button(panel(home), "Delete get_weather").click()
    expect(panel(home).get_by_text("No functions yet.")).to_be_visible()


def test_each_error_is_shown_with_its_place_while_typing(home: Page) -> None:
    button(panel(home), "New function").click()
    dialog = home.get_by_role("dialog")
    save = button(home, "Save")
    expect(save).to_be_disabled()
    field(home, "Name").fill("get weather")
    expect(dialog.get_by_text("A name has 1 to 64 letters")).to_be_visible()
    field(home, "Name").fill("get_weather")
    expect(save).to_be_enabled()
    schema = field(home, "Parameters, as")
    schema.fill('{\n  "type": "object",\n}')
    expect(dialog.get_by_text("Not valid JSON at line 3, column 1.")).to_be_visible()
    schema.fill('{"properties": {"city": {"type": "strong"}}}')
    types = '"array", "boolean", "integer", "null", "number", "object", "string"'
    fault = f"/properties/city/type: must be one of {types}"
    expect(dialog.get_by_role("listitem")).to_have_text([fault])
    expect(save).to_be_disabled()
    assert faults_of(home) == []
    schema.fill(json.dumps(PARAMETERS))
    expect(save).to_be_enabled()


def test_a_schema_is_written_saved_and_sent(home: Page, upstream: ScriptedUpstream) -> None:
    converse(home)
    panel(home).get_by_role("combobox", name="response_format").select_option("json_schema")
    write(home, "city", "JSON schema", PARAMETERS)
    expect(panel(home).get_by_role("combobox", name="Schema")).to_have_value("city")
    converse(home)
    wanted = {"type": "json_schema", "json_schema": {"name": "city", "schema": PARAMETERS}}
    assert upstream.calls[-1].body["response_format"] == wanted
    home.reload()
    expect(panel(home).get_by_role("combobox", name="Schema")).to_have_value("city")
    panel(home).get_by_role("combobox", name="response_format").select_option("json_object")
    converse(home)
    assert upstream.calls[-1].body["response_format"] == {"type": "json_object"}
    assert Conversation.objects.get().parameters == {"response_format": {"type": "json_object"}}


def test_a_draft_survives_escape_until_it_is_saved_or_cancelled(home: Page) -> None:
    button(panel(home), "New function").click()
    field(home, "Name").fill("get_weather")
    field(home, "Parameters, as").fill('{"type": "obj')
    home.keyboard.press("Escape")
    expect(home.get_by_role("dialog")).to_have_count(0)
    button(panel(home), "New function").click()
    expect(field(home, "Name")).to_have_value("get_weather")
    expect(field(home, "Parameters, as")).to_have_value('{"type": "obj')
    expect(button(home, "Save")).to_be_disabled()
    button(home, "Cancel").click()
    button(panel(home), "New function").click()
    expect(field(home, "Name")).to_have_value("")
    write(home, "get_time", "Parameters, as", PARAMETERS)
    expect(panel(home).get_by_role("checkbox", name="get_time")).to_be_checked()
    button(panel(home), "New function").click()
    expect(field(home, "Name")).to_have_value("")
    home.keyboard.press("Escape")
    button(panel(home), "Edit get_time").click()
    expect(field(home, "Name")).to_have_value("get_time")


def test_a_deleted_function_comes_back_as_it_was(home: Page, upstream: ScriptedUpstream) -> None:
    converse(home)
    for name in ("get_time", "get_weather"):
        button(panel(home), "New function").click()
        field(home, "Description for the model").fill("The weather.")
        write(home, name, "Parameters, as", PARAMETERS)
        expect(panel(home).get_by_role("checkbox", name=name)).to_be_checked()
    button(panel(home), "Delete get_time").click()
    expect(panel(home).get_by_role("checkbox")).to_have_count(1)
    expect(button(panel(home), "Delete get_weather")).to_be_focused()
    button(panel(home), "Delete get_weather").click()
    expect(panel(home).get_by_text("No functions yet.")).to_be_visible()
    expect(button(panel(home), "New function")).to_be_focused()
    expect(button(panel(home), "Undo")).to_have_count(2)
    assert Definition.objects.count() == 0
    button(panel(home), "Undo").last.click()
    expect(panel(home).get_by_role("checkbox", name="get_weather")).to_be_checked()
    expect(button(panel(home), "Undo")).to_have_count(1)
    assert Definition.objects.get().definition == WEATHER
    converse(home)
    assert upstream.calls[-1].body["tools"] == [WEATHER]
    assert faults_of(home) == []


def test_a_deleted_schema_comes_back_as_it_was(home: Page) -> None:
    converse(home)
    form = panel(home).get_by_role("combobox", name="response_format")
    form.select_option("json_schema")
    write(home, "city", "JSON schema", PARAMETERS)
    schema = panel(home).get_by_role("combobox", name="Schema")
    expect(schema).to_have_value("city")
    button(panel(home), "Delete schema").click()
    expect(form).to_have_value("text")
    expect(form).to_be_focused()
    button(panel(home), "Undo").click()
    expect(form).to_have_value("json_schema")
    expect(schema).to_have_value("city")
    assert Definition.objects.get().definition == PARAMETERS


def test_a_function_deleted_before_its_saving_was_answered_is_gone(home: Page) -> None:
    waiting: list[str | bytes] = []
    pages: list[WebSocketRoute] = []

    def relay(page_side: WebSocketRoute) -> None:
        server_side = page_side.connect_to_server()

        def forward(frame: str | bytes) -> None:
            tell = page_side.send if is_told else waiting.append
            tell(frame)

        server_side.on_message(forward)
        pages.append(page_side)

    converse(home)
    home.route_web_socket(re.compile("/ws/"), relay)
    is_told = True
    home.reload()
    button(panel(home), "New function").click()
    is_told = False
    write(home, "get_weather", "Parameters, as", PARAMETERS)
    button(panel(home), "Delete get_weather").click()
    is_told = True
    for frame in waiting:
        pages[-1].send(frame)
    expect(panel(home).get_by_text("No functions yet.")).to_be_visible()
    expect(panel(home).get_by_text("“get_weather” was deleted.")).to_be_visible()
    home.reload()
    expect(panel(home).get_by_text("No functions yet.")).to_be_visible()


def test_a_renamed_function_replaces_the_old_one(
    home: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    converse(home)
    button(panel(home), "New function").click()
    write(home, "get_weather", "Parameters, as", PARAMETERS)
    button(panel(home), "Edit get_weather").click()
    write(home, "weather_of", "Parameters, as", PARAMETERS)
    expect(panel(home).get_by_role("checkbox", name="weather_of")).to_be_checked()
    expect(panel(home).get_by_role("checkbox")).to_have_count(1)
    monkeypatch.setattr(library, "MOST_SAVED", 1)
    button(panel(home), "Edit weather_of").click()
    write(home, "third", "Parameters, as", PARAMETERS)
    expect(home.get_by_text("You already have 1 schemas and tools.")).to_be_visible()
    # A definition that cannot be saved under a new name keeps its old name.
    home.reload()
    expect(panel(home).get_by_role("checkbox", name="weather_of")).to_be_visible()


def test_a_function_that_comes_back_in_another_conversation_is_not_switched_on_there(
    home: Page, upstream: ScriptedUpstream
) -> None:
    converse(home)
    button(panel(home), "New function").click()
    field(home, "Description for the model").fill("The weather.")
    write(home, "get_weather", "Parameters, as", PARAMETERS)
    expect(panel(home).get_by_role("checkbox", name="get_weather")).to_be_checked()
    button(panel(home), "Delete get_weather").click()
    expect(panel(home).get_by_text("No functions yet.")).to_be_visible()
    button(home, "New conversation").click()
    button(panel(home), "Undo").click()
    expect(panel(home).get_by_role("checkbox", name="get_weather")).not_to_be_checked()
