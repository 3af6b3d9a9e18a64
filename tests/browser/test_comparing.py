"""Several answers side by side, from one model and from several."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from conversations.models import LanguageModel, User
from tests.browser.axe import faults_of
from tests.browser.talking import (
    answer,
    begin,
    button,
    looked_at,
    messages,
    send,
    wait_for_end,
)
from tests.browsers import NewPage
from tests.people import make_model
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser


def columns(page: Page) -> Locator:
    """The answers side by side."""
    return page.get_by_role("group", name="Answers", exact=True).get_by_role("article")


def with_answers(page: Page, number: int) -> None:
    """Set the number of answers."""
    button(page, "Parameters").click()
    page.get_by_text("Sampling").click()
    page.get_by_label("Number of answers").fill(str(number))
    button(page, "Close the parameters").click()


def of_choices(number: int, new_page: NewPage, user: User, upstream: ScriptedUpstream) -> Page:
    """A page with a model that gives so many answers to each message."""
    make_model("choices", base_url=upstream.address)
    page = new_page(user)
    page.goto("/")
    with_answers(page, number)
    return page


def test_four_answers_are_shown_in_four_columns(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = of_choices(4, new_page, alice, upstream)
    send(page, "Please, tokens=5 gate=g")
    upstream.open("g", 2)
    second = page.context.new_page()
    for column in range(4):
        expect(columns(page).nth(column)).to_contain_text("0001")
        expect(columns(page).nth(column)).to_have_attribute("aria-busy", "true")
    second.goto(page.url)
    upstream.open("g", 20)
    for tab in looked_at(page, second):
        expect(columns(tab)).to_have_count(4)
        for column in range(4):
            expect(columns(tab).nth(column)).to_have_attribute("aria-busy", "false")
            expect(columns(tab).nth(column)).to_contain_text(f"{column}gen:1:0004")
            shown = columns(tab).nth(column).locator(".answer").inner_text()
            pieces = re.findall(r"(\d)gen:1:(\d{4})", shown)
            assert pieces == [(str(column), f"{each:04d}") for each in range(5)]
    assert len(upstream.calls) == 1
    button(columns(page).nth(2), "Keep").click()
    for tab in looked_at(page, second):
        expect(columns(tab)).to_have_count(0)
        expect(messages(tab)).to_have_count(2)
        expect(answer(tab)).to_contain_text("2gen:1:0004")
        expect(answer(tab)).to_contain_text("3/4")
    assert faults_of(page) == []


def test_the_next_message_waits_until_an_answer_is_chosen(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = of_choices(2, new_page, alice, upstream)
    send(page, "First, tokens=2")
    expect(button(page, "Keep")).to_have_count(2)
    send(page, "Second, tokens=2")
    expect(page.get_by_text("Keep one of the answers first")).to_be_visible()
    expect(page.get_by_role("textbox", name="Message")).to_have_value("Second, tokens=2")
    button(page, "Keep").last.click()
    button(page, "Send").click()
    expect(columns(page)).to_have_count(2)
    upstream.wait_until(lambda: len(upstream.calls) == 2)
    said = [each["content"] for each in upstream.calls[1].body["messages"]]
    assert said == ["First, tokens=2", "1<gen:1:0000>1<gen:1:0001>", "Second, tokens=2"]


COMPARED = ("good", "siliconflow", "crlf", "no-done")


def compare(page: Page, names: tuple[str, ...]) -> None:
    """Choose several models to compare."""
    button(page, "Model").click()
    page.get_by_role("option", name=names[0], exact=True).click()
    button(page, "Model").click()
    page.get_by_label("Compare").check()
    for name in names[1:]:
        page.get_by_role("option", name=name, exact=True).click()
    page.keyboard.press("Escape")


@pytest.fixture
def models(upstream: ScriptedUpstream, model: LanguageModel) -> list[LanguageModel]:
    """Five models."""
    return [model, *(make_model(each, base_url=upstream.address) for each in COMPARED[1:])]


def test_four_models_answer_in_four_columns(
    home: Page, models: list[LanguageModel], upstream: ScriptedUpstream
) -> None:
    home.reload()
    compare(home, COMPARED)
    send(home, "Please, tokens=6 at=0 gate=g")
    for step in range(1, 7):
        upstream.open("g", 4)
        upstream.wait_until(lambda step=step: sum(c.sent_tokens for c in upstream.calls) >= step)
    upstream.open("g", 20)
    expect(button(home, "Keep")).to_have_count(4)
    calls = {call.script: call.number for call in upstream.calls}
    assert set(calls) == set(COMPARED)
    for place, name in enumerate(COMPARED):
        column = columns(home).nth(place)
        expect(column).to_have_accessible_name(name)
        expect(column.get_by_role("heading", name=name)).to_be_visible()
        shown = re.findall(r"gen:(\d+):(\d{4})", column.locator(".answer").inner_text())
        assert shown == [(str(calls[name]), f"{each:04d}") for each in range(6)]
    button(columns(home).nth(1), "Keep").click()
    expect(messages(home)).to_have_count(2)
    expect(answer(home)).to_have_accessible_name("siliconflow")
    expect(answer(home)).to_contain_text("2/4")


def test_stopping_a_comparison_stops_every_answer(
    home: Page, models: list[LanguageModel], upstream: ScriptedUpstream
) -> None:
    home.reload()
    compare(home, COMPARED[:2])
    send(home, "Please, tokens=20 at=0 gate=g")
    upstream.open("g", 4)
    expect(columns(home)).to_have_count(2)
    upstream.wait_until(lambda: sum(call.sent_tokens for call in upstream.calls) >= 2)
    button(home, "Stop").click()
    expect(button(home, "Keep")).to_have_count(2)
    expect(home.get_by_text("You stopped the answer")).to_have_count(2)


class DetailsGate:
    """Holds the details of answers back, of which the page makes their figures."""

    def __init__(self, page: Page) -> None:
        self._held: list[Route] = []
        self._opened = 0
        page.route("**/details.json", self._arrive)

    def open(self, number: int) -> None:
        """Let a number of them through, those that are asked for later included."""
        self._opened += number
        self._pass_on()

    def _arrive(self, route: Route) -> None:
        self._held.append(route)
        self._pass_on()

    def _pass_on(self) -> None:
        while self._held and self._opened:
            self._opened -= 1
            self._held.pop().continue_()


def height_of(element: Locator) -> int:
    """The height of an element on the page, in whole pixels."""
    box = element.bounding_box()
    assert box is not None
    return round(box["height"])


def heights_of_cards(page: Page) -> list[int]:
    """The height of each card."""
    return [height_of(card) for card in columns(page).all()]


def spaces_around_reasons(page: Page) -> list[int]:
    """The height of each card's body beyond its reason: the two paddings of 12 px, at best."""
    return [
        height_of(card.locator(".message-body")) - height_of(card.locator(".is-failed.outcome"))
        for card in columns(page).all()
    ]


