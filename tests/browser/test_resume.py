"""After a reload or a lost connection, and in a second tab, the answer is complete."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from conversations.models import LanguageModel, User
from tests.browsers import NewPage
from tests.people import make_model, make_people
from tests.upstreams.scripted import ScriptedUpstream, scripted_thread

pytestmark = pytest.mark.browser
TOKENS = 30

# Records the number of shown tokens after each change of the page.
_WATCH = """
window.counts = [];
new MutationObserver(() => {
  const text = document.querySelector("[role=log]").textContent;
  counts.push((text.match(/gen:/g) ?? []).length);
}).observe(document.querySelector("[role=log]"), {
  childList: true, subtree: true, characterData: true,
});
"""


@pytest.fixture
def upstream() -> Iterator[ScriptedUpstream]:
    with scripted_thread() as server:
        yield server


@pytest.fixture
def model(live_site: object, upstream: ScriptedUpstream) -> LanguageModel:
    return make_model("good", base_url=upstream.address)


@pytest.fixture
def alice(live_site: object) -> User:
    return make_people().alice


@pytest.fixture
def page(new_page: NewPage, alice: User, model: LanguageModel) -> Page:
    page = new_page(alice)
    page.goto("/")
    return page


def send(page: Page) -> None:
    """Start an answer in which every token waits for the test."""
    page.get_by_role("textbox", name="Message").fill(f"Please, tokens={TOKENS} gate=g")
    page.get_by_role("button", name="Send", exact=True).click()


def answer(page: Page) -> Locator:
    """The last article of the log."""
    return page.get_by_role("log", name="Conversation").get_by_role("article").last


def wait_for_token(page: Page, position: int) -> None:
    """Wait until that token is visible."""
    expect(answer(page)).to_contain_text(f"gen:1:{position:04d}")


def finish(page: Page, upstream: ScriptedUpstream) -> None:
    """Open the gate for the rest of the answer, and wait for its end."""
    upstream.open("g", TOKENS)
    expect(page.get_by_role("status").filter(has_text="Answer finished")).to_be_attached()
    expect(answer(page)).not_to_have_attribute("aria-busy", "true")


def shown(page: Page) -> list[int]:
    """The numbers of the tokens that the answer shows, in order."""
    return [int(number) for number in re.findall(r"gen:1:(\d+)", answer(page).inner_text())]


WHOLE = list(range(TOKENS))


def test_an_undisturbed_answer_is_shown_completely(page: Page, upstream: ScriptedUpstream) -> None:
    send(page)
    finish(page, upstream)
    assert shown(page) == WHOLE


def test_a_reload_in_mid_answer_continues_at_the_same_token(
    page: Page, upstream: ScriptedUpstream
) -> None:
    send(page)
    upstream.open("g", 10)
    wait_for_token(page, 9)
    page.reload()
    wait_for_token(page, 9)
    assert shown(page) == list(range(10))
    page.evaluate(_WATCH)
    upstream.open("g", 10)
    wait_for_token(page, 19)
    page.reload()
    page.evaluate(_WATCH)
    finish(page, upstream)
    assert shown(page) == WHOLE
    counts = page.evaluate("counts")
    assert counts == sorted(counts)


def test_a_page_that_was_offline_in_mid_answer_shows_what_it_missed_once(
    page: Page, upstream: ScriptedUpstream
) -> None:
    send(page)
    upstream.open("g", 10)
    wait_for_token(page, 9)
    page.evaluate(_WATCH)
    page.context.set_offline(True)
    upstream.open("g", 10)
    wait_for_sent(upstream, 20)
    assert shown(page) == list(range(10))
    page.context.set_offline(False)
    wait_for_token(page, 19)
    finish(page, upstream)
    assert shown(page) == WHOLE
    counts = page.evaluate("counts")
    assert counts == sorted(counts)


def wait_for_sent(upstream: ScriptedUpstream, tokens: int) -> None:
    """Wait until the upstream has sent that many tokens, shown or not."""
    upstream.wait_until(lambda: upstream.calls[0].sent_tokens >= tokens)


class Line:
    """The connection between a page and the site, which the test can cut."""

    def __init__(self, page: Page) -> None:
        self._is_cut = False
        self._ends: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("/ws/$"), self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        if self._is_cut:
            socket.close()
        else:
            self._ends += [socket, socket.connect_to_server()]

    def cut(self) -> None:
        """Close the connection at both ends, and refuse every other."""
        self._is_cut = True
        for end in self._ends:
            end.close()

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False


def test_a_page_whose_connection_breaks_in_mid_answer_says_so_and_shows_what_it_missed_once(
    new_page: NewPage, alice: User, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    page = new_page(alice)
    # The page waits long before it retries by itself, so the button is always pressed first.
    page.add_init_script("Math.random = () => 1e5")
    line = Line(page)
    page.goto("/")
    send(page)
    upstream.open("g", 10)
    wait_for_token(page, 9)
    page.evaluate(_WATCH)
    line.cut()
    upstream.open("g", 10)
    wait_for_sent(upstream, 20)
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    assert shown(page) == list(range(10))
    line.mend()
    page.get_by_role("button", name="Try now").click()
    wait_for_token(page, 19)
    expect(page.get_by_role("button", name="Try now")).to_be_hidden()
    finish(page, upstream)
    assert shown(page) == WHOLE
    counts = page.evaluate("counts")
    assert counts == sorted(counts)


def test_a_second_tab_shows_the_running_answer_and_can_stop_it(
    page: Page, upstream: ScriptedUpstream
) -> None:
    send(page)
    upstream.open("g", 10)
    wait_for_token(page, 9)
    second = page.context.new_page()
    second.goto(page.url)
    wait_for_token(second, 9)
    upstream.open("g", 5)
    wait_for_token(page, 14)
    wait_for_token(second, 14)
    second.get_by_role("button", name="Stop", exact=True).click()
    for tab in (page, second):
        expect(answer(tab)).not_to_have_attribute("aria-busy", "true")
        assert shown(tab) == list(range(15))
        expect(tab.get_by_role("button", name="Send", exact=True)).to_be_visible()


def test_closing_the_tab_does_not_stop_the_answer(
    page: Page, upstream: ScriptedUpstream, new_page: NewPage, alice: User
) -> None:
    send(page)
    upstream.open("g", 10)
    wait_for_token(page, 9)
    address = page.url
    page.close()
    upstream.open("g", TOKENS)
    later = new_page(alice)
    later.goto(address)
    wait_for_token(later, TOKENS - 1)
    assert shown(later) == WHOLE
