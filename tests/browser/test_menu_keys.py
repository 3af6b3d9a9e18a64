"""Keys in menus: they act on what they were pressed for, however fast they come."""

import pytest
from playwright.sync_api import Page, expect

from conversations.models import LanguageModel
from tests.browser.talking import answer, button, converse
from tests.browser.test_models import option
from tests.people import make_model

pytestmark = pytest.mark.browser

# Opens a menu and presses a key before the browser has told the page that the menu is open. Gives
# the place of the item that has the focus after that news.
_AT_ONCE = """async (button) => {
  button.focus();
  button.click();
  const menu = document.querySelector(":popover-open");
  const told = new Promise((resolve) => menu.addEventListener("toggle", resolve, { once: true }));
  const key = { key: "ArrowDown", bubbles: true, cancelable: true };
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", key));
  await told;
  const items = [...menu.querySelectorAll("[role=option], [role^=menuitem]")];
  return items.filter((each) => each.checkVisibility()).indexOf(document.activeElement);
}"""


def test_a_key_right_after_a_menu_is_opened_moves_in_it(home: Page, model: LanguageModel) -> None:
    make_model("other", base_url=model.provider.base_url)
    home.reload()
    converse(home)
    row = home.get_by_role("navigation")
    for opener in (button(home, "Model"), button(answer(home), "More"), button(row, "More")):
        assert opener.evaluate(_AT_ONCE) == 1
        home.keyboard.press("Escape")


@pytest.fixture
def comparing(home: Page, model: LanguageModel) -> Page:
    """The open menu of so many models that it has groups, of which ``other 3`` is chosen."""
    for number in range(9):
        make_model(f"other {number}", base_url=model.provider.base_url)
    home.reload()
    button(home, "Model").click()
    option(home, "other 3").click()
    button(home, "Model").click()
    home.get_by_label("Compare").check()
    return home


def test_models_that_are_chosen_within_one_frame_are_all_compared(comparing: Page) -> None:
    comparing.get_by_role("listbox").evaluate(
        """(list) => {
          for (const place of [4, 5, 6, 7]) list.querySelectorAll("[role=option]")[place].click();
        }"""
    )
    # At most four answer at once.
    expect(comparing.get_by_text("4 of 4 chosen")).to_be_visible()
    expect(comparing.get_by_role("option", selected=True)).to_have_count(4)
    expect(comparing.locator("#model-name")).to_have_text("other 3 · other 2 · other 4 · other 5")


def test_the_models_keep_their_order_and_the_focus_while_one_compares(comparing: Page) -> None:
    option(comparing, "other 5").click()
    # The one that is left is now the one that was chosen last.
    option(comparing, "other 3").press("Enter")
    expect(comparing.get_by_text("1 of 4 chosen")).to_be_visible()
    expect(option(comparing, "other 3")).to_be_focused()
    comparing.keyboard.press("Enter")
    expect(comparing.locator("#model-name")).to_have_text("other 5 · other 3")
    assert comparing.get_by_role("option").first.inner_text().startswith("other 3")
