"""The page of an answer that waits in the line before its model's server."""

import pytest
from playwright.sync_api import Page, expect

from conversations.models import LanguageModel, Provider, User
from tests.browser.axe import faults_in_both_schemes
from tests.browser.talking import answer, button, looked_at, send, status, wait_for_end
from tests.browsers import NewPage
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.browser
GATED = "tokens=2 gate=g"


def test_the_place_stands_where_the_answer_will_and_moves(
    new_page: NewPage, home: Page, alice: User, model: LanguageModel, upstream: ScriptedUpstream
) -> None:
    Provider.objects.update(max_concurrent=1)
    pages = [home, new_page(alice), new_page(alice)]
    for number, page in enumerate(looked_at(*pages)):
        page.goto("/")
        send(page, GATED)
        if number:
            text = f"Waiting: {['', '1st', '2nd'][number]} in line"
            expect(answer(page)).to_contain_text(text)
            expect(status(page, text)).to_be_attached()
            expect(answer(page)).to_have_attribute("aria-busy", "true")
        else:
            upstream.wait_until(lambda: len(upstream.calls) == 1)
    _first, second, third = pages
    # A page that is loaded meanwhile shows the same.
    third.bring_to_front()
    third.reload()
    expect(answer(third)).to_contain_text("Waiting: 2nd in line")
    assert faults_in_both_schemes(third) == []
    # By keyboard.
    second.bring_to_front()
    second.keyboard.press("Escape")
    wait_for_end(second, "Stopped")
    expect(answer(second)).not_to_contain_text("in line")
    expect(answer(second)).to_contain_text("before its first word")
    third.bring_to_front()
    expect(answer(third)).to_contain_text("Waiting: 1st in line")
    upstream.open("g", 2)
    expect(answer(third)).not_to_contain_text("in line")
    upstream.open("g", 2)
    wait_for_end(third)
    expect(answer(third)).to_contain_text("gen:2:0001")
    assert button(third, "Stop").count() == 0
