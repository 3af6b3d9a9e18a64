"""The user's limits: in the composer, beside an answer, and on the account page."""

import pytest
from django.conf import LazySettings
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from conversations.models import Counter, LanguageModel, Period, Rule, User
from tests.browser.axe import faults_in_both_schemes
from tests.browser.talking import answer, begin, button, converse, messages, send
from tests.browser.test_comparing import compare
from tests.browsers import NewPage
from tests.people import make_model
from tests.quotas.books import limit
from tests.upstreams.scripted import ScriptedUpstream
from tests.views.test_account_page import use

pytestmark = pytest.mark.browser

# Without summer time, and far from UTC, so that no hour is right by accident.
TOKYO = {"timezone_id": "Asia/Tokyo"}
LEFT = "1,240 of 10,000 tokens left today · resets 09:00"


def count(user: User, used: int, measure: str = "tokens") -> None:
    """Record tokens that the user has used today."""
    start = Period.DAY.start(timezone.now())
    Counter.objects.create(user=user, measure=measure, period="day", period_start=start, used=used)


def open_page(new_page: NewPage, user: User, address: str = "/", **options: object) -> Page:
    """The user's page in a browser in Tokyo."""
    page = new_page(user, **TOKYO, **options)
    page.goto(address)
    return page


def said(page: Page, text: str) -> Locator:
    """The visible elements with this text: the notice or the line."""
    return page.get_by_text(text).filter(visible=True)


