"""The parameter panel itself: sliders, resets, the alarm, and where it lies on the page."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from conversations.chat import checks
from conversations.models import Conversation, LanguageModel, User
from tests.browser.axe import faults_in_both_schemes
from tests.browser.talking import answer, begin, button, converse, send, wait_for_end
from tests.browsers import NewPage
from tests.people import make_model
from tests.upstreams.scripted import ScriptedUpstream

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LAPTOP = {"viewport": {"width": 1024, "height": 768}}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}


def field(page: Page, name: str) -> Locator:
    """The text box whose label ends with the wire's name."""
    return page.get_by_role("textbox", name=re.compile(rf"\b{name}$"))


def slider(page: Page, name: str) -> Locator:
    """The slider of that name."""
    return page.get_by_role("slider", name=name, exact=True)


def opened(page: Page, model: str = "") -> Page:
    """Open the panel, for another model first if one is named."""
    if model:
        button(page, "Model").click()
        page.get_by_role("option", name=re.compile(rf"^{model}\b")).click()
    button(page, "Parameters").click()
    return page


def reset_of(page: Page, name: str) -> Locator:
    """The reset of a field."""
    return button(page.locator(f"[data-parameter={name}]"), "Reset to default")


# Sliders ------------------------------------------------------------------------------------------


