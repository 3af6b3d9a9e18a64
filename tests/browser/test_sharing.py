"""Sharing in the browser: previews, terms, readers, changes, and the list of own links."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import Page, expect

from conversations.models import Conversation, LanguageModel, Policy, ShareLink, User
from tests.browser.axe import faults_of
from tests.browser.share_dialog import KEY, create, expect_gone, forget, make_talk, seen, share
from tests.browser.talking import button, messages
from tests.browsers import NewPage
from tests.people import make_model

pytestmark = pytest.mark.browser


@pytest.fixture
def model(live_site: object) -> LanguageModel:
    """A model without a server: the shared messages are stored already."""
    return make_model("good")


@pytest.fixture
def talk(alice: User, model: LanguageModel) -> Conversation:
    return make_talk(alice, model)


@pytest.fixture
def talk_page(new_page: NewPage, alice: User, talk: Conversation) -> Page:
    """Alice's page of the conversation."""
    page = new_page(alice)
    page.goto(f"/c/{talk.pk}/")
    return page


def test_a_link_shows_the_same_as_the_preview(
    talk_page: Page, new_page: NewPage, faults: list[str]
) -> None:
    dialog = share(talk_page)
    assert faults_of(talk_page) == []
    previewed = seen(talk_page).locator("main").inner_text()
    address = create(dialog)
    expect(dialog).to_contain_text("Anyone with the link can read it until")
    assert faults_of(talk_page) == []
    reader = new_page(java_script_enabled=False)
    reader.goto(address)
    assert reader.locator("main").inner_text().startswith(previewed)
    for shown in ("Plan a picnic", "cheese", "Then tea."):
        expect(reader.locator("main")).to_contain_text(shown)
    for hidden in (KEY, "Be brief.", "Rain is likely.", "alice"):
        assert hidden not in reader.content()
    seeing = new_page()
    seeing.goto(address)
    assert faults_of(seeing) == []
    button(dialog, "Revoke").click()
    expect(dialog.get_by_text("No active links")).to_be_visible()
    expect_gone(reader, faults, address)


def test_a_link_ends_when_it_expires(talk_page: Page, new_page: NewPage, faults: list[str]) -> None:
    dialog = share(talk_page)
    dialog.get_by_label("Expires").select_option(label="in 1 hour")
    address = create(dialog)
    link = ShareLink.objects.get()
    assert link.expires_at is not None
    assert timedelta(minutes=59) < link.expires_at - timezone.now() <= timedelta(hours=1)
    ShareLink.objects.update(expires_at=timezone.now())
    expect_gone(new_page(), faults, address)


def test_a_reader_needs_the_pass_phrase(
    talk_page: Page, new_page: NewPage, faults: list[str]
) -> None:
    dialog = share(talk_page)
    dialog.get_by_role("textbox", name="Pass-phrase").fill("under the old bridge")
    address = create(dialog)
    expect(dialog).to_contain_text("Anyone with the link and the pass-phrase")
    reader = new_page()
    reader.goto(address)
    expect(reader.get_by_text("Plan a picnic")).to_have_count(0)
    assert faults_of(reader) == []
    field = reader.get_by_label("Pass-phrase")
    field.fill("over the new bridge")
    field.press("Enter")
    expect(reader.get_by_text("Wrong pass-phrase.")).to_be_visible()
    field.fill("under the old bridge")
    field.press("Enter")
    expect(reader.get_by_text("Plan a picnic")).to_be_visible()
    forget(faults, "422")


def test_the_preview_is_masked_and_leaves_parts_out(talk_page: Page, new_page: NewPage) -> None:
    dialog = share(talk_page)
    page = seen(talk_page)
    expect(dialog.get_by_role("checkbox", name=KEY)).to_be_checked()
    expect(page.locator("main")).to_contain_text("Plan a picnic, Rosa.")
    dialog.get_by_label("Other words").fill("Rosa")
    dialog.get_by_label("Other words").press("Enter")
    dialog.get_by_role("switch", name="Reasoning").check()
    dialog.get_by_role("switch", name="Model names").uncheck()
    expect(page.get_by_text("Reasoning").first).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Rosa")
    expect(page.locator("main")).not_to_contain_text("good")
    dialog.get_by_role("checkbox", name=KEY).uncheck()
    expect(page.locator("main")).to_contain_text(KEY)
    reader = new_page()
    reader.goto(create(dialog))
    assert "Rosa" not in reader.content()
    assert KEY in reader.content()


