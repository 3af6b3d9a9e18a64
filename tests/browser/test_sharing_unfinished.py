"""Sharing while an answer is being written, and the page of a long conversation."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation, LanguageModel, Message, ShareLink, User
from tests.browser.axe import faults_of
from tests.browser.share_dialog import create, seen, share
from tests.browser.talking import answer, button, send, wait_for_end
from tests.browser.test_comparing import of_choices
from tests.browsers import NewPage
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser


def test_an_answer_is_shared_while_it_is_written(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    page = new_page(alice)
    page.goto("/")
    send(page, "Please, tokens=20000 rate=20")
    expect(answer(page)).to_contain_text("0003")
    dialog = share(page)
    expect(dialog.get_by_text("An answer is still being written.")).to_be_visible()
    address = create(dialog)
    reader = new_page()
    reader.goto(address)
    expect(reader.get_by_text("This answer was still being written.")).to_be_visible()
    shown = reader.locator("main").inner_text()
    assert "0003" in shown
    button(dialog, "Done").click()
    button(page, "Stop").click()
    expect(answer(page)).to_have_attribute("aria-busy", "false")
    reader.reload()
    assert reader.locator("main").inner_text() == shown


def test_a_comparison_is_shared_with_all_its_answers(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = of_choices(3, new_page, alice, upstream)
    send(page, "Please, tokens=3")
    wait_for_end(page)
    dialog = share(page)
    last = dialog.get_by_label("Last message")
    expect(last.locator("option:checked")).to_have_text("All 3 answers, one after another")
    expect(seen(page).get_by_role("heading", name="answer 3 of 3")).to_be_visible()
    last.select_option(index=2)
    expect(seen(page).get_by_role("heading", name="choices", exact=True)).to_be_visible()
    expect(seen(page).get_by_role("article")).to_have_count(2)
    dialog.get_by_label("Only chosen messages").check()
    dialog.get_by_role("list", name="Messages").get_by_role("checkbox").nth(1).uncheck()
    expect(seen(page).get_by_role("heading", name="answer 2 of 2")).to_be_visible()
    dialog.get_by_label("The conversation, up to").check()
    last.select_option("all")
    address = create(dialog)
    reader = new_page()
    reader.goto(address)
    for number in (1, 2, 3):
        expect(reader.get_by_role("article", name=f"answer {number} of 3")).to_be_visible()
    # The page of links knows of the answers as well.
    page.goto("/account/links/")
    button(page.get_by_role("main"), "Update").click()
    expect(last.locator("option:checked")).to_have_text("All 3 answers, one after another")
    button(dialog, "Update").click()
    expect(dialog.get_by_label("Address", exact=True)).to_be_visible()
    assert len(ShareLink.objects.get().snapshot["messages"]) == 4


def test_a_long_conversation_has_contents(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    page = new_page(alice)
    talk = Conversation.objects.create(user=alice, title="Four seasons")
    head = None
    for number, season in enumerate(["Spring", "Summer", "Autumn", "Winter " * 30], 1):
        for role, content in (("user", season), ("assistant", f"It has {number} months.")):
            head = Message.objects.create(
                conversation=talk, parent=head, role=role, content=content, changed_in=number
            )
    Conversation.objects.filter(pk=talk.pk).update(head=head)
    page.goto(f"/c/{talk.pk}/")
    address = create(share(page))
    assert len(ShareLink.objects.get().snapshot["messages"]) == 8
    for width in (1400, 360):
        reader = new_page(java_script_enabled=False, viewport={"width": width, "height": 600})
        reader.goto(address)
        contents = reader.get_by_role("navigation", name="Contents")
        contents.get_by_role("link", name="Winter").click()
        expect(reader.locator("#m7")).to_be_in_viewport()
        assert reader.evaluate("document.documentElement.scrollWidth") <= width
    seeing = new_page()
    seeing.goto(address)
    assert faults_of(seeing) == []