def test_a_slider_lies_at_the_default_until_it_is_moved(
    home: Page, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    model.parameters = {"temperature": {"default": 0.7}}
    model.save()
    home.reload()
    opened(home)
    creativity, number = slider(home, "Creativity"), field(home, "temperature")
    expect(creativity).to_have_value("0.7")
    expect(creativity).to_have_attribute("aria-valuetext", "default, 0.7")
    expect(number).to_have_attribute("placeholder", "default")
    expect(number).to_have_value("")
    creativity.press("ArrowRight")
    expect(number).to_have_value("0.8")
    expect(creativity).to_have_attribute("aria-valuetext", "0.8")
    creativity.press("End")
    expect(number).to_have_value("2")
    slider(home, "Length").press("Home")
    expect(field(home, "max_tokens")).to_have_value("16")
    slider(home, "Length").press("ArrowRight")
    converse(home)
    body = upstream.calls[-1].body
    assert (body["temperature"], body["max_tokens"]) == (2, 32)
    number.fill("0.25")
    expect(creativity).to_have_attribute("aria-valuetext", "0.25")


def test_a_length_is_read_as_people_write_it(home: Page, upstream: ScriptedUpstream) -> None:
    opened(home)
    field(home, "max_tokens").fill("2,000")
    field(home, "temperature").fill("０，５")
    converse(home)
    body = upstream.calls[-1].body
    assert (body["temperature"], body["max_tokens"]) == (0.5, 2000)


# Resets -------------------------------------------------------------------------------------------


def test_each_set_value_has_a_reset_and_all_have_one_that_can_be_undone(
    home: Page, upstream: ScriptedUpstream, alice: User
) -> None:
    converse(home)
    opened(home).get_by_text("Sampling").click()
    expect(home.get_by_role("button", name=re.compile("^Reset"))).to_have_count(0)
    set_to = {"temperature": "0.3", "top_p": "0.9", "frequency_penalty": "1"}
    for name, value in set_to.items():
        field(home, name).fill(value)
    home.get_by_label("System message").fill("Be brief.")
    expect(home.get_by_text("2 set")).to_be_visible()
    reset_of(home, "temperature").click()
    expect(field(home, "temperature")).to_have_value("")
    expect(field(home, "temperature")).to_be_focused()
    expect(reset_of(home, "temperature")).to_be_hidden()
    field(home, "top_p").fill("far too much")
    reset_of(home, "top_p").click()
    expect(field(home, "top_p")).to_have_value("")
    button(home, "Reset all").click()
    expect(field(home, "frequency_penalty")).to_have_value("")
    expect(home.get_by_label("System message")).to_have_value("")
    expect(button(home, "Reset all")).to_be_hidden()
    button(home, "Undo").click()
    expect(field(home, "frequency_penalty")).to_have_value("1")
    expect(home.get_by_label("System message")).to_have_value("Be brief.")
    converse(home)
    stored = Conversation.objects.get(user=alice)
    assert (stored.parameters, stored.system_message) == ({"frequency_penalty": 1}, "Be brief.")


def test_a_reset_is_undone_in_its_own_conversation_alone(home: Page) -> None:
    converse(home)
    opened(home)
    field(home, "temperature").fill("0.3")
    button(home, "Reset all").click()
    button(home, "New conversation").click()
    expect(button(home, "Undo")).to_be_hidden()
    home.go_back()
    button(home, "Undo").click()
    expect(field(home, "temperature")).to_have_value("0.3")
    expect(button(home, "Undo")).to_have_count(0)


# The alarm ----------------------------------------------------------------------------------------


def test_a_fault_that_is_folded_away_is_unfolded_and_named(home: Page) -> None:
    opened(home).get_by_text("Sampling").click()
    field(home, "top_p").fill("7")
    home.get_by_text("Sampling").click()
    expect(home.get_by_text("not valid", exact=True)).to_be_visible()
    send(home, "Please, tokens=1")
    expect(field(home, "top_p")).to_be_focused()
    expect(home.get_by_text("Not sent. top_p: Enter a number: above 0")).to_be_visible()
    reset_of(home, "top_p").click()
    expect(home.get_by_text("Not sent.")).to_be_hidden()
    expect(button(home, "Parameters")).to_have_accessible_description("")


def test_a_system_message_that_is_too_long_is_kept_and_not_cut(
    home: Page, upstream: ScriptedUpstream
) -> None:
    opened(home)
    text = "Be brief. " * 5001
    box = home.get_by_label("System message")
    box.fill(text)
    fault = home.locator("#system-message-fault")
    expect(fault).to_contain_text("It has 50,010 characters; the limit is 50,000.")
    send(home, "Please, tokens=1")
    expect(box).to_be_focused()
    expect(box).to_have_value(text)
    assert upstream.calls == []
    box.fill("Be brief.")
    expect(home.get_by_text("Not sent.")).to_be_hidden()
    button(home, "Send").click()
    wait_for_end(home)
    assert upstream.calls[0].body["messages"][0]["content"] == "Be brief."


def test_what_the_site_refuses_stands_beside_its_field_until_it_is_changed(
    home: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    converse(home)
    opened(home)
    monkeypatch.setattr(checks, "SYSTEM_MESSAGE_CHARACTERS", 5)
    box = home.get_by_label("System message")
    box.fill("Be brief.")
    fault = home.locator("#system-message-fault")
    expect(fault).to_have_text("The system message can have at most 5 characters.")
    expect(button(home, "Parameters")).to_have_accessible_description(re.compile("^system_message"))
    box.fill("Hm.")
    expect(fault).to_be_hidden()
    expect(button(home, "Parameters")).to_have_accessible_description("Some are set.")


# Models that take less ----------------------------------------------------------------------------


def test_a_set_value_that_a_model_does_not_take_stays_visible_and_says_so(
    home: Page, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    model.reasons = True
    model.save()
    lesser = make_model("plain", base_url=upstream.address, upstream_name="good")
    lesser.takes_tools = lesser.writes_json = False
    lesser.parameters = {"temperature": {"allowed": False}}
    lesser.save()
    home.reload()
    opened(home, "good")
    field(home, "temperature").fill("0.5")
    effort = home.get_by_role("combobox", name=re.compile("reasoning_effort$"))
    effort.select_option("high")
    home.get_by_role("combobox", name="response_format").select_option("json_object")
    button(home, "Parameters").click()
    opened(home, "plain")
    expect(field(home, "temperature")).to_have_value("0.5")
    expect(field(home, "temperature")).to_be_disabled()
    expect(slider(home, "Creativity")).to_have_count(0)
    expect(effort).to_have_value("high")
    expect(effort).to_be_disabled()
    said = home.get_by_text("plain does not support this parameter: what is set here is not sent.")
    expect(said).to_have_count(3)
    converse(home)
    assert not {"temperature", "reasoning_effort", "response_format"} & set(upstream.calls[-1].body)
    reset_of(home, "reasoning_effort").click()
    expect(effort).to_be_hidden()


# Functions ----------------------------------------------------------------------------------------


def test_when_to_call_a_function_reaches_the_upstream(
    home: Page, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    opened(home)
    choice = home.get_by_role("combobox", name=re.compile("tool_choice$"))
    expect(button(home, "New function")).to_be_visible()
    expect(choice).to_have_count(0)
    for name in ("get_time", "get_weather"):
        button(home, "New function").click()
        dialog = home.get_by_role("dialog")
        dialog.get_by_label("Name").fill(name)
        dialog.locator("#definition-text").fill('{"type": "object"}')
        button(dialog, "Save").click()
    expect(choice).to_have_value("auto")
    converse(home)
    assert "tool_choice" not in upstream.calls[-1].body
    named = {"type": "function", "function": {"name": "get_weather"}}
    for option, sent in [
        ("none", "none"), ("required", "required"), ("auto", "auto"),
        ("function:get_weather", named),
    ]:  # fmt: skip
        choice.select_option(option)
        converse(home, f"{option}, tokens=1")
        assert upstream.calls[-1].body["tool_choice"] == sent
    # Without that function the choice names nothing, and the site would refuse it.
    home.get_by_role("checkbox", name="get_weather").uncheck()
    expect(choice).to_have_value("auto")
    converse(home, "And now? tokens=1")
    assert "tool_choice" not in upstream.calls[-1].body


# Where it lies ------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_below_1200_pixels_it_is_a_dialog_that_keeps_the_focus(
    new_page: NewPage, alice: User, model: LanguageModel, options: dict[str, object]
) -> None:
    page = new_page(alice, **options)
    page.goto("/")
    opened(page)
    dialog = page.get_by_role("dialog", name="Parameters")
    expect(button(page, "Close the parameters")).to_be_focused()
    stops = page.locator("#parameters").locator("button, select, textarea, input, summary")
    for _ in range(stops.count() + 2):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#parameters, body') !== null")
        assert not page.evaluate("!!document.activeElement.closest('#conversation, #sidebar, a')")
    page.get_by_text("Sampling").click()
    assert faults_in_both_schemes(page) == []
    box = dialog.bounding_box()
    size = page.viewport_size
    assert box
    assert size
    assert box["height"] == size["height"]
    assert (box["width"] == size["width"]) is (options is PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button(page, "Parameters")).to_be_focused()


def test_the_scrim_closes_it_and_a_wider_window_puts_it_beside_the_conversation(
    new_page: NewPage, alice: User, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    page = new_page(alice, **LAPTOP)
    page.goto("/")
    opened(page)
    page.locator("#parameters-scrim").click(position={"x": 20, "y": 300})
    expect(page.locator("#parameters")).to_be_hidden()
    opened(page)
    page.set_viewport_size({"width": 1200, "height": 800})
    expect(page.get_by_role("complementary", name="Parameters")).to_be_visible()
    begin(page, upstream)
    page.set_viewport_size({"width": 1199, "height": 800})
    expect(page.locator("#parameters")).to_be_focused()
    # Escape closes the panel and stops nothing.
    page.keyboard.press("Escape")
    expect(page.locator("#parameters")).to_be_hidden()
    expect(answer(page)).to_have_attribute("aria-busy", "true")
    upstream.open("g", 20)
    wait_for_end(page)


def test_axe_finds_no_violation_beside_the_conversation(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    page = new_page(alice, **DESKTOP)
    page.goto("/")
    opened(page).get_by_text("Sampling").click()
    field(page, "top_p").fill("7")
    field(page, "temperature").fill("0.4")
    assert faults_in_both_schemes(page) == []


@pytest.mark.parametrize("options", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_targets_are_large_enough_for_a_thumb(
    new_page: NewPage, alice: User, model: LanguageModel, options: dict[str, object]
) -> None:
    page = new_page(alice, **{**options, "has_touch": True, "is_mobile": True})
    page.goto("/")
    opened(page).get_by_text("Sampling").click()
    field(page, "temperature").fill("0.4")
    small = page.locator("#parameters").evaluate(
        """(panel) => [...panel.querySelectorAll("button, input, select, textarea, summary")]
            .filter((each) => each.checkVisibility() && each.type !== "checkbox")
            .map((each) => [each.id || each.title || each.type, each.getBoundingClientRect()])
            .filter(([, box]) => box.height < 44 || box.width < 44)
            .map(([name, { width, height }]) => `${name} ${width}x${height}`)"""
    )
    assert small == []


def test_what_is_set_before_a_conversation_begins_stays_until_it_has_begun(home: Page) -> None:
    converse(home)
    navigation = home.get_by_role("navigation")
    button(navigation, "New conversation").click()
    opened(home)
    home.get_by_label("System message").fill("Be brief.")
    field(home, "temperature").fill("0.3")
    home.reload()
    opened(home)
    expect(home.get_by_label("System message")).to_have_value("Be brief.")
    navigation.get_by_role("link", name="Please").click()
    expect(home.get_by_label("System message")).to_have_value("")
    button(navigation, "New conversation").click()
    expect(home.get_by_label("System message")).to_have_value("Be brief.")
    expect(field(home, "temperature")).to_have_value("0.3")
    converse(home, "Begin, tokens=2")
    button(navigation, "New conversation").click()
    expect(home.get_by_label("System message")).to_have_value("")
    expect(field(home, "temperature")).to_have_value("")
