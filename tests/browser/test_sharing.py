"""Sharing in the browser: previews, terms, readers, changes, and the list of own links."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from playwright.sync_api import FrameLocator, Locator, Page, expect

from conversations.models import Conversation, LanguageModel, Message, Policy, ShareLink, User
from tests.browser.axe import faults_of
from tests.browser.talking import button, messages
from tests.browsers import NewPage
from tests.people import make_model

pytestmark = pytest.mark.browser

KEY = "sk-proj-Zq8vT3nLw0Rk5Yb7Xc2MaJdEf"


@pytest.fixture
def model(live_site: object) -> LanguageModel:
    """A model without a server: the shared messages are stored already."""
    return make_model("good")


@pytest.fixture
def talk(alice: User, model: LanguageModel) -> Conversation:
    """A conversation of four messages, with a system message and a secret in the first message."""
    talk = Conversation.objects.create(
        user=alice, title="A picnic by the river", language_model=model, system_message="Be brief."
    )
    said = (
        f"Plan a picnic, Rosa. The key is {KEY}.",
        "Bread and **cheese**.",
        "And if it rains?",
        "Then tea.",
    )
    head, version = None, talk.advance()
    for number, content in enumerate(said):
        role, name = ("assistant", model.name) if number % 2 else ("user", "")
        head = Message.objects.create(
            conversation=talk, parent=head, role=role, content=content, model_name=name,
            reasoning_content="Rain is likely." if name else "", changed_in=version,
        )  # fmt: skip
    Conversation.objects.filter(pk=talk.pk).update(head=head)
    return talk


@pytest.fixture
def administrator(new_page: NewPage, alice: User, talk: Conversation) -> Page:
    """Alice's page of the conversation."""
    page = new_page(alice)
    page.goto(f"/c/{talk.pk}/")
    return page


def share(page: Page) -> Locator:
    """The open share dialog with its preview."""
    button(page, "Share").click()
    seen(page)
    return page.get_by_role("dialog")


