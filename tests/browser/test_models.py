"""The menu of models: found by searching and by keys, described, and chosen for one answer."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from conversations.models import Conversation, LanguageModel, Provider, User
from tests.browser.axe import faults_in_both_schemes
from tests.browser.talking import answer, begin, button, converse, messages, send, wait_for_end
from tests.browsers import NewPage
from tests.people import make_model
from tests.upstreams.scripted import ScriptedUpstream

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LONG = "Vendor-A/Qwen/Qwen2.5-72B-Instruct-with-a-name-that-is-longer-than-any-list-would-like"


@pytest.fixture
def hundred(model: LanguageModel) -> list[LanguageModel]:
    """A hundred models of two providers."""
    other = Provider.objects.create(name="Another one", base_url=model.provider.base_url)
    names = [LONG, *(f"family/model-{number:02d}" for number in range(98))]
    return LanguageModel.objects.bulk_create(
        LanguageModel(
            name=name,
            upstream_name="good",
            provider=other if index % 2 else model.provider,
            context_length=131_072,
            reasons=index % 3 == 0,
            prompt_price=Decimal("0.5") if index % 2 else Decimal(0),
        )
        for index, name in enumerate(names)
    )


def option(page: Page, name: str) -> Locator:
    """A model of the menu."""
    return page.get_by_role("option", name=name, exact=True)


def search(page: Page) -> Locator:
    """The field that searches the models."""
    return page.get_by_role("combobox", name="Search the models")


def with_menu(page: Page) -> Page:
    """Open the menu at the top."""
    button(page, "Model").click()
    expect(page.get_by_role("listbox")).to_be_visible()
    return page


# Finding ------------------------------------------------------------------------------------------


def test_one_of_a_hundred_models_is_found_by_searching(
    home: Page, hundred: list[LanguageModel], upstream: ScriptedUpstream
) -> None:
    home.reload()
    with_menu(home)
    expect(search(home)).to_be_focused()
    expect(home.get_by_role("option")).to_have_count(100)
    expect(home.get_by_role("group", name="Another one")).to_be_visible()
    home.keyboard.type("another -96")
    expect(home.get_by_role("option")).to_have_count(1)
    home.keyboard.press("Control+A")
    home.keyboard.type("nothing like it")
    expect(home.get_by_text("No model matches “nothing like it”.")).to_be_visible()
    assert faults_in_both_schemes(home) == []
    home.keyboard.press("Control+A")
    home.keyboard.type("MODEL-42")
    home.keyboard.press("Enter")
    expect(home.get_by_role("listbox")).to_be_hidden()
    expect(home.locator("#model-name")).to_have_text("family/model-42")
    expect(button(home, "Model")).to_be_focused()
    converse(home)
    expect(answer(home)).to_have_accessible_name("family/model-42")
    with_menu(home)
    # The search begins anew, and what was chosen last is at hand.
    expect(search(home)).to_have_value("")
    expect(home.get_by_role("group", name="Chosen last").get_by_role("option")).to_have_count(1)


def test_the_keys_go_through_the_list_and_letters_back_to_the_search(
    home: Page, hundred: list[LanguageModel]
) -> None:
    home.reload()
    with_menu(home)
    home.keyboard.press("ArrowDown")
    first = home.get_by_role("option").first
    expect(first).to_be_focused()
    home.keyboard.press("End")
    last = home.get_by_role("option").last
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport()
    home.keyboard.press("Home")
    expect(first).to_be_focused()
    home.keyboard.press("m")
    expect(search(home)).to_be_focused()
    expect(search(home)).to_have_value("m")
    home.keyboard.press("ArrowDown")
    home.keyboard.press("ArrowUp")
    expect(search(home)).to_be_focused()
    home.keyboard.press("Escape")
    expect(home.get_by_role("listbox")).to_be_hidden()
    expect(button(home, "Model")).to_be_focused()


def test_a_few_models_have_no_search_and_no_groups(home: Page, model: LanguageModel) -> None:
    make_model("other", base_url=model.provider.base_url)
    home.reload()
    with_menu(home)
    expect(search(home)).to_be_hidden()
    expect(option(home, "good")).to_be_focused()
    expect(home.locator(".option-group-title")).to_be_hidden()


# What is said about them --------------------------------------------------------------------------


def test_a_model_says_what_it_can_what_it_costs_and_why_it_is_paused(
    home: Page, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    model.context_length, model.reasons, model.takes_tools = 32_768, True, True
    model.sees_images, model.notes = True, "For long reads."
    model.prompt_price, model.completion_price = Decimal("0.5"), Decimal(2)
    model.save()
    paused = make_model("a-paused-one", base_url=model.provider.base_url)
    paused.paused = True
    paused.save()
    home.reload()
    expect(home.locator("#model-name")).to_have_text("good")
    with_menu(home)
    facts = "32k context · reasons · functions · sees images · $0.50 in, $2.00 out"
    expect(option(home, "good")).to_contain_text(facts)
    expect(option(home, "good")).to_have_accessible_description(f"{facts} For long reads.")
    expect(home.get_by_text("Prices are for a million tokens.")).to_be_visible()
    expect(option(home, "a-paused-one")).to_be_disabled()
    expect(option(home, "a-paused-one")).to_contain_text("Paused by an administrator")
    option(home, "a-paused-one").click(force=True)
    expect(home.get_by_role("listbox")).to_be_visible()
    expect(home.locator("#model-name")).to_have_text("good")
    assert faults_in_both_schemes(home) == []


def test_the_number_of_compared_models_is_told(
    home: Page, hundred: list[LanguageModel], upstream: ScriptedUpstream
) -> None:
    home.reload()
    with_menu(home)
    home.get_by_label("Compare").check()
    expect(home.get_by_text("1 of 4 chosen")).to_be_visible()
    for name in ("family/model-02", "family/model-03", "family/model-04"):
        option(home, name).click()
    expect(home.get_by_text("4 of 4 chosen")).to_be_visible()
    expect(option(home, "family/model-05")).to_be_disabled()
    button(home, "Done").click()
    expect(home.get_by_role("listbox")).to_be_hidden()
    send(home, "Please, tokens=2")
    expect(button(home, "Keep")).to_have_count(4)


# One answer ---------------------------------------------------------------------------------------


def test_an_answer_is_regenerated_with_another_model_this_time(
    home: Page, model: LanguageModel, upstream: ScriptedUpstream, alice: User
) -> None:
    make_model("other", base_url=upstream.address, upstream_name="good")
    home.reload()
    converse(home)
    opener = button(messages(home).last, "Regenerate with")
    opener.focus()
    home.keyboard.press("Enter")
    expect(home.get_by_role("listbox", name="Regenerate with")).to_be_visible()
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(home.get_by_label("Compare")).to_be_hidden()
    expect(option(home, "good")).to_have_attribute("aria-selected", "true")
    home.keyboard.press("Escape")
    expect(opener).to_be_focused()
    assert len(upstream.calls) == 1
    opener.click()
    option(home, "other").click()
    expect(answer(home)).to_have_accessible_name("other")
    wait_for_end(home)
    expect(answer(home)).to_contain_text("2/2")
    assert upstream.calls[-1].body["model"] == "good"
    expect(home.locator("#model-name")).to_have_text("good")
    converse(home, "And now? tokens=1")
    expect(answer(home)).to_have_accessible_name("good")
    stored = Conversation.objects.get(user=alice).language_model
    assert stored == model
    with_menu(home)
    expect(home.get_by_role("listbox", name="Model")).to_be_visible()
    expect(home.get_by_label("Compare")).to_be_visible()


def test_a_failed_answer_offers_another_model(
    home: Page, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    make_model("other", base_url=upstream.address, upstream_name="good")
    model.upstream_name = "status-500"
    model.save()
    home.reload()
    send(home, "Please, tokens=2")
    wait_for_end(home, "Failed")
    button(messages(home).last, "Regenerate with").click()
    option(home, "other").click()
    wait_for_end(home)
    expect(answer(home)).to_have_accessible_name("other")


def test_with_one_model_there_is_nothing_to_regenerate_with(home: Page) -> None:
    converse(home)
    expect(button(home, "Regenerate")).to_be_visible()
    expect(button(home, "Regenerate with")).to_be_hidden()


def test_the_name_of_the_model_stands_from_the_first_moment(
    home: Page, upstream: ScriptedUpstream
) -> None:
    send(home, "Please, tokens=20 at=0 gate=g")
    expect(answer(home).get_by_text("good", exact=True).last).to_be_visible()
    expect(answer(home)).to_have_attribute("aria-busy", "true")
    expect(answer(home)).not_to_contain_text("gen:")
    upstream.open("g", 30)
    wait_for_end(home)


# On a phone ---------------------------------------------------------------------------------------


def test_on_a_phone_the_menu_is_a_sheet_within_reach_of_the_thumb(
    new_page: NewPage, alice: User, hundred: list[LanguageModel], upstream: ScriptedUpstream
) -> None:
    page = new_page(alice, **PHONE)
    page.goto("/")
    button(page, "Model").tap()
    menu = page.locator("#model-menu")
    expect(menu).to_be_visible()
    # The keyboard would cover the list.
    expect(search(page)).not_to_be_focused()
    assert faults_in_both_schemes(page) == []
    box = menu.bounding_box()
    assert box
    assert (box["x"], box["width"], round(box["y"] + box["height"])) == (0, 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    low = page.get_by_role("option").evaluate_all(
        "(all) => all.filter((each) => each.getBoundingClientRect().height < 44).length"
    )
    assert low == 0
    option(page, LONG).tap()
    expect(page.locator("#model-name")).to_have_text(LONG)
    begin(page, upstream)
    name = answer(page).locator("[data-part=model-name]")
    expect(name).to_be_visible()
    upstream.open("g", 20)
    wait_for_end(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    button(page, "Regenerate with").tap()
    expect(page.get_by_role("listbox", name="Regenerate with")).to_be_visible()
    page.touchscreen.tap(200, 30)
    expect(menu).to_be_hidden()


def test_a_menu_at_the_foot_of_the_page_stays_in_the_window(
    home: Page, hundred: list[LanguageModel], upstream: ScriptedUpstream
) -> None:
    home.set_viewport_size({"width": 1280, "height": 700})
    home.reload()
    with_menu(home)
    home.keyboard.type("model-42")
    home.keyboard.press("Enter")
    converse(home, "Please, tokens=60")
    button(home, "Regenerate with").click()
    menu = home.locator("#model-menu")
    expect(menu).to_have_attribute("style", re.compile("bottom|top"))
    box, opener = menu.bounding_box(), button(home, "Regenerate with").bounding_box()
    assert box
    assert opener
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 700
    # It does not cover its button.
    is_below = box["y"] >= opener["y"] + opener["height"]
    assert is_below or box["y"] + box["height"] <= opener["y"]
