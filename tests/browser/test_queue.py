"""Messages that are written while an answer is being written, and wait for its end."""

import pytest
from playwright.sync_api import Locator, Page, expect

from conversations.models import LanguageModel, Message, User
from tests.browser.talking import (
    answer,
    begin,
    button,
    messages,
    send,
    status,
    wait_for_end,
)
from tests.browsers import NewPage
from tests.people import make_model
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser


def box(page: Page) -> Locator:
    """The text box of the composer."""
    return page.get_by_role("textbox", name="Message", exact=True)


def queue(page: Page, *texts: str) -> None:
    """Write messages while an answer is running."""
    for text in texts:
        box(page).fill(text)
        box(page).press("Enter")
        expect(box(page)).to_have_value("")


def queued(page: Page) -> Locator:
    """The queued messages, in order."""
    return page.get_by_role("list", name="Queued messages").get_by_role("listitem")


def questions() -> list[str]:
    """The user's messages that the site has, in order."""
    return list(
        Message.objects.filter(role="user").order_by("created_at").values_list("content", flat=True)
    )


@pytest.fixture
def answering(home: Page, upstream: ScriptedUpstream) -> Page:
    """Alice's page while an answer waits for the gate."""
    begin(home, upstream)
    return home


FIRST = "Please, tokens=20 gate=g"


def test_queued_messages_are_sent_once_joined_in_order_when_the_answer_ends(
    answering: Page, upstream: ScriptedUpstream
) -> None:
    queue(answering, "tokens=2", "and more")
    expect(queued(answering)).to_have_count(2)
    expect(queued(answering).first).to_contain_text("tokens=2")
    expect(button(answering, "Stop")).to_be_visible()
    expect(messages(answering)).to_have_count(2)
    upstream.open("g", 20)
    expect(messages(answering)).to_have_count(4)
    expect(messages(answering).nth(2)).to_contain_text("tokens=2\n\nand more", use_inner_text=True)
    wait_for_end(answering)
    expect(queued(answering)).to_have_count(0)
    assert questions() == [FIRST, "tokens=2\n\nand more"]


def test_the_button_beside_stop_queues_too(answering: Page, upstream: ScriptedUpstream) -> None:
    expect(button(answering, "Queue")).to_be_hidden()
    box(answering).fill("tokens=2")
    button(answering, "Queue").click()
    expect(queued(answering)).to_have_count(1)
    expect(button(answering, "Queue")).to_be_hidden()
    expect(box(answering)).to_be_focused()
    upstream.open("g", 20)
    expect(messages(answering)).to_have_count(4)


def test_a_queued_message_is_edited_in_the_box_and_nothing_there_is_lost(answering: Page) -> None:
    queue(answering, "first", "second")
    box(answering).fill("present")
    button(queued(answering).first, "Edit").click()
    expect(box(answering)).to_have_value("first\n\npresent")
    expect(queued(answering)).to_have_count(1)
    box(answering).fill("")
    box(answering).press("ArrowUp")
    expect(box(answering)).to_have_value("second")
    expect(queued(answering)).to_have_count(0)


def test_a_deleted_queued_message_comes_back_in_its_place(answering: Page) -> None:
    queue(answering, "first", "second")
    button(queued(answering).first, "Delete").click()
    expect(queued(answering)).to_have_count(1)
    expect(queued(answering)).to_contain_text("second")
    button(answering, "Undo").click()
    expect(queued(answering)).to_have_count(2)
    expect(queued(answering).first).to_contain_text("first")


def test_the_queue_is_kept_over_a_reload_and_goes_with_its_conversation(
    answering: Page, upstream: ScriptedUpstream
) -> None:
    queue(answering, "tokens=2")
    answering.reload()
    expect(queued(answering)).to_have_count(1)
    address = answering.url
    answering.keyboard.press("Control+Shift+O")
    expect(messages(answering)).to_have_count(0)
    expect(queued(answering)).to_have_count(0)
    upstream.open("g", 20)
    answering.goto(address)
    expect(messages(answering)).to_have_count(4)
    wait_for_end(answering)
    assert questions() == [FIRST, "tokens=2"]


