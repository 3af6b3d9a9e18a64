"""The parameter panel: the upstream receives the parameters that are set there, and no others."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from conversations.models import Conversation, LanguageModel, Preset, User
from tests.browser.talking import (
    button,
    converse,
    messages,
    send,
    wait_for_end,
    wait_until_true,
)
from tests.browsers import NewPage
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser

NUMBERS = {
    "max_tokens": 300,
    "temperature": 0.35,
    "top_p": 0.8,
    "top_k": 40,
    "frequency_penalty": -0.5,
}
SCHEMA = '{"type": "object", "properties": {"city": {"type": "string"}}}'


@pytest.fixture
def panel(home: Page, model: LanguageModel) -> Page:
    """Alice's page with the panel open, and a model that writes JSON and calls functions."""
    model.writes_json = model.takes_tools = True
    model.save()
    home.reload()
    button(home, "Parameters").click()
    home.get_by_text("Sampling").click()
    return home


def field(page: Page, name: str) -> Locator:
    """The field whose label ends with the wire's name."""
    return page.get_by_role("textbox", name=re.compile(rf"\b{name}$"))


def set_number(page: Page, name: str, value: object) -> None:
    """Fill in a field."""
    field(page, name).fill(str(value))


def asked(upstream: ScriptedUpstream, number: int = -1) -> dict[str, object]:
    """The body of a request that the upstream received."""
    return upstream.calls[number].body


def saved(page: Page) -> None:
    """Wait until the settings are stored: a fresh copy of the page has them."""
    wait_until_true(
        page,
        """fetch(location.pathname + "state.json")
            .then((reply) => reply.json())
            .then((state) => Object.keys(state.conversation.parameters).length > 0)""",
    )


