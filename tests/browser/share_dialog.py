"""The share dialog in the browser, and a conversation to share."""

from playwright.sync_api import FrameLocator, Locator, Page, expect

from conversations.models import Conversation, LanguageModel, Message, User
from tests.browser.talking import button

KEY = "sk-proj-Zq8vT3nLw0Rk5Yb7Xc2MaJdEf"


def make_talk(alice: User, model: LanguageModel) -> Conversation:
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
