"""The administration in a browser: pages fit, obey the content policy, and update themselves."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from conversations.models import LanguageModel
from tests.admin.answers import a_varied_month
from tests.browsers import NewPage
from tests.people import People, make_model, make_people
from tests.upstreams.scripted import ScriptedUpstream, scripted_thread

pytestmark = pytest.mark.browser

WIDTHS = (1440, 1280, 1024, 390)
PAGES = (
    "/admin/",
    "/admin/usage/",
    "/admin/usage/models/",
    "/admin/usage/people/",
    "/admin/usage/groups/",
    "/admin/usage/providers/",
    "/admin/usage/errors/",
    "/admin/live/",
    "/admin/conversations/ledgerentry/",
    "/admin/conversations/user/",
    "/admin/conversations/languagemodel/",
    "/admin/conversations/auditentry/",
)


@pytest.fixture
def people(live_site: object) -> People:
    return make_people()


@pytest.fixture
def upstream() -> Iterator[ScriptedUpstream]:
    with scripted_thread() as server:
        yield server


@pytest.fixture
def model(live_site: object, upstream: ScriptedUpstream) -> LanguageModel:
    return make_model("good", base_url=upstream.address)


def ask(page: Page, tokens: int) -> None:
    """Send a message whose answer waits for the test at each token."""
    page.goto("/")
    page.get_by_role("textbox", name="Message").fill(f"Please, tokens={tokens} gate=g")
    page.get_by_role("button", name="Send", exact=True).click()


def test_every_page_is_as_wide_as_the_window(new_page: NewPage, people: People) -> None:
    a_varied_month(people)
    page = new_page(people.dana)
    root = "document.documentElement"
    for path in PAGES:
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), (path, width)


def test_a_chart_agrees_with_its_table(new_page: NewPage, people: People) -> None:
    a_varied_month(people)
    page = new_page(people.dana)
    page.goto("/admin/usage/")
    tokens = page.get_by_role("figure").first
    expect(tokens.locator("figcaption")).to_contain_text("tokens were used, most on")
    days = tokens.locator("g", has=page.locator(".series-2"))
    titles = [title.text_content() or "" for title in days.locator("title").all()]
    drawn = [re.search(r": ([\d,]+) tokens", title) for title in titles]
    cells = page.locator("table.figures tbody tr td:nth-of-type(4)").all_inner_texts()
    listed = [cell for cell in reversed(cells) if cell != "0"]
    assert [found and found[1] for found in drawn] == listed


def test_a_running_answer_appears_by_itself_and_is_stopped(
    new_page: NewPage, people: People, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    live = new_page(people.dana)
    live.goto("/admin/live/")
    expect(live.get_by_text("Nothing is running.")).to_be_visible()
    alice = new_page(people.alice)
    ask(alice, 300)
    row = live.get_by_role("row", name="alice")
    expect(row).to_contain_text("waiting")
    upstream.open("g", 100)
    expect(row).to_contain_text("writing")
    live.get_by_role("button", name="Stop this answer of alice").click()
    expect(live.get_by_text("The answer is being stopped.")).to_be_visible()
    expect(live.get_by_text("Nothing is running.")).to_be_visible()
    answer = alice.get_by_role("log", name="Conversation").get_by_role("article").last
    expect(answer).not_to_have_attribute("aria-busy", "true")


def test_the_button_in_use_keeps_the_focus_while_the_list_changes(
    new_page: NewPage, people: People, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    ask(new_page(people.alice), 300)
    live = new_page(people.dana)
    live.goto("/admin/live/")
    button = live.get_by_role("button", name="Stop all answers of alice")
    button.focus()
    upstream.open("g", 5)
    expect(live.get_by_role("row", name="alice")).to_contain_text("writing")
    expect(button).to_be_focused()
    # A resting pointer delays the update of the list only for a moment.
    button.hover()
    upstream.open("g", 300)
    expect(live.get_by_text("Nothing is running.")).to_be_visible()


def test_the_page_says_when_the_site_does_not_answer(
    new_page: NewPage, people: People, faults: list[str]
) -> None:
    live = new_page(people.dana)
    live.goto("/admin/live/")
    live.context.set_offline(True)
    expect(live.get_by_text("The site does not respond")).to_be_visible()
    live.context.set_offline(False)
    expect(live.get_by_text("The site does not respond")).to_be_hidden()
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in faults)
    faults.clear()


def test_a_message_to_a_draining_site_is_refused_with_the_reason(
    new_page: NewPage, people: People, model: LanguageModel
) -> None:
    live = new_page(people.dana)
    live.goto("/admin/live/")
    live.get_by_role("button", name="Drain the site").click()
    expect(live.get_by_text("The site accepts no new messages.").first).to_be_visible()
    alice = new_page(people.alice)
    ask(alice, 5)
    sentence = "The site is about to restart; try again in a minute."
    expect(alice.get_by_text(sentence)).to_be_visible()
    live.get_by_role("button", name="Accept messages again").click()
    expect(live.get_by_role("button", name="Drain the site")).to_be_visible()
