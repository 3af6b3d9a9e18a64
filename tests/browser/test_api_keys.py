"""API keys: created, copied and revoked, also by keyboard."""

from playwright.sync_api import Page, expect

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import ApiKey
from tests.browser.axe import faults_of
from tests.browsers import NewPage
from tests.people import PASSWORD, make_model, make_people


def test_a_key_is_made_copied_and_revoked(new_page: NewPage) -> None:
    people, _model = make_people(), make_model("a/model")
    page = new_page(people.alice, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/account/")
    page.get_by_role("link", name="Create a key").click()
    expect(page.get_by_role("group", name="Only these models")).to_be_hidden()
    page.get_by_label("Only these", exact=True).check()
    page.get_by_role("group", name="Only these models").get_by_label("a/model").check()
    page.get_by_label("Name").fill("build server")
    assert faults_of(page) == []
    page.get_by_role("button", name="Create key").press("Enter")
    assert faults_of(page) == []
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").press("Enter")
    shown = page.get_by_label("API key").input_value()
    assert faults_of(page) == []
    assert copied(page, "Copy") == shown
    assert api_keys.authenticated(shown, "").name == "build server"
    page.get_by_role("link", name="Done").click()
    row = page.locator(".api-keys").get_by_role("listitem").filter(has_text="build server")
    expect(row).to_contain_text("a/model")
    assert '"model": "a/model"' in copied(page, "Copy curl")
    page.locator("summary", has_text="JavaScript").press("Enter")
    assert 'model: "a/model"' in copied(page, "Copy JavaScript")
    assert faults_of(page) == []
    page.get_by_role("link", name="Revoke build server").click()
    assert faults_of(page) == []
    page.get_by_role("button", name="Revoke this key").press("Enter")
    expect(page.get_by_role("status")).to_have_text(
        "“build server” is revoked. No program can use it any more."
    )
    assert not ApiKey.objects.unrevoked().exists()


def copied(page: Page, name: str) -> str:
    """The text on the clipboard after that button was pressed."""
    button = page.get_by_role("button", name=name, exact=True)
    button.click()
    # The button then says "Copied".
    expect(button).to_have_count(0)
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_a_long_name_stays_on_a_phone(new_page: NewPage) -> None:
    people = make_people()
    api_keys.create(people.alice, KeyChoices("N" * 100, addresses=["2001:db8::/32"] * 3))
    page = new_page(people.alice, viewport={"width": 390, "height": 844})
    page.goto("/account/")
    expect(page.get_by_role("link", name="N" * 100, exact=True)).to_be_visible()
    wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert wider is False
    assert faults_of(page) == []