def test_two_tabs_send_the_queue_once(answering: Page, upstream: ScriptedUpstream) -> None:
    queue(answering, "tokens=2")
    other = answering.context.new_page()
    other.goto(answering.url)
    expect(queued(other)).to_have_count(1)
    queue(other, "from the other tab")
    answering.bring_to_front()
    expect(queued(answering)).to_have_count(2)
    upstream.open("g", 20)
    for page in (answering, other):
        page.bring_to_front()
        expect(messages(page)).to_have_count(4)
        expect(queued(page)).to_have_count(0)
        wait_for_end(page)
    assert questions() == [FIRST, "tokens=2\n\nfrom the other tab"]


def test_send_now_stops_the_answer_and_the_others_wait_for_the_next(
    answering: Page, upstream: ScriptedUpstream
) -> None:
    queue(answering, "tokens=1", "tokens=2 gate=h")
    button(queued(answering).nth(1), "Send now").click()
    expect(messages(answering)).to_have_count(4)
    expect(messages(answering).nth(1)).to_contain_text("You stopped the answer")
    expect(queued(answering)).to_have_count(1)
    upstream.open("h", 2)
    expect(messages(answering)).to_have_count(6)
    wait_for_end(answering)
    assert questions() == [FIRST, "tokens=2 gate=h", "tokens=1"]


def test_stopping_keeps_the_queue_and_does_not_send_it(answering: Page) -> None:
    queue(answering, "tokens=2")
    button(answering, "Stop").click()
    expect(status(answering, "Stopped")).to_be_attached()
    expect(
        answering.get_by_text("You stopped the answer. What is queued was not sent.")
    ).to_be_visible()
    expect(queued(answering)).to_have_count(1)
    answering.reload()
    expect(queued(answering)).to_have_count(1)
    expect(messages(answering)).to_have_count(2)
    button(queued(answering), "Send now").click()
    expect(messages(answering)).to_have_count(4)
    expect(queued(answering)).to_have_count(0)
    wait_for_end(answering)
    assert questions() == [FIRST, "tokens=2"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("cut", "The answer was cut off"), ("error-mid-stream", "The answer failed")],
)
def test_a_failed_answer_keeps_the_queue_with_the_reason(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream, fault: str, reason: str
) -> None:
    make_model(fault, base_url=upstream.address)
    page = new_page(alice)
    page.goto("/")
    send(page, "Please, at=3 gate=g")
    upstream.open("g", 2)
    expect(answer(page)).to_contain_text(":0001")
    queue(page, "at=0")
    upstream.open("g", 20)
    expect(page.get_by_text(f"{reason}. What is queued was not sent.")).to_be_visible()
    expect(queued(page)).to_have_count(1)
    button(queued(page), "Send now").click()
    expect(messages(page)).to_have_count(4)
    expect(queued(page)).to_have_count(0)


def test_a_refused_message_stays_in_the_queue_with_the_reason(
    answering: Page, upstream: ScriptedUpstream, model: LanguageModel
) -> None:
    queue(answering, "tokens=2")
    LanguageModel.objects.update(paused=True)
    upstream.open("g", 20)
    expect(queued(answering)).to_contain_text("paused")
    expect(messages(answering)).to_have_count(2)
    LanguageModel.objects.update(paused=False)
    button(queued(answering), "Send now").click()
    expect(messages(answering)).to_have_count(4)
    expect(queued(answering)).to_have_count(0)
    wait_for_end(answering)
    assert questions() == [FIRST, "tokens=2"]


def test_the_queue_of_a_new_conversation_becomes_that_of_the_conversation(home: Page) -> None:
    home.wait_for_load_state("networkidle")
    home.context.set_offline(True)
    expect(home.get_by_text("You are offline")).to_be_visible()
    send(home, "tokens=1")
    queue(home, "tokens=2")
    expect(queued(home)).to_have_count(1)
    home.context.set_offline(False)
    expect(messages(home)).to_have_count(4)
    wait_for_end(home)
    expect(queued(home)).to_have_count(0)
    assert questions() == ["tokens=1", "tokens=2"]


def test_arrow_up_in_an_empty_box_edits_the_last_message(home: Page) -> None:
    send(home, "tokens=2")
    wait_for_end(home)
    box(home).fill("x")
    box(home).press("ArrowUp")
    expect(home.get_by_role("textbox", name="New wording")).to_have_count(0)
    box(home).fill("")
    box(home).press("ArrowUp")
    edit = home.get_by_role("textbox", name="New wording")
    expect(edit).to_be_focused()
    expect(edit).to_have_value("tokens=2")
