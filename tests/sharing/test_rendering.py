"""Rendering of shared Markdown is bounded: what is too long is shown as it was written."""

import pytest

from conversations.sharing.markdown import to_html


def test_a_text_that_is_too_long_is_shown_as_plain_text() -> None:
    paragraph = "\n\n" + "x" * 9_000
    assert "<em>" in to_html("*tea*" + paragraph * 22)
    html = to_html("*tea*" + paragraph * 23)
    assert html.startswith('<p class="plain-text">*tea*')


def test_a_paragraph_that_is_too_long_is_shown_as_plain_text() -> None:
    html = to_html("*tea* " + "x" * 10_000 + "\n\n*milk*")
    assert "*tea* x" in html
    assert "<em>milk</em>" in html


@pytest.mark.parametrize(("opening", "closing"), [("$", "$"), (r"\(", r"\)"), ("$$\n", "\n$$")])
def test_a_formula_that_is_too_long_is_shown_as_it_was_written(opening: str, closing: str) -> None:
    assert "<math" in to_html(f"{opening}x^2{closing}")
    html = to_html(f"{opening}{'x' * 2_001}{closing}")
    assert "<math" not in html
    assert "x" * 2_001 in html


def test_brackets_that_are_far_apart_are_no_formula() -> None:
    assert 'class="math"' in to_html(r"\(" + "x" * 1_990 + r"\)")
    assert 'class="math"' not in to_html(r"\(" + "x" * 3_000 + r"\)")


def test_code_that_is_too_long_is_not_coloured() -> None:
    line = "print('tea')\n"
    assert 'class="hl-' in to_html(f"```python\n{line * 1_500}```")
    html = to_html(f"```python\n{line * 1_600}```")
    assert 'class="hl-' not in html
    assert line * 1_600 in html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "/admin/", "data:text/html,tea", "tea"])
def test_an_address_that_does_not_lead_to_another_site_is_no_link(address: str) -> None:
    assert to_html(f"[here]({address})") == f"<p>[here]({address})</p>\n"