def test_cards_with_nothing_but_a_reason_are_as_high_as_the_reason(
    home: Page, upstream: ScriptedUpstream
) -> None:
    for name in ("status-400", "status-401", "status-403"):
        make_model(name, base_url=upstream.address)
    home.reload()
    compare(home, ("status-400", "status-401", "status-403"))
    # From the first moment, whichever card has its figures first.
    details = DetailsGate(home)
    send(home, "Please")
    expect(button(home, "Try again")).to_have_count(3)
    assert spaces_around_reasons(home) == [24, 24, 24]
    heights = heights_of_cards(home)
    details.open(1)
    expect(columns(home).get_by_text("Time", exact=True)).to_have_count(1)
    assert spaces_around_reasons(home) == [24, 24, 24]
    details.open(2)
    expect(columns(home).get_by_text("Time", exact=True)).to_have_count(3)
    assert spaces_around_reasons(home) == [24, 24, 24]
    assert heights_of_cards(home) == heights


def test_a_running_answer_disables_the_buttons_that_would_interfere(
    home: Page, upstream: ScriptedUpstream
) -> None:
    begin(home, upstream)
    expect(button(messages(home).first, "Edit")).to_be_disabled()
    upstream.open("g", 20)
    wait_for_end(home)
    expect(button(messages(home).first, "Edit")).to_be_enabled()
