"""Tool calls: shown as cards, answered and declined by the user."""

import json
import re

from playwright.sync_api import Locator, Page, expect

from conversations.models import LanguageModel, Message, User
from tests.browser.axe import faults_in_both_schemes, faults_of
from tests.browser.talking import (
    answer,
    button,
    conversation_with,
    messages,
    send,
    wait_for_end,
)
from tests.browsers import NewPage
from tests.people import make_model
from tests.upstreams.recordings import RECORDINGS
from tests.upstreams.scripted import ScriptedUpstream


def cards(page: Page) -> Locator:
    """The cards of the tool calls."""
    return messages(page).locator("details.tool-call")


def talk_with(script: str, upstream: ScriptedUpstream, new_page: NewPage, alice: User) -> Page:
    """Alice's page with a model that plays the script."""
    make_model(script, base_url=upstream.address)
    page = new_page(alice)
    page.goto("/")
    return page


def test_calls_stream_in_as_cards_and_the_model_uses_the_results(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = talk_with("calls", upstream, new_page, alice)
    send(page, "How is it in Paris? gate=g")
    upstream.open("g", 2)
    expect(answer(page).get_by_role("heading", level=3)).to_have_text(["get_weather"])
    expect(page.get_by_role("textbox", name="Result of get_weather")).to_be_hidden()
    upstream.open("g", 3)
    wait_for_end(page)
    expect(answer(page).get_by_role("heading", level=3)).to_have_text(["get_weather", "get_time"])
    expect(cards(page).first.get_by_role("group", name="Arguments")).to_have_text(
        re.compile(r"\bcity\s*Paris\b")
    )
    expect(button(page, "Send results")).to_be_disabled()
    assert faults_of(page) == []
    page.get_by_role("textbox", name="Result of get_weather").fill("rain, 12 °C")
    expect(button(page, "Send results")).to_be_disabled()
    page.get_by_role("checkbox", name="Decline this call").nth(1).check()
    upstream.open("g", 50)
    button(page, "Send results").click()
    declined = "The user declined this call. Continue without it."
    expect(answer(page)).to_contain_text(f"I was told: rain, 12 °C; {declined}")
    expect(messages(page)).to_have_count(3)
    expect(cards(page).nth(0)).to_contain_text("Done")
    expect(cards(page).nth(1)).to_contain_text("Declined")
    sent = upstream.calls[-1].body["messages"]
    assert [each["role"] for each in sent] == ["user", "assistant", "tool", "tool"]
    assert [each["tool_call_id"] for each in sent[2:]] == ["c1", "c2"]
    page.reload()
    expect(messages(page)).to_have_count(3)
    expect(button(page, "Send results")).to_be_hidden()
    expect(cards(page).nth(1)).to_contain_text("Declined")
    result = page.get_by_role("group", name="Result of get_weather")
    expect(result).to_be_hidden()
    cards(page).first.locator(".tool-head").press("Enter")
    expect(result).to_have_text("rain, 12 °C")
    cards(page).nth(1).locator(".tool-head").click()
    expect(page.get_by_role("group", name="Result of get_time")).to_have_text(declined)
    assert faults_in_both_schemes(page) == []


def test_a_call_of_long_arguments_is_no_wider_than_a_phone(new_page: NewPage, alice: User) -> None:
    conversation = conversation_with(alice, "Look it up.", "")
    arguments = json.dumps(
        {"query": "a long question " * 20, "address": "https://a.b/" + "c" * 300}
    )
    call = {"id": "c0", "type": "function", "function": {"name": "f" * 60, "arguments": arguments}}
    conversation.head.tool_calls = [call]
    conversation.head.save()
    page = new_page(alice, viewport={"width": 390, "height": 844})
    page.goto(f"/c/{conversation.pk}/")
    for part in (cards(page), cards(page).locator("summary").first):
        box = part.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 390


def test_an_unsent_result_survives_a_reload(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = talk_with("calls", upstream, new_page, alice)
    send(page, "How is it in Paris?")
    wait_for_end(page)
    page.get_by_role("textbox", name="Result of get_weather").fill("rain")
    page.get_by_role("textbox", name="Result of get_time").fill("noon")
    page.reload()
    expect(page.get_by_role("textbox", name="Result of get_weather")).to_have_value("rain")
    expect(page.get_by_role("textbox", name="Result of get_time")).to_have_value("noon")
    button(page, "Send results").click()
    expect(answer(page)).to_contain_text("I was told: rain; noon")
    kept = "Object.keys(localStorage).filter((name) => name.startsWith('draft:'))"
    assert page.evaluate(kept) == []


def test_a_message_waits_until_the_calls_are_answered(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = talk_with("calls", upstream, new_page, alice)
    send(page, "How is it in Paris?")
    wait_for_end(page)
    send(page, "Hello?")
    expect(
        page.get_by_role("alert").filter(has_text="Enter a result for each call")
    ).to_be_visible()
    expect(page.get_by_role("textbox", name="Message")).to_have_value("Hello?")
    assert Message.objects.count() == 2


def test_a_damaged_call_is_marked_shown_as_it_came_and_can_be_asked_for_again(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    upstream.recordings["damaged"] = RECORDINGS["call: damaged"]
    page = talk_with("damaged", upstream, new_page, alice)
    send(page, "How is it in Paris?")
    wait_for_end(page)
    expect(answer(page).get_by_text("Damaged", exact=True)).to_be_visible()
    expect(answer(page)).to_contain_text("A call arrived damaged")
    expect(answer(page)).to_contain_text('{"x":1}{"y":2}')
    expect(button(page, "Send results")).to_be_hidden()
    LanguageModel.objects.update(upstream_name="calls")
    button(page, "Ask again").click()
    expect(answer(page)).to_contain_text(re.compile(r"city\s*Paris"))
    wait_for_end(page)
    expect(button(page, "Ask again")).to_be_hidden()


def test_a_cut_call_is_marked_and_can_be_regenerated(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = talk_with("calls-cut", upstream, new_page, alice)
    send(page, "How is it in Paris?")
    wait_for_end(page)
    expect(answer(page)).to_contain_text("Cut off")
    expect(button(page, "Send results")).to_be_hidden()
    LanguageModel.objects.update(upstream_name="calls")
    button(page, "Ask again").click()
    expect(answer(page)).to_contain_text(re.compile(r"city\s*Paris"))
    wait_for_end(page)
    expect(button(page, "Ask again")).to_be_hidden()
    expect(answer(page)).to_contain_text("2/2")


def test_a_call_is_open_while_it_needs_its_user_and_one_line_when_done(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = talk_with("calls", upstream, new_page, alice)
    send(page, "How is it in Paris?")
    wait_for_end(page)
    expect(cards(page)).to_have_count(2)
    for card in cards(page).all():
        expect(card).to_have_attribute("open", "")
        expect(card).to_contain_text("Needs a result")
    page.get_by_role("checkbox", name="Decline this call").nth(1).check()
    expect(cards(page).nth(1)).to_contain_text("Declined")
    expect(page.get_by_role("textbox", name="Result of get_time")).to_be_disabled()
    page.get_by_role("checkbox", name="Decline this call").nth(1).uncheck()
    expect(cards(page).nth(1)).to_contain_text("Needs a result")
    long = json.dumps({"days": [{"day": day, "rain": 12.50} for day in range(60)]})
    page.get_by_role("textbox", name="Result of get_weather").fill(long)
    page.get_by_role("textbox", name="Result of get_time").fill("noon\n" * 80)
    button(page, "Send results").click()
    wait_for_end(page)
    for card in cards(page).all():
        expect(card).not_to_have_attribute("open", "")
        height = card.bounding_box()
        assert height is not None
        assert height["height"] <= 48
    expect(cards(page).first.locator(".tool-head")).to_have_text(
        re.compile(r'get_weather\s+\{"city": ?"Paris"\}\s+Done')
    )
    cards(page).first.locator(".tool-head").click()
    result = page.get_by_role("group", name="Result of get_weather")
    expect(result).to_contain_text(re.compile(r"days\s*60 items"))
    assert result.evaluate("box => box.scrollHeight > box.clientHeight")
    cards(page).nth(1).locator(".tool-head").click()
    result = page.get_by_role("group", name="Result of get_time")
    assert result.evaluate("box => box.scrollHeight > box.clientHeight")
    assert faults_in_both_schemes(page) == []
    # A later message leaves the cards as their user left them.
    send(page, "Thank you")
    wait_for_end(page)
    expect(cards(page).first).to_have_attribute("open", "")
