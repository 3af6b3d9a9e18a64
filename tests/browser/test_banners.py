"""The banners above the composer: one at a time, the weightiest first."""

import pytest
from playwright.sync_api import Page, expect

from conversations.models import LanguageModel
from tests.browser.talking import button

pytestmark = pytest.mark.browser


def test_the_connection_outweighs_a_notice_of_the_site(home: Page) -> None:
    LanguageModel.objects.all().delete()
    home.reload()
    notice = home.get_by_text("There is no model yet")
    offline = home.get_by_role("alert").filter(has_text="You are offline")
    expect(notice).to_be_visible()
    home.context.set_offline(True)
    expect(offline).to_be_visible()
    expect(notice).to_be_hidden()
    expect(button(home, "Try now")).to_be_visible()
    home.context.set_offline(False)
    expect(offline).to_be_hidden()
    expect(notice).to_be_visible()
