"""Actions on messages: details, ratings, reading aloud, folding, and attached text files."""

import json
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from conversations.chat import library
from conversations.models import Conversation, Feedback, LanguageModel, Message, User
from tests.browser.axe import faults_in_both_schemes, faults_of
from tests.browser.talking import answer, button, converse, messages, send, wait_for_end
from tests.browsers import NewPage
from tests.people import make_model
from tests.upstreams.scripted import ScriptedUpstream

# The last value of each script is not a function, because Playwright would call it.
WRITTEN = """
window.copied = '';
navigator.clipboard.writeText = async (text) => { copied = text };
undefined;
"""
SPOKEN = """
window.said = [];
speechSynthesis.speak = (speech) => said.push(speech.text);
speechSynthesis.cancel = () => said.push('cancelled');
undefined;
"""


def test_details_show_the_request_tokens_and_cost(home: Page) -> None:
    converse(home)
    home.evaluate(WRITTEN)
    button(answer(home), "Details").click()
    details = home.get_by_role("dialog", name="Details")
    expect(details).to_contain_text("10 in, 3 out (counted by the provider)")
    expect(details).to_contain_text("Finish reason")
    expect(details.locator("pre")).to_contain_text('"model": "good"')
    assert faults_of(home) == []
    button(details, "Copy as curl").click()
    expect(home.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    command = home.evaluate("copied")
    assert "/v1/chat/completions" in command
    assert '-H "Authorization: Bearer $PARLEY_API_KEY"' in command
    button(details, "Close").click()
    expect(details).to_be_hidden()


def test_what_the_server_said_of_a_failure_is_in_the_details_of_administrators(
    home: Page, new_page: NewPage, model: LanguageModel
) -> None:
    LanguageModel.objects.update(upstream_name="503")
    theirs = new_page(User.objects.get(username="dana"))
    theirs.goto("/")
    for page, has_words in ((home, False), (theirs, True)):
        send(page, "Hello")
        expect(answer(page)).to_contain_text("The model's server is overloaded.")
        button(answer(page), "Details").click()
        details = page.get_by_role("dialog", name="Details")
        expect(details).to_contain_text("Parameters as sent")
        assert details.get_by_text("What the server said", exact=True).count() == has_words
        assert ("HTTP 503 · Model service overloaded." in details.inner_text()) == has_words
        assert faults_of(page) == []


def test_a_rating_with_a_note_is_stored_edited_and_removed(
    home: Page, new_page: NewPage, alice: User
) -> None:
    converse(home)
    other = new_page(alice)
    other.goto(home.url)
    home.bring_to_front()
    button(answer(home), "Bad answer").click()
    note = home.get_by_role("textbox", name="What was wrong with it?")
    expect(note).to_be_visible()
    expect(home.get_by_role("dialog")).to_have_count(0)
    assert faults_in_both_schemes(home) == []
    note.fill("It is wrong.")
    button(home, "Save note").click()
    expect(home.get_by_role("status").filter(has_text="Thank you")).to_be_attached()
    kept = Feedback.objects.get()
    assert (kept.value, kept.note) == (-1, "It is wrong.")
    expect(answer(home)).to_contain_text("It is wrong.")
    home.reload()
    button(answer(home), "Edit the note").click()
    expect(note).to_be_focused()
    expect(note).to_have_value("It is wrong.")
    note.fill("It is wrong twice.")
    button(home, "Save note").click()
    expect(answer(home)).to_contain_text("It is wrong twice.")
    expect(button(answer(home), "Edit the note")).to_be_focused()
    assert faults_in_both_schemes(home) == []
    other.bring_to_front()
    expect(answer(other)).to_contain_text("It is wrong twice.")
    thumb = button(answer(other), "Bad answer")
    expect(thumb).to_have_attribute("aria-pressed", "true")
    thumb.click()
    home.bring_to_front()
    expect(button(answer(home), "Bad answer")).to_have_attribute("aria-pressed", "false")
    expect(answer(home)).not_to_contain_text("It is wrong")
    assert Feedback.objects.count() == 0


def test_a_thumb_marks_before_the_site_answers(home: Page) -> None:
    converse(home)
    home.evaluate(
        """() => {
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (text) {
            if (!text.includes("message.rate")) send.call(this, text);
        };
    }"""
    )
    button(answer(home), "Good answer").click()
    expect(button(answer(home), "Good answer")).to_have_attribute("aria-pressed", "true")
    expect(home.get_by_role("textbox", name="What was good about it?")).to_be_visible()
    home.keyboard.press("Escape")
    assert Feedback.objects.count() == 0


def test_a_refused_rating_is_undone_with_a_sentence(
    home: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate = library.rate

    # Sooner, and the page might hear of it with the end of the answer.
    def rate_too_late(user: User, message_id: UUID, **rating: Any) -> UUID:
        Message.objects.filter(pk=message_id).delete()
        return rate(user, message_id, **rating)

    monkeypatch.setattr(library, "rate", rate_too_late)
    converse(home)
    button(answer(home), "Good answer").click()
    expect(home.get_by_role("alert").filter(has_text="This no longer exists.")).to_be_visible()
    expect(button(answer(home), "Good answer")).to_have_attribute("aria-pressed", "false")
    expect(home.get_by_role("textbox", name="What was good about it?")).to_have_count(0)


def test_an_answer_is_read_aloud_until_the_button_is_pressed_again(home: Page) -> None:
    converse(home)
    home.evaluate(SPOKEN)
    aloud = button(answer(home), "Read aloud")
    aloud.click()
    expect(aloud).to_have_attribute("aria-pressed", "true")
    aloud.click()
    expect(aloud).to_have_attribute("aria-pressed", "false")
    cancelled, text, *_ = home.evaluate("said")
    assert cancelled == "cancelled"
    assert "gen:1:0000" in text


def test_a_long_message_is_folded_until_it_is_opened(home: Page) -> None:
    send(home, "\n".join(f"line {number}" for number in range(60)))
    wait_for_end(home)
    bubble = messages(home).first.locator(".bubble")
    assert bubble.bounding_box()["height"] < 300
    button(home, "Show all").click()
    expect(button(home, "Show all")).to_be_hidden()
    assert bubble.bounding_box()["height"] > 1000


def test_a_full_context_is_shown_before_sending(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    # A provider that reports no usage, so that both sides estimate.
    model = make_model("no-usage", base_url=upstream.address)
    LanguageModel.objects.filter(pk=model.pk).update(context_length=300)
    page = new_page(alice)
    page.goto("/")
    for _ in range(3):
        converse(page, "word " * 50)
    expect(page.get_by_text("of the model’s context")).to_be_visible()
    page.get_by_role("textbox", name="Message", exact=True).fill("And " * 40)
    warning = page.get_by_role("status").filter(has_text="will be left out")
    expect(warning).to_be_visible()
    said = warning.inner_text()
    button(page, "Send").click()
    wait_for_end(page)
    sent = len(upstream.calls[-1].body["messages"])
    assert f"its {7 - sent} oldest messages will be left out" in said
    expect(answer(page)).to_contain_text(f"The {7 - sent} oldest messages were left out")
    assert json.dumps(Conversation.objects.get().parameters) == "{}"


def test_a_note_that_was_begun_is_there_after_a_reload(home: Page) -> None:
    converse(home)
    button(answer(home), "Bad answer").click()
    note = home.get_by_role("textbox", name="What was wrong with it?")
    note.fill("Half a note")
    home.reload()
    expect(note).to_have_value("Half a note")
    button(home, "Save note").click()
    expect(answer(home).get_by_text("Half a note")).to_be_visible()
    home.reload()
    expect(answer(home).get_by_text("Half a note")).to_be_visible()
    expect(note).to_have_count(0)


def test_a_note_that_is_too_long_is_kept_and_says_so(home: Page) -> None:
    converse(home)
    button(answer(home), "Bad answer").click()
    note = home.get_by_role("textbox", name="What was wrong with it?")
    note.fill("\N{GRINNING FACE}" * 1000)
    expect(home.get_by_text("1,000 of 1,000 characters")).to_be_visible()
    note.fill("w" * 1200)
    expect(home.get_by_text("1,200 characters, and at most 1,000")).to_be_visible()
    button(home, "Save note").click()
    expect(note).to_have_value("w" * 1200)
    assert not Feedback.objects.exclude(note="").exists()
    note.fill("w" * 999)
    button(home, "Save note").click()
    expect(note).to_have_count(0)
    assert Feedback.objects.get().note == "w" * 999


def test_a_title_that_is_too_long_is_kept_and_says_so(home: Page) -> None:
    converse(home)
    button(home.get_by_role("navigation"), "More").first.click()
    home.get_by_role("menuitem", name="Rename").click()
    title = home.get_by_role("dialog").get_by_label("Title")
    title.fill("t" * 250)
    expect(home.get_by_text("250 characters, and at most 200")).to_be_visible()
    button(home.get_by_role("dialog"), "Rename").click()
    expect(title).to_have_value("t" * 250)
    title.fill("Short")
    button(home.get_by_role("dialog"), "Rename").click()
    expect(home.get_by_role("link", name="Short")).to_be_visible()
