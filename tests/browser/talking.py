"""Actions of a user on the page of a conversation, and what it shows."""

import re
from collections.abc import Iterator

from playwright.sync_api import Locator, Page, expect

from conversations.models import Conversation, Message, User
from tests.browsers import PATIENCE_SECONDS
from tests.upstreams.scripted import ScriptedUpstream


def button(page: Page | Locator, name: str) -> Locator:
    """The button with exactly this name."""
    return page.get_by_role("button", name=name, exact=True)


def send(page: Page, text: str) -> None:
    """Write a message and send it."""
    page.get_by_role("textbox", name="Message", exact=True).fill(text)
    button(page, "Send").click()


def messages(page: Page) -> Locator:
    """The messages on the page, in order."""
    return page.get_by_role("log", name="Conversation").get_by_role("article")


def answer(page: Page) -> Locator:
    """The last message."""
    return messages(page).last


def status(page: Page, text: str) -> Locator:
    """The status for screen readers that contains this text."""
    return page.get_by_role("status").filter(has_text=text)


def wait_for_end(
    page: Page, status_text: str = "Answer finished", seconds: float = PATIENCE_SECONDS
) -> None:
    """Wait until the answer has ended with this status."""
    expect(status(page, status_text)).to_be_attached(timeout=seconds * 1000)
    expect(answer(page)).to_have_attribute("aria-busy", "false")


def wait_until_true(page: Page, expression: str) -> None:
    """Wait until an expression is true in the page, which may be a promise.

    Playwright's `wait_for_function` asks again by `eval`, which the site's pages forbid.
    """
    page.evaluate(
        f"""async () => {{
            while (!(await ({expression})))
                await new Promise((resolve) => setTimeout(resolve, 20));
        }}"""
    )


def converse(page: Page, text: str = "Please, tokens=3") -> None:
    """Send a message and wait for the end of its answer."""
    send(page, text)
    wait_for_end(page)


def looked_at(*pages: Page) -> Iterator[Page]:
    """Bring each tab to the front in turn: a hidden tab draws only once a second."""
    for page in pages:
        page.bring_to_front()
        yield page


def tokens(message: Locator) -> list[str]:
    """The tokens that a message shows, as "request:number"."""
    return re.findall(r"gen:(\d+:\d+)", message.inner_text())


def token(request: int, position: int) -> str:
    """The text of one token."""
    return f"gen:{request}:{position:04d}"


def begin(page: Page, upstream: ScriptedUpstream, shown: int = 3) -> None:
    """Start an answer that pauses after its first tokens until the test opens the gate."""
    send(page, "Please, tokens=20 gate=g")
    upstream.open("g", shown)
    expect(answer(page)).to_contain_text(f":{shown - 1:04d}")


def conversation_with(user: User, question: str, reply: str, title: str = "Tea") -> Conversation:
    """A stored conversation of one question and one answer."""
    conversation = Conversation.objects.create(user=user, title=title)
    place = {"conversation": conversation, "changed_in": conversation.advance()}
    asked = Message.objects.create(role=Message.Role.USER, content=question, **place)
    conversation.head = Message.objects.create(
        **place,
        parent=asked,
        role=Message.Role.ASSISTANT,
        content=reply,
        model_name="good",
        finish_reason="stop",
    )
    conversation.save()
    return conversation
