"""Whatever text gets onto the page, it runs nothing and reaches nothing."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from conversations.models import Conversation, Definition, LanguageModel, Message, User
from tests.browser.hostile import STRINGS
from tests.browser.talking import button, messages
from tests.browsers import NewPage
from tests.live import LiveSite
from tests.people import make_model

PART = 30
PARTS = [STRINGS[start : start + PART] for start in range(0, len(STRINGS), PART)]
WATCH = """
window.hits = []; window.reports = [];
window.hit = () => window.hits.push('hit');
addEventListener('securitypolicyviolation', (event) =>
  window.reports.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


def test_there_are_three_hundred() -> None:
    assert len(set(STRINGS)) == 300


@pytest.mark.parametrize("strings", PARTS)
def test_hostile_text_runs_nothing_and_reaches_nothing(
    strings: list[str], new_page: NewPage, alice: User, live_site: LiveSite
) -> None:
    model = make_model("plain")
    LanguageModel.objects.bulk_create(
        LanguageModel(name=text[:200], upstream_name="x", provider=model.provider)
        for text in strings
    )
    for number, text in enumerate(strings):
        Definition.objects.create(user=alice, kind="tool", name=f"t{number}", definition=tool(text))
        Definition.objects.create(user=alice, kind="schema", name=text[:100], definition=tool(text))
    conversation = talk(alice, model, strings)
    page = new_page(alice)
    page.add_init_script(WATCH)
    reached: list[str] = []
    page.on("request", lambda request: reached.append(request.url))
    page.goto(f"/c/{conversation.pk}/")
    expect(messages(page)).to_have_count(len(conversation.messages.all()))
    open_everything(page)
    drop_files(page, strings)
    scroll_through(page)
    for frame in page.frames:
        assert frame.evaluate("window.hits") == []
        assert frame.evaluate("window.reports") == []
    assert {origin(url) for url in reached} <= {live_site.url, "blob:", "data:"}


def tool(text: str) -> dict[str, Any]:
    """A function whose every text is hostile."""
    schema = {"type": "object", "properties": {text: {"description": text, "enum": [text]}}}
    return {
        "type": "function",
        "function": {"name": text, "description": text, "parameters": schema},
    }


def talk(alice: User, model: LanguageModel, strings: list[str]) -> Conversation:
    """A conversation of hostile questions, answers, JSON, calls and answers of tools."""
    for text in strings:
        Conversation.objects.create(user=alice, title=text[:200], language_model=model)
    conversation = Conversation.objects.create(
        user=alice, title=strings[0][:200], language_model=model, system_message=strings[0],
        parameters={"tools": [tool(text) for text in strings]},
    )  # fmt: skip
    head = None
    for text in strings:
        for fields in turns(text):
            head = Message.objects.create(
                conversation=conversation, parent=head, changed_in=1, **fields
            )
    conversation.head, conversation.version = head, 1
    conversation.save()
    return conversation


def turns(text: str) -> list[dict[str, Any]]:
    """What is said with one string."""
    call = {"id": "c", "type": "function"}
    arguments = json.dumps({text: [text, {"x": text}]})
    named = {"name": text, "arguments": arguments}
    return [
        {"role": "user", "content": text},
        {
            "role": "assistant",
            "content": text,
            "reasoning_content": text,
            "model_name": text[:200],
            "tool_calls": [{**call, "function": named}],
        },
        {"role": "tool", "content": text, "tool_call_id": "c"},
        {"role": "assistant", "content": f"{arguments}\n\n{text}", "model_name": text[:200]},
    ]


def open_everything(page: Page) -> None:
    """Open the menus and panels that show names."""
    button(page, "Model").click()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    button(page, "Parameters").click()
    button(page, "New function").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("<b>")
    page.get_by_role("textbox", name="Parameters, as a JSON schema").fill('{"type": "<img>"}')
    button(page, "Cancel").click()


def drop_files(page: Page, strings: list[str]) -> None:
    """Pick files with hostile names and contents."""
    files = [
        {"name": text.replace("/", "_"), "mimeType": "text/plain", "buffer": text.encode()}
        for text in strings
    ]
    page.locator("#file-picker").set_input_files(files)
    expect(page.get_by_role("textbox", name="Message", exact=True)).not_to_have_value("")


def scroll_through(page: Page) -> None:
    """Bring each message into the window once, so that what draws lazily draws."""
    for message in messages(page).all():
        message.scroll_into_view_if_needed()


def origin(url: str) -> str:
    """Where a request went."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
