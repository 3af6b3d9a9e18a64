"""Keys in menus: they act on what they were pressed for, however fast they come."""

import pytest
from playwright.sync_api import Page

from conversations.models import LanguageModel
from tests.browser.talking import answer, button, converse
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