def test_how_much_a_model_thinks_is_chosen_where_it_reasons(
    home: Page, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    button(home, "Parameters").click()
    effort = home.get_by_role("combobox", name=re.compile(r"reasoning_effort$"))
    expect(home.get_by_label("System message")).to_be_visible()
    expect(effort).to_have_count(0)
    model.reasons = True
    model.save()
    home.reload()
    button(home, "Parameters").click()
    effort.focus()
    home.keyboard.type("high")
    expect(effort).to_have_value("high")
    converse(home)
    assert asked(upstream)["reasoning_effort"] == "high"
    home.reload()
    button(home, "Parameters").click()
    expect(effort).to_have_value("high")
    effort.select_option("The model decides")
    send(home, "And now? tokens=1")
    wait_for_end(home)
    assert "reasoning_effort" not in asked(upstream)
    model.reasons = False
    model.save()


def test_every_number_and_stop_string_reach_the_upstream(
    panel: Page, upstream: ScriptedUpstream
) -> None:
    for name, value in NUMBERS.items():
        set_number(panel, name, value)
    stop = field(panel, "stop")
    for text in ("END", "\\n\\n", "###", "“"):
        stop.fill(text)
        stop.press("Enter")
    expect(stop).to_be_disabled()
    expect(panel.locator("#parameter-stop-help")).to_contain_text("At most 4.")
    panel.get_by_label("System message").fill("You like tea.")
    converse(panel)
    body = asked(upstream)
    assert {name: body[name] for name in NUMBERS} == NUMBERS
    assert body["stop"] == ["END", "\n\n", "###", "“"]
    assert body["messages"][0] == {"role": "system", "content": "You like tea."}


def test_the_number_of_answers_reaches_the_upstream(
    panel: Page, upstream: ScriptedUpstream
) -> None:
    panel.get_by_label("Number of answers").fill("3")
    send(panel, "Please, tokens=2")
    expect(button(panel, "Keep")).to_have_count(3)
    assert asked(upstream)["n"] == 3


def test_the_form_of_the_answer_reaches_the_upstream(
    panel: Page, upstream: ScriptedUpstream
) -> None:
    panel.get_by_role("combobox", name="response_format").select_option("json_object")
    converse(panel, "JSON please, tokens=2")
    assert asked(upstream)["response_format"] == {"type": "json_object"}


def test_functions_reach_the_upstream(panel: Page, upstream: ScriptedUpstream) -> None:
    button(panel, "New function").click()
    dialog = panel.get_by_role("dialog")
    dialog.get_by_label("Name").fill("get_weather")
    dialog.locator("#definition-text").fill(SCHEMA)
    button(dialog, "Save").click()
    converse(panel, "Weather please, tokens=2")
    functions = [each["function"] for each in asked(upstream)["tools"]]
    assert [each["name"] for each in functions] == ["get_weather"]
    assert functions[0]["parameters"]["properties"] == {"city": {"type": "string"}}


def test_an_empty_field_is_not_sent(panel: Page, upstream: ScriptedUpstream) -> None:
    set_number(panel, "temperature", 1)
    set_number(panel, "temperature", "")
    converse(panel)
    assert {*NUMBERS, "n", "stop", "tools", "response_format"} & set(asked(upstream)) <= {
        "max_tokens"
    }


def test_a_value_out_of_range_is_refused_with_the_range(
    panel: Page, upstream: ScriptedUpstream
) -> None:
    wrong = {
        "temperature": ("2.1", "0 to 2"),
        "top_p": ("0", "above 0 and up to 1"),
        "top_k": ("0", "-1 or 1 to 100"),
        "max_tokens": ("1.5", "1 to 16384"),
        "frequency_penalty": ("much", "-2 to 2"),
    }
    for name, (text, allowed) in wrong.items():
        refuses(panel, name, text, allowed)
    assert upstream.calls == []
    button(panel, "Send").click()
    wait_for_end(panel)
    assert {name: asked(upstream)[name] for name in wrong} == dict.fromkeys(wrong, 1)


def refuses(panel: Page, name: str, text: str, allowed: str) -> None:
    """Check that the page names the range and keeps the message; then set the parameter to 1."""
    set_number(panel, name, text)
    fault = panel.locator(f"#parameter-{name}-fault")
    expect(fault).to_contain_text(f": {allowed}.")
    button(panel, "Close the parameters").click()
    mark = button(panel, "Parameters")
    expect(mark).to_have_accessible_description(re.compile(rf"{name}: Enter .*: {allowed}\."))
    send(panel, "Please, tokens=2")
    complaint = panel.get_by_text(re.compile(rf"Not sent\. {name}: Enter .*: {allowed}\."))
    expect(complaint).to_be_visible()
    expect(field(panel, name)).to_be_focused()
    expect(panel.get_by_role("textbox", name="Message", exact=True)).to_have_value(
        "Please, tokens=2"
    )
    expect(messages(panel)).to_have_count(0)
    set_number(panel, name, "1")
    expect(fault).to_be_hidden()
    expect(complaint).to_be_hidden()
    expect(mark).to_have_accessible_description("Some are set.")


def test_a_parameter_that_the_model_does_not_accept_is_marked_and_not_sent(
    new_page: NewPage, alice: User, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    model.parameters = {
        "top_k": {"allowed": False},
        "temperature": {"low": 0.2, "high": 1, "default": 0.7},
    }
    model.save()
    page = new_page(alice)
    page.goto("/")
    button(page, "Parameters").click()
    page.get_by_text("Sampling").click()
    expect(field(page, "top_k")).to_be_disabled()
    expect(page.locator("#parameter-top_k-help")).to_contain_text(
        "good does not support this parameter"
    )
    help_line = page.locator("#parameter-temperature-help")
    expect(help_line).to_contain_text("0.2 to 1; the model’s default is 0.7.")
    set_number(page, "temperature", 1)
    converse(page)
    assert "top_k" not in asked(upstream)
    assert asked(upstream)["temperature"] == 1


def test_settings_stay_with_the_conversation_and_show_in_every_tab(
    panel: Page, upstream: ScriptedUpstream
) -> None:
    converse(panel)
    second = panel.context.new_page()
    second.goto(panel.url)
    button(second, "Parameters").click()
    set_number(panel, "temperature", 0.4)
    panel.get_by_label("System message").fill("Be brief.")
    expect(field(second, "temperature")).to_have_value("0.4")
    expect(second.get_by_label("System message")).to_have_value("Be brief.")
    converse(second, "Again, tokens=2")
    assert asked(upstream)["temperature"] == 0.4
    assert asked(upstream)["messages"][0] == {"role": "system", "content": "Be brief."}
    button(panel, "New conversation").click()
    expect(field(panel, "temperature")).to_have_value("")


def test_a_preset_is_saved_made_the_default_and_deleted(
    panel: Page, upstream: ScriptedUpstream, alice: User
) -> None:
    set_number(panel, "temperature", 0.1)
    panel.get_by_label("System message").fill("Only facts.")
    button(panel, "Save as …").click()
    panel.get_by_role("dialog").get_by_label("Name").fill("Exact")
    button(panel.get_by_role("dialog"), "Save").click()
    preset = panel.get_by_role("combobox", name="Preset")
    expect(preset.locator("option:checked")).to_have_text("Exact")
    button(panel, "Make default").click()
    expect(preset.locator("option:checked")).to_have_text("Exact · default")
    expect(preset).to_be_focused()
    panel.reload()
    converse(panel)
    assert asked(upstream)["temperature"] == 0.1
    assert asked(upstream)["messages"][0] == {"role": "system", "content": "Only facts."}
    button(panel, "Parameters").click()
    button(panel, "Delete preset").click()
    expect(preset.locator("option")).to_have_count(1)
    expect(preset).to_be_focused()
    assert Preset.objects.filter(user=alice).count() == 0
    expect(panel.get_by_text("“Exact” was deleted.")).to_be_visible()
    button(panel, "Undo").click()
    expect(preset.locator("option:checked")).to_have_text("Exact · default")
    expect(button(panel, "Undo")).to_have_count(0)
    expect(preset).to_be_focused()
    saved = Preset.objects.get(user=alice)
    assert (saved.parameters, saved.system_message) == ({"temperature": 0.1}, "Only facts.")


def test_a_published_preset_can_be_used_and_not_changed(
    panel: Page, upstream: ScriptedUpstream
) -> None:
    Preset.objects.create(name="House style", parameters={"top_p": 0.5}, system_message="Hm.")
    panel.reload()
    button(panel, "Parameters").click()
    panel.get_by_role("combobox", name="Preset").select_option(label="House style · published")
    expect(field(panel, "top_p")).to_have_value("0.5")
    expect(button(panel, "Delete preset")).to_be_hidden()
    expect(button(panel, "Make default")).to_be_hidden()
    converse(panel)
    assert asked(upstream)["top_p"] == 0.5


def test_a_regenerated_answer_uses_the_present_settings(
    panel: Page, upstream: ScriptedUpstream, alice: User
) -> None:
    converse(panel)
    set_number(panel, "temperature", 0.9)
    saved(panel)
    button(messages(panel).last, "Regenerate").click()
    wait_for_end(panel)
    upstream.wait_until(lambda: len(upstream.calls) == 2)
    assert asked(upstream)["temperature"] == 0.9
    assert Conversation.objects.get(user=alice).parameters == {"temperature": 0.9}