def test_a_link_can_show_selected_messages_only(
    talk_page: Page, new_page: NewPage, faults: list[str]
) -> None:
    dialog = share(talk_page)
    dialog.get_by_label("Only chosen messages").check()
    expect(dialog.get_by_role("checkbox", name="Then tea.")).to_be_checked()
    button(dialog, "Choose none").click()
    expect(dialog.get_by_text("Nothing to show yet.")).to_be_visible()
    expect(dialog.get_by_text("Choose at least one message to share.")).to_be_visible()
    dialog.get_by_role("checkbox", name="Then tea.").check()
    expect(dialog.get_by_text("Choose at least one message to share.")).to_have_count(0)
    forget(faults, "422")
    expect(seen(talk_page).locator("main")).not_to_contain_text("Plan a picnic")
    reader = new_page()
    reader.goto(create(dialog))
    expect(reader.locator("main")).to_contain_text("Then tea.")
    expect(reader.locator("main")).not_to_contain_text("And if it rains?")


def test_a_message_shares_the_conversation_up_to_itself(talk_page: Page) -> None:
    second = messages(talk_page).nth(1)
    second.hover()
    button(second, "More").click()
    talk_page.get_by_role("menuitem", name="Share up to here", exact=True).click()
    expect(seen(talk_page).locator("main")).to_contain_text("cheese")
    expect(seen(talk_page).locator("main")).not_to_contain_text("And if it rains?")


def test_an_error_is_shown_beside_its_field_and_no_input_is_lost(
    talk_page: Page, faults: list[str]
) -> None:
    dialog = share(talk_page)
    dialog.get_by_label("Title", exact=True).fill("Tea or cheese")
    views = dialog.get_by_label("Number of views")
    views.fill("0")
    button(dialog, "Create link").click()
    expect(dialog.get_by_text("The number of views must be from 1 to 1,000,000.")).to_be_visible()
    expect(views).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Named people and groups").check()
    person = dialog.get_by_label("Users, by username")
    person.fill("nobody")
    person.press("Enter")
    expect(dialog.get_by_text("There is no user with the username “nobody”.")).to_be_visible()
    button(dialog, "Remove nobody").click()
    person.fill("bob")
    person.press("Enter")
    views.fill("3")
    create(dialog)
    expect(dialog).to_contain_text("bob can read it")
    expect(dialog).to_contain_text("3 of 3 views left.")
    link = ShareLink.objects.get()
    forget(faults, "422", "404")
    assert (link.title, [each.username for each in link.users.all()]) == ("Tea or cheese", ["bob"])


def test_the_dialog_offers_what_the_site_allows(talk_page: Page, alice: User) -> None:
    alice.groups.add(Group.objects.create(name="crew"))
    Policy.objects.create(public_links=False, longest_link_days=7, default_link_days=None)
    dialog = share(talk_page)
    expect(dialog.get_by_label("Anyone with the link")).to_be_disabled()
    expect(dialog.get_by_label("People who are signed in")).to_be_checked()
    options = dialog.get_by_label("Expires").locator("option").all_inner_texts()
    assert options == ["in 1 hour", "in 1 day", "in 7 days"]
    dialog.get_by_label("Named people and groups").check()
    dialog.get_by_label("crew").check()
    create(dialog)
    expect(dialog).to_contain_text("the group crew can read it until")


def test_a_link_is_changed_and_updated_under_its_address(
    talk_page: Page, new_page: NewPage
) -> None:
    dialog = share(talk_page)
    dialog.locator('[name="leaf_id"]').select_option(index=1)
    address = create(dialog)
    button(dialog, "Done").click()
    button(talk_page, "Share").click()
    button(dialog, "Change").click()
    dialog.get_by_label("Number of views").fill("9")
    button(dialog, "Save changes").click()
    expect(dialog).to_contain_text("9 of 9 views left")
    button(dialog, "Update what it shows").click()
    expect(seen(talk_page).locator("main")).to_contain_text("Then tea.")
    button(dialog, "Update").click()
    shown = dialog.get_by_label("Address", exact=True)
    expect(shown).to_be_visible()
    expect(shown).to_have_value(address)
    reader = new_page()
    reader.goto(address)
    expect(reader.locator("main")).to_contain_text("Then tea.")


