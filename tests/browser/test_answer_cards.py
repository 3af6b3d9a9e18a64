"""Answers side by side: their cards, what they took, trying one again, and tabs on a phone."""

import re

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from conversations.models import LanguageModel, User
from tests.browser.axe import faults_in_both_schemes
from tests.browser.talking import answer, button, send, wait_until_true
from tests.browser.test_comparing import columns, compare, of_choices
from tests.browsers import NewPage
from tests.people import make_model
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser

LONG = "Qwen/Qwen3-235B-A22B-Instruct-2507-FP8"
CHINESE = "通义千问-旗舰版-长上下文"
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def models(upstream: ScriptedUpstream, model: LanguageModel) -> list[LanguageModel]:
    """Four models."""
    others = ("crlf", "no-done", "siliconflow")
    return [model, *(make_model(each, base_url=upstream.address) for each in others)]


def failing_of_two(page: Page) -> LanguageModel:
    """Compare a model that answers with one whose server fails; give the failing one."""
    failing = LanguageModel.objects.get(name="crlf")
    LanguageModel.objects.filter(pk=failing.pk).update(upstream_name="503")
    page.reload()
    compare(page, ("good", "crlf"))
    send(page, "Please, tokens=3")
    expect(button(page, "Keep")).to_have_count(1)
    return failing


def test_a_failed_answer_is_tried_again_in_its_place(
    home: Page, models: list[LanguageModel], upstream: ScriptedUpstream
) -> None:
    failing = failing_of_two(home)
    failed = columns(home).nth(1)
    expect(failed.get_by_text("Failed", exact=True)).to_be_visible()
    expect(button(failed, "Keep")).to_be_hidden()
    expect(button(failed, "Regenerate")).to_be_hidden()
    assert faults_in_both_schemes(home) == []
    LanguageModel.objects.filter(pk=failing.pk).update(upstream_name="crlf")
    button(failed, "Try again").click()
    expect(button(home, "Keep")).to_have_count(2)
    expect(columns(home)).to_have_count(2)
    expect(columns(home).nth(1)).to_have_accessible_name("crlf")
    expect(columns(home).nth(1)).to_contain_text("gen:")
    assert [call.script for call in upstream.calls].count("good") == 1
    home.reload()
    expect(columns(home)).to_have_count(2)
    expect(button(home, "Keep")).to_have_count(2)


def test_a_message_after_nothing_but_failures_says_what_to_do(
    home: Page, models: list[LanguageModel]
) -> None:
    LanguageModel.objects.update(upstream_name="503")
    home.reload()
    compare(home, ("good", "crlf"))
    send(home, "Please")
    expect(button(home, "Try again")).to_have_count(2)
    send(home, "And now?")
    expect(home.get_by_text("Try one of them again first")).to_be_visible()
    expect(home.get_by_role("textbox", name="Message")).to_have_value("And now?")


def test_keeping_an_answer_is_undone(
    home: Page, models: list[LanguageModel], upstream: ScriptedUpstream
) -> None:
    home.reload()
    compare(home, ("good", "crlf"))
    send(home, "Please, tokens=3")
    button(columns(home).nth(1), "Keep").click()
    expect(columns(home)).to_have_count(0)
    button(answer(home), "Previous version").click()
    expect(answer(home)).to_have_accessible_name("good")
    button(home, "Undo").click()
    expect(columns(home)).to_have_count(2)
    expect(button(home, "Undo")).to_have_count(0)
    home.reload()
    expect(columns(home)).to_have_count(2)


def test_under_each_answer_stands_why_they_differ(
    home: Page, models: list[LanguageModel], upstream: ScriptedUpstream
) -> None:
    LanguageModel.objects.update(completion_price=2)
    home.reload()
    compare(home, ("good", "crlf"))
    send(home, "Please, tokens=5 gate=g")
    # One of the answers may get all four tokens, which is not the whole of it.
    upstream.open("g", 4)
    expect(columns(home).filter(has_text="gen:")).not_to_have_count(0)
    expect(columns(home).get_by_text("Answering", exact=True)).to_have_count(2)
    expect(home.get_by_text("First token", exact=True)).to_have_count(0)
    upstream.open("g", 20)
    for place in range(2):
        figures = columns(home).nth(place).get_by_role("term")
        expect(figures).to_have_text(["First token", "Time", "Tokens", "Tokens/s", "Cost"])
        given = columns(home).nth(place).get_by_role("definition").all_inner_texts()
        assert re.fullmatch(r"\d+\.\d\d s", given[0]), given
        assert given[2] == "5"
        assert given[4] == "$0.00001"