def seen(page: Page) -> FrameLocator:
    """The preview of the present selection, once it is loaded."""
    expect(page.locator("#share-preview")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#share-preview iframe")).to_have_count(1)
    # While the next preview loads, it is behind the present one.
    return page.frame_locator("#share-preview iframe").first


def create(dialog: Locator) -> str:
    """Create the link; returns its address."""
    button(dialog, "Create link").click()
    address = dialog.get_by_label("Address", exact=True).first
    expect(address).to_be_visible()
    return address.input_value()


def expect_gone(page: Page, faults: list[str], address: str) -> None:
    """Check that the address shows the page of unknown links."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_text("Be brief")).to_have_count(0)
    forget(faults, "404")


def forget(faults: list[str], *expected: str) -> None:
    """Drop the expected refusals from the errors of the page."""
    faults[:] = [fault for fault in faults if not any(each in fault for each in expected)]


def test_a_link_shows_the_same_as_the_preview(
    administrator: Page, new_page: NewPage, faults: list[str]
) -> None:
    dialog = share(administrator)
    assert faults_of(administrator) == []
    previewed = seen(administrator).locator("main").inner_text()
    address = create(dialog)
    expect(dialog).to_contain_text("Anyone with the link can read it until")
    assert faults_of(administrator) == []
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


def test_a_link_ends_when_it_expires(
    administrator: Page, new_page: NewPage, faults: list[str]
) -> None:
    dialog = share(administrator)
    dialog.get_by_label("Expires").select_option(label="in 1 hour")
    address = create(dialog)
    link = ShareLink.objects.get()
    assert link.expires_at is not None
    assert timedelta(minutes=59) < link.expires_at - timezone.now() <= timedelta(hours=1)
    ShareLink.objects.update(expires_at=timezone.now())
    expect_gone(new_page(), faults, address)


def test_a_reader_needs_the_pass_phrase(
    administrator: Page, new_page: NewPage, faults: list[str]
) -> None:
    dialog = share(administrator)
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


def test_the_preview_is_masked_and_leaves_parts_out(administrator: Page, new_page: NewPage) -> None:
    dialog = share(administrator)
    page = seen(administrator)
    expect(dialog.get_by_role("checkbox", name=KEY)).to_be_checked()
    expect(page.locator("main")).to_contain_text("Plan a picnic, Rosa.")
    dialog.get_by_label("Other words").fill("Rosa")
    dialog.get_by_label("Other words").press("Enter")
    dialog.get_by_role("switch", name="Reasoning").uncheck()
    dialog.get_by_role("switch", name="Model names").check()
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
    administrator: Page, new_page: NewPage, faults: list[str]
) -> None:
    dialog = share(administrator)
    dialog.get_by_label("Only chosen messages").check()
    expect(dialog.get_by_role("checkbox", name="Then tea.")).to_be_checked()
    button(dialog, "Choose none").click()
    expect(dialog.get_by_text("Nothing to show yet.")).to_be_visible()
    expect(dialog.get_by_text("Choose at least one message to share.")).to_be_visible()
    dialog.get_by_role("checkbox", name="Then tea.").check()
    expect(dialog.get_by_text("Choose at least one message to share.")).to_have_count(0)
    forget(faults, "422")
    expect(seen(administrator).locator("main")).not_to_contain_text("Plan a picnic")
    reader = new_page()
    reader.goto(create(dialog))
    expect(reader.locator("main")).to_contain_text("Then tea.")
    expect(reader.locator("main")).not_to_contain_text("And if it rains?")


def test_a_message_shares_the_conversation_up_to_itself(administrator: Page) -> None:
    second = messages(administrator).nth(1)
    second.hover()
    button(second, "More").click()
    button(administrator.locator("#message-menu"), "Share up to here").click()
    expect(seen(administrator).locator("main")).to_contain_text("cheese")
    expect(seen(administrator).locator("main")).not_to_contain_text("And if it rains?")


def test_an_error_is_shown_beside_its_field_and_no_input_is_lost(
    administrator: Page, faults: list[str]
) -> None:
    dialog = share(administrator)
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


def test_the_dialog_offers_what_the_site_allows(administrator: Page, alice: User) -> None:
    alice.groups.add(Group.objects.create(name="crew"))
    Policy.objects.create(public_links=False, longest_link_days=7, default_link_days=None)
    dialog = share(administrator)
    expect(dialog.get_by_label("Anyone with the link")).to_be_disabled()
    expect(dialog.get_by_label("People who are signed in")).to_be_checked()
    options = dialog.get_by_label("Expires").locator("option").all_inner_texts()
    assert options == ["in 1 hour", "in 1 day", "in 7 days"]
    dialog.get_by_label("Named people and groups").check()
    dialog.get_by_label("crew").check()
    create(dialog)
    expect(dialog).to_contain_text("the group crew can read it until")


def test_a_link_is_changed_and_updated_under_its_address(
    administrator: Page, new_page: NewPage
) -> None:
    dialog = share(administrator)
    dialog.locator('[name="leaf_id"]').select_option(index=1)
    address = create(dialog)
    button(dialog, "Done").click()
    button(administrator, "Share").click()
    button(dialog, "Change").click()
    dialog.get_by_label("Number of views").fill("9")
    button(dialog, "Save changes").click()
    expect(dialog).to_contain_text("9 of 9 views left")
    button(dialog, "Update what it shows").click()
    expect(seen(administrator).locator("main")).to_contain_text("Then tea.")
    button(dialog, "Update").click()
    shown = dialog.get_by_label("Address", exact=True)
    expect(shown).to_be_visible()
    expect(shown).to_have_value(address)
    reader = new_page()
    reader.goto(address)
    expect(reader.locator("main")).to_contain_text("Then tea.")


def test_the_dialog_is_used_by_keyboard(administrator: Page) -> None:
    opener = button(administrator, "Share")
    opener.focus()
    administrator.keyboard.press("Enter")
    seen(administrator)
    for _press in range(60):
        administrator.keyboard.press("Tab")
        assert administrator.evaluate("document.activeElement.closest('dialog, body').id") != "page"
        if administrator.evaluate("document.activeElement.id") == "share-submit":
            break
    administrator.keyboard.press("Enter")
    expect(button(administrator.get_by_role("dialog"), "Copy")).to_be_focused()
    administrator.keyboard.press("Escape")
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


def test_deleting_a_conversation_asks_about_its_links(
    administrator: Page, new_page: NewPage, faults: list[str]
) -> None:
    dialog = share(administrator)
    address = create(dialog)
    button(dialog, "Done").click()
    row = administrator.get_by_role("navigation", name="Conversations").locator("[data-id]")
    row.hover()
    button(row, "More").click()
    button(administrator.locator("#row-menu"), "Delete").click()
    asked = administrator.get_by_role("dialog", name="Delete the conversation?")
    expect(asked).to_contain_text("A link to it is active.")
    assert faults_of(administrator) == []
    button(asked, "Delete").click()
    expect(button(administrator, "Undo")).to_be_visible()
    reader = new_page()
    expect_gone(reader, faults, address)
    button(administrator, "Undo").click()
    expect(messages(administrator)).to_have_count(4)
    reader.goto(address)
    expect(reader.get_by_text("Plan a picnic")).to_be_visible()


def test_my_links_are_changed_updated_and_revoked_from_their_list(
    administrator: Page, faults: list[str]
) -> None:
    address = create(share(administrator))
    administrator.goto("/account/")
    administrator.get_by_role("link", name="My links").click()
    row = administrator.get_by_role("listitem").filter(has_text="A picnic by the river")
    expect(row).to_contain_text("Live")
    assert faults_of(administrator) == []
    administrator.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(row, "Copy").click()
    expect(button(row, "Copied")).to_be_visible()
    assert administrator.evaluate("navigator.clipboard.readText()") == address
    button(row, "Change").click()
    dialog = administrator.get_by_role("dialog")
    dialog.get_by_label("People who are signed in").check()
    button(dialog, "Save changes").click()
    button(dialog, "Done").click()
    expect(row).to_contain_text("People who are signed in")
    button(row, "Update").click()
    expect(seen(administrator).locator("main")).to_contain_text("Then tea.")
    button(dialog, "Update").click()
    button(dialog, "Done").click()
    button(row, "Revoke").click()
    expect(row).to_contain_text("Revoked")
    expect_gone(administrator, faults, address)


def test_a_signed_in_reader_continues_in_a_copy(administrator: Page, new_page: NewPage) -> None:
    address = create(share(administrator))
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
