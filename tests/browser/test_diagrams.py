"""Diagrams are drawn in a sandboxed frame."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from conversations.models import User
from tests.browser.axe import faults_of
from tests.browser.talking import answer, button, send, wait_for_end, wait_until_true
from tests.browsers import NewPage
from tests.people import make_model
from tests.upstreams.scripted import ScriptedUpstream

DIAGRAM = "```mermaid\ngraph LR\n  Tea --> Cup\n```"


def shown(text: str, new_page: NewPage, alice: User, upstream: ScriptedUpstream) -> Page:
    """Alice's page with this text as an answer."""
    make_model("says", base_url=upstream.address)
    page = new_page(alice)
    page.goto("/")
    send(page, f"say:{text}")
    wait_for_end(page)
    return page


def test_a_diagram_is_drawn_and_its_source_can_be_shown(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = shown(DIAGRAM, new_page, alice, upstream)
    drawing = answer(page).frame_locator("iframe[title=Diagram]")
    expect(drawing.locator("svg").first).to_contain_text("Tea")
    source = answer(page).locator("pre")
    expect(source).to_be_hidden()
    button(page, "Source").click()
    expect(source).to_contain_text("Tea --> Cup")
    expect(answer(page).locator("iframe")).to_be_hidden()


def test_the_frame_has_an_origin_of_its_own_and_no_network(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream, faults: list[str]
) -> None:
    page = shown(DIAGRAM, new_page, alice, upstream)
    expect(button(page, "Source")).to_be_visible()
    (frame,) = page.frames[1:]
    assert frame.evaluate("self.origin") == "null"
    attempt = "fetch('/state.json').then(() => 'reached', () => 'refused')"
    assert frame.evaluate(attempt) == "refused"
    assert frame.evaluate("(() => { try { parent.document } catch { return 'refused' } })()") == (
        "refused"
    )
    # The attempt is reported as an error of the page, as it should be.
    assert faults != []
    faults.clear()


def test_a_diagram_has_the_colours_of_the_theme_and_follows_its_change(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = shown(DIAGRAM, new_page, alice, upstream)
    drawing = answer(page).frame_locator("iframe[title=Diagram]")
    box = drawing.locator(".node rect, .node path").first
    expect(box).to_have_css("fill", "rgb(255, 255, 255)")
    page.emulate_media(color_scheme="dark")
    expect(box).to_have_css("fill", "rgb(38, 35, 31)")
    expect(drawing.locator(".nodeLabel").first).to_have_css("color", "rgb(236, 231, 222)")
    page.emulate_media(color_scheme="light")
    expect(box).to_have_css("fill", "rgb(255, 255, 255)")


def test_a_diagram_is_enlarged_zoomed_and_closed_by_keyboard(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = shown(DIAGRAM, new_page, alice, upstream)
    button(page, "Enlarge").press("Enter")
    dialog = page.get_by_role("dialog", name="Diagram")
    frame = dialog.locator("iframe")
    expect(dialog.frame_locator("iframe").locator("svg").first).to_contain_text("Tea")
    wait_until_true(page, "parseFloat(document.querySelector('dialog iframe').style.width) > 0")
    assert faults_of(page) == []
    width = frame.bounding_box()["width"]
    page.keyboard.press("+")
    assert frame.bounding_box()["width"] == pytest.approx(width * 1.25, rel=0.01)
    button(dialog, "Zoom out").click()
    assert frame.bounding_box()["width"] == pytest.approx(width, rel=0.01)
    for _ in range(8):
        button(dialog, "Zoom in").click()
    view = dialog.locator(".diagram-view")
    assert view.evaluate("(it) => it.scrollLeft > 0 && it.scrollTop > 0")
    before = view.evaluate("(it) => it.scrollLeft")
    box = view.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 180)
    page.mouse.up()
    assert view.evaluate("(it) => it.scrollLeft") == pytest.approx(before + 50, abs=2)
    page.keyboard.press("0")
    assert view.evaluate("(it) => it.scrollWidth === it.clientWidth")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button(page, "Enlarge")).to_be_focused()


def test_the_source_of_a_diagram_is_copied(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = shown(DIAGRAM, new_page, alice, upstream)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(page, "Copy code").click()
    expect(button(page, "Copy code")).to_have_text("Copied")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    page.context.clear_permissions()
    assert copied == "graph LR\n  Tea --> Cup"


def test_an_invalid_diagram_is_shown_as_it_was_written(
    new_page: NewPage, alice: User, upstream: ScriptedUpstream
) -> None:
    page = shown("```mermaid\nnot a diagram <b>\n```", new_page, alice, upstream)
    expect(answer(page).locator("iframe")).to_have_count(0)
    expect(answer(page).locator("pre")).to_have_text("not a diagram <b>")
    expect(button(page, "Source")).to_have_count(0)


def test_the_frame_carries_a_policy_of_its_own() -> None:
    response = Client().get("/diagram-frame/")
    policy = response["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'; script-src 'nonce-")
    assert "'strict-dynamic'; style-src 'unsafe-inline'" in policy
    assert policy.endswith("frame-ancestors 'self'")
    assert response["X-Frame-Options"] == "SAMEORIGIN"