def test_the_dialog_is_used_by_keyboard(talk_page: Page) -> None:
    opener = button(talk_page, "Share")
    opener.focus()
    talk_page.keyboard.press("Enter")
    seen(talk_page)
    for _press in range(60):
        talk_page.keyboard.press("Tab")
        assert talk_page.evaluate("document.activeElement.closest('dialog, body').id") != "page"
        if talk_page.evaluate("document.activeElement.id") == "share-submit":
            break
    talk_page.keyboard.press("Enter")
    expect(button(talk_page.get_by_role("dialog"), "Copy")).to_be_focused()
    talk_page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_on_a_phone_the_preview_is_one_press_away(
    new_page: NewPage, alice: User, talk: Conversation
) -> None:
    page = new_page(alice, viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(f"/c/{talk.pk}/")
    dialog = share(page)
    expect(page.locator("#share-preview iframe")).not_to_be_in_viewport()
    button(dialog, "Preview").click()
    expect(page.locator("#share-preview iframe")).to_be_in_viewport(ratio=0.5)
    expect(button(dialog, "Create link")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_group_of_the_dialog_begins_below_its_name(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    # Nothing in it looks like a secret, so that the first parts of the group are hidden.
    question = {"role": "user", "content": "Tea?"}
    conversation = Conversation.objects.create_with_branch([question], user=alice, title="Tea")
    page = new_page(alice)
    page.goto(f"/c/{conversation.pk}/")
    dialog = share(page)
    field = dialog.get_by_label("Other words").bounding_box()
    name = dialog.get_by_text("Mask", exact=True).bounding_box()
    label = dialog.get_by_text("Other words", exact=True).bounding_box()
    assert field
    assert name
    assert label
    assert label["y"] >= name["y"] + name["height"]
    assert label["x"] == field["x"] == name["x"]


def test_deleting_a_conversation_asks_about_its_links(
    talk_page: Page, new_page: NewPage, faults: list[str]
) -> None:
    dialog = share(talk_page)
    address = create(dialog)
    button(dialog, "Done").click()
    row = talk_page.get_by_role("navigation", name="Conversations").locator(
        "[data-conversation-id]"
    )
    row.hover()
    button(row, "More").click()
    talk_page.get_by_role("menuitem", name="Delete", exact=True).click()
    asked = talk_page.get_by_role("dialog", name="Delete the conversation?")
    expect(asked).to_contain_text("A link to it is active.")
    assert faults_of(talk_page) == []
    button(asked, "Delete").click()
    expect(button(talk_page, "Undo")).to_be_visible()
    reader = new_page()
    expect_gone(reader, faults, address)
    button(talk_page, "Undo").click()
    expect(messages(talk_page)).to_have_count(4)
    reader.goto(address)
    expect(reader.get_by_text("Plan a picnic")).to_be_visible()


def test_my_links_are_changed_updated_and_revoked_from_their_list(
    talk_page: Page, faults: list[str]
) -> None:
    address = create(share(talk_page))
    talk_page.goto("/account/")
    talk_page.get_by_role("link", name="My links").click()
    row = talk_page.get_by_role("listitem").filter(has_text="A picnic by the river")
    expect(row).to_contain_text("Live")
    assert faults_of(talk_page) == []
    talk_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(row, "Copy").click()
    expect(button(row, "Copied")).to_be_visible()
    assert talk_page.evaluate("navigator.clipboard.readText()") == address
    button(row, "Change").click()
    dialog = talk_page.get_by_role("dialog")
    dialog.get_by_label("People who are signed in").check()
    button(dialog, "Save changes").click()
    button(dialog, "Done").click()
    expect(row).to_contain_text("People who are signed in")
    button(row, "Update").click()
    expect(seen(talk_page).locator("main")).to_contain_text("Then tea.")
    button(dialog, "Update").click()
    button(dialog, "Done").click()
    button(row, "Revoke").click()
    expect(row).to_contain_text("Revoked")
    expect_gone(talk_page, faults, address)


def test_a_signed_in_reader_continues_in_a_copy(talk_page: Page, new_page: NewPage) -> None:
    address = create(share(talk_page))
    bob = User.objects.get(username="bob")
    reader = new_page(bob)
    reader.goto(address)
    button(reader, "Continue from here").click()
    expect(messages(reader)).to_have_count(4)
    notice = reader.get_by_text("which was shared with you")
    expect(notice).to_be_visible()
    assert bob.conversations.get().messages.count() == 4
    assert KEY not in reader.content()
    button(reader, "New conversation").first.click()
    expect(messages(reader)).to_have_count(0)
    expect(notice).to_have_count(0)