def test_a_limit_is_not_shown_below_four_fifths(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    limit(10_000)
    count(alice, 7_999)
    page = open_page(new_page, alice)
    expect(button(page, "Send")).to_be_visible()
    expect(said(page, "tokens left")).to_have_count(0)


def test_above_four_fifths_a_notice_shows_what_is_left_and_then_a_line_does(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    limit(10_000)
    count(alice, 8_760)
    page = open_page(new_page, alice)
    notice = page.get_by_text(f"You have used 87% of your limit: {LEFT}.", exact=True)
    expect(notice).to_be_visible()
    expect(page.get_by_text(LEFT, exact=True)).to_be_hidden()
    button(page, "OK").click()
    expect(notice).to_be_hidden()
    expect(page.get_by_text(LEFT, exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_text(LEFT, exact=True)).to_be_visible()
    expect(notice).to_be_hidden()


def test_the_day_of_the_site_ends_at_the_readers_hour(
    new_page: NewPage, alice: User, model: LanguageModel, settings: LazySettings
) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    limit(10_000)
    count(alice, 8_760)
    page = open_page(new_page, alice)
    expect(said(page, "1,240 of 10,000 tokens left today · resets 01:00")).to_be_visible()
    page.goto("/account/")
    expect(page.get_by_text("Resets", exact=True).locator("xpath=..")).to_contain_text("01:00")


def test_the_line_follows_the_answers_without_a_reload(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    limit(10, "requests")
    count(alice, 7, "requests")
    page = open_page(new_page, alice)
    expect(said(page, "requests left")).to_have_count(0)
    converse(page)
    expect(said(page, "2 of 10 requests left today")).to_have_count(1)
    button(page, "OK").click()
    converse(page)
    expect(said(page, "1 of 10 requests left today")).to_have_count(1)


def test_a_changed_limit_reaches_an_open_page(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    rule = Rule.objects.filter(pk=limit(100_000).pk)
    count(alice, 900)
    page = open_page(new_page, alice)
    expect(said(page, "tokens left")).to_have_count(0)
    rule.update(limit=1_000)
    expect(said(page, "100 of 1,000 tokens left today")).to_have_count(1)
    rule.update(limit=100_000)
    expect(said(page, "tokens left")).to_have_count(0)


def test_a_limit_on_another_model_is_not_shown(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    other = make_model("other", base_url=model.provider.base_url)
    limit(0, language_model=other)
    page = open_page(new_page, alice)
    expect(said(page, "No tokens left")).to_have_count(0)
    button(page, "Model").click()
    page.get_by_role("option", name="other").click()
    expect(said(page, "No tokens left today with other")).to_have_count(1)


def test_a_refused_message_comes_back_with_the_reason_beside_it(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    limit(10_000)
    count(alice, 9_999)
    page = open_page(new_page, alice)
    send(page, "A long question that took an hour to write")
    expect(page.get_by_role("alert")).to_have_text(
        "This needs more than is left of your limit: 1 of 10,000 tokens left today · resets 09:00."
    )
    box = page.get_by_role("textbox", name="Message")
    expect(box).to_have_value("A long question that took an hour to write")
    expect(messages(page)).to_have_count(0)
    page.reload()
    expect(box).to_have_value("A long question that took an hour to write")


def test_what_is_left_is_said_once_beside_a_refused_message(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    limit(10_000)
    count(alice, 10_000)
    page = open_page(new_page, alice)
    left = said(page, "No tokens left today")
    notice = left.filter(has_text="You have used 100% of your limit")
    expect(notice).to_be_visible()
    send(page, "A question")
    expect(page.get_by_role("alert")).to_contain_text("No tokens left today")
    expect(left).to_have_count(1)
    page.get_by_role("textbox", name="Message").fill("A shorter one")
    expect(notice).to_be_visible()
    button(page, "OK").click()
    button(page, "Send").click()
    expect(page.get_by_role("alert")).to_contain_text("No tokens left today")
    expect(left).to_have_count(1)


def test_what_is_left_is_said_once_beside_a_refused_queue(
    new_page: NewPage, alice: User, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    limit(3, "requests")
    count(alice, 2, "requests")
    page = open_page(new_page, alice)
    begin(page, upstream)
    box = page.get_by_role("textbox", name="Message")
    box.fill("A question that waits")
    button(page, "Queue").click()
    upstream.open("g", 20)
    queue = page.get_by_role("list", name="Queued messages")
    expect(queue).to_contain_text("No requests left today")
    expect(said(page, "No requests left today")).to_have_count(1)


def test_a_refusal_says_what_running_answers_hold(
    new_page: NewPage, alice: User, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    limit(6_000)
    count(alice, 340)
    Counter.objects.update(held=5_650)
    page = open_page(new_page, alice)
    send(page, "A question")
    expect(page.get_by_role("alert")).to_have_text(
        "340 of 6,000 tokens are used today, and 5,650 are set aside for answers that are being "
        "written or wait for their turn. What they do not use is free again when they end. Try "
        "again then."
    )
    Counter.objects.update(held=0)
    button(page, "Send").click()
    expect(messages(page)).to_have_count(2)


def test_a_comparison_says_how_many_answers_there_is_room_for(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    for name in ("b", "c"):
        make_model(name, base_url=model.provider.base_url)
    limit(10, "requests")
    count(alice, 8, "requests")
    page = open_page(new_page, alice)
    compare(page, (model.name, "b", "c"))
    send(page, "A question")
    expect(page.get_by_role("alert")).to_have_text(
        "You asked for 3 answers, and there is room for 2. This needs more than is left of your "
        "limit: 2 of 10 requests left today · resets 09:00."
    )
    expect(messages(page)).to_have_count(0)


def test_an_answer_that_a_limit_cuts_says_so_after_its_text(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    make_model("good", base_url=upstream.address)
    limit(400)
    page = open_page(new_page, alice)
    send(page, "tokens=4000")
    told = "Your limit is 400 tokens a day, and all of it is used: this answer ends here."
    expect(answer(page)).to_contain_text(told)
    expect(button(answer(page), "Continue")).to_be_visible()
    page.reload()
    expect(answer(page)).to_contain_text(told)


def test_an_answer_that_was_shortened_by_a_limit_says_so(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    limit(1_000)
    page = open_page(new_page, alice)
    converse(page)
    expect(answer(page)).to_contain_text("Your limit allows only")
    page.reload()
    expect(answer(page)).to_contain_text("Your limit allows only")


def test_the_account_page_is_in_the_menu_and_shows_local_times(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    limit(10_000)
    count(alice, 8_760)
    page = open_page(new_page, alice)
    button(page, "alice").click()
    page.get_by_role("link", name="Account and limits").click()
    expect(page.get_by_role("heading", name="Limits", exact=True)).to_be_visible()
    expect(page.locator("time").first).to_have_text("09:00")
    page.get_by_role("link", name="Conversations").click()
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()


def test_the_account_page_links_to_the_sign_in_settings(new_page: NewPage, alice: User) -> None:
    page = open_page(new_page, alice, "/account/", viewport={"width": 390, "height": 844})
    for name, heading in {
        "Change password": "Change password",
        "Passkeys and two-factor authentication": "Passkeys and two-factor authentication",
        "Where you are signed in": "Where you are signed in",
        "Email addresses": "Email addresses",
    }.items():
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("link", name="Account and limits").click()
        expect(page.get_by_role("heading", name="Signing in")).to_be_visible()


def test_axe_finds_no_violation_in_the_account_page_and_it_fits(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    limit(10_000)
    limit(1_000_000, period="month", language_model=model)
    count(alice, 8_760)
    for days_ago in range(0, 30, 3):
        use(alice, days_ago=days_ago, model="a-model-of-a-very-long-name", completion_tokens=900)
    page = open_page(new_page, alice, "/account/")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.get_by_role("img", name="Tokens by day")).to_be_visible()
        assert faults_in_both_schemes(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_finds_no_violation_in_the_notice_and_the_line(
    new_page: NewPage, alice: User, model: LanguageModel
) -> None:
    limit(10_000)
    count(alice, 10_000)
    page = open_page(new_page, alice)
    expect(button(page, "OK")).to_be_visible()
    assert faults_in_both_schemes(page) == []
    button(page, "OK").click()
    expect(page.get_by_text("No tokens left today · resets 09:00", exact=True)).to_be_visible()
    assert faults_in_both_schemes(page) == []
