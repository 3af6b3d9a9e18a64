"""Tool calls: shown as cards, answered and declined by the user."""

from playwright.sync_api import Page, expect

from conversations.models import LanguageModel, Message, User
from tests.browser.axe import faults_of
from tests.browser.talking import answer, button, messages, send, wait_for_end
from tests.browsers import NewPage
from tests.people import make_model
from tests.upstreams.recordings import RECORDINGS
from tests.upstreams.scripted import ScriptedUpstream


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
    expect(answer(page)).to_contain_text('{\n  "city": "Paris"\n}')
    expect(button(page, "Send results")).to_be_disabled()
    assert faults_of(page) == []
    page.get_by_role("textbox", name="Result of get_weather").fill("rain, 12 °C")
    expect(button(page, "Send results")).to_be_disabled()
    page.get_by_role("checkbox", name="Decline this call").nth(1).check()
    upstream.open("g", 50)
    button(page, "Send results").click()
    declined = "The user declined this call. Continue without it."
    expect(answer(page)).to_contain_text(f"I was told: rain, 12 °C; {declined}")
    expect(messages(page).nth(2)).to_have_attribute("aria-label", "Result of get_weather")
    expect(messages(page).nth(2)).to_contain_text("rain, 12 °C")
    sent = upstream.calls[-1].body["messages"]
    assert [each["role"] for each in sent] == ["user", "assistant", "tool", "tool"]
    assert [each["tool_call_id"] for each in sent[2:]] == ["c1", "c2"]
    page.reload()
    expect(messages(page)).to_have_count(5)
    expect(messages(page).nth(3)).to_contain_text(declined)
    expect(button(page, "Send results")).to_be_hidden()


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
    expect(answer(page)).to_contain_text('"city": "Paris"')
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
    expect(answer(page)).to_contain_text('"city": "Paris"')
    wait_for_end(page)
    expect(button(page, "Ask again")).to_be_hidden()
    expect(answer(page)).to_contain_text("2/2")