def test_several_answers_of_one_model_have_one_sum(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = of_choices(3, new_page, alice, upstream)
    send(page, "Please, tokens=5")
    expect(button(page, "Keep")).to_have_count(3)
    expect(page.get_by_text("All 3 answers together")).to_be_visible()
    expect(page.get_by_text("First token", exact=True)).to_have_count(1)
    assert columns(page).get_by_role("heading").all_inner_texts() == [
        "choices · 1",
        "choices · 2",
        "choices · 3",
    ]


def top_of(element: Locator) -> float:
    """The distance of an element from the top of the window."""
    box = element.bounding_box()
    assert box is not None
    return box["y"]


def test_long_answers_open_at_their_tops_and_scroll_in_their_cards(
    home: Page, models: list[LanguageModel], upstream: ScriptedUpstream
) -> None:
    make_model(LONG, base_url=upstream.address, upstream_name="good")
    home.set_viewport_size({"width": 1280, "height": 800})
    home.reload()
    compare(home, ("good", LONG, "crlf", "no-done"))
    send(home, "Please, tokens=1200")
    expect(button(home, "Keep")).to_have_count(4)
    rows = [round(top_of(columns(home).nth(place))) for place in range(4)]
    # Two by two, the first two at the top.
    assert rows[0] == rows[1] < rows[2] == rows[3]
    assert 52 <= rows[0] < 160
    card = columns(home).nth(1)
    name = card.get_by_role("heading", name=LONG)
    card.locator(".message-body").hover()
    home.mouse.wheel(0, 500)
    wait_until_true(home, "document.querySelectorAll('.message-body')[1].scrollTop > 100")
    assert round(top_of(card)) == rows[1]
    expect(name).to_be_in_viewport()
    assert faults_in_both_schemes(home) == []


def test_on_a_phone_the_answers_are_tabs(
    new_page: NewPage, alice: User, models: list[LanguageModel], upstream: ScriptedUpstream
) -> None:
    make_model(CHINESE, base_url=upstream.address, upstream_name="good")
    make_model(LONG, base_url=upstream.address, upstream_name="503")
    page = new_page(alice, viewport=PHONE)
    page.goto("/")
    compare(page, ("good", CHINESE, LONG))
    send(page, "Please, tokens=900 gate=g")
    tabs = page.get_by_role("tablist", name="Answers").get_by_role("tab")
    expect(tabs.nth(2)).to_have_accessible_name(f"{LONG}: Answering")
    expect(tabs.nth(0)).to_have_attribute("aria-selected", "true")
    upstream.open("g", 2000)
    for place, name in enumerate(("good: Done", f"{CHINESE}: Done", f"{LONG}: Failed")):
        expect(tabs.nth(place)).to_have_accessible_name(name)
    expect(tabs.nth(2)).to_have_text("Qwen3-235B-A22B-Instruct-2507-FP8 Failed")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == PHONE["width"]
    for tab in tabs.all():
        box = tab.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["x"] + box["width"] <= PHONE["width"]
    # The end of a long name is not cut, and some of its beginning is left.
    for place in (1, 2):
        start = tabs.nth(place).locator("[data-part=name-start]").bounding_box()
        assert start is not None
        assert start["width"] > 12
    end = tabs.nth(2).locator("[data-part=name-end]").bounding_box()
    assert end is not None
    assert end["x"] + end["width"] <= PHONE["width"]
    tabs.nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(page.get_by_role("tabpanel")).to_have_accessible_name(f"{CHINESE}: Done")
    expect(columns(page)).to_have_count(1)
    expect(columns(page)).to_have_accessible_name(CHINESE)
    for key, place in (("End", 2), ("ArrowRight", 0), ("ArrowLeft", 2), ("Home", 0)):
        page.keyboard.press(key)
        expect(tabs.nth(place)).to_be_focused()
        expect(tabs.nth(place)).to_have_attribute("aria-selected", "true")
    assert faults_in_both_schemes(page) == []
    # Far down in one answer, the tabs are in reach, and the next is read from its beginning.
    button(page, "Keep").scroll_into_view_if_needed()
    expect(tabs.nth(1)).to_be_in_viewport()
    tabs.nth(1).click()
    expect(columns(page).get_by_role("heading", name=CHINESE)).to_be_in_viewport()
    button(page, "Keep").click()
    expect(answer(page)).to_have_accessible_name(CHINESE)
    expect(tabs).to_have_count(0)
