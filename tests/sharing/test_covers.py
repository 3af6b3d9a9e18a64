"""The bars over masked texts are elements of their own, and nothing else of a page changes."""

import pytest

from conversations.sharing import markdown
from conversations.sharing.covers import with_marked_covers

BAR = "█████"
MASK = f'<span class="mask">{BAR}</span>'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"<p>a {BAR} b</p>", f"<p>a {MASK} b</p>"),
        (f"{BAR}{BAR}", MASK * 2),
        (f'<a title="{BAR}" href="https://x/{BAR}">{BAR}</a>', None),
        (f"<math><annotation>{BAR}</annotation></math>", None),
        ("<p>████</p>", None),
        ("<p>a</p>", None),
    ],
)
def test_bars_in_text_alone_are_marked(html: str, expected: str | None) -> None:
    if expected is None:
        expected = html.replace(f">{BAR}</a>", f">{MASK}</a>")
    assert with_marked_covers(html) == expected


@pytest.mark.parametrize(
    "source",
    [
        f"Ask **{BAR}** about `{BAR}`",
        f"```python\nkey = '{BAR}'\n```",
        f"| a |\n|---|\n| {BAR} |",
        f"[{BAR}](https://example.org)",
        f"$x = \\text{{{BAR}}}$ and {BAR}",
        f"<b>{BAR}</b> > {BAR} < & {BAR}",
    ],
)
def test_a_text_with_bars_stays_the_same_text(source: str) -> None:
    marked = markdown.rendered(source).html
    assert '<span class="mask">' in marked
    other = markdown.rendered(source.replace(BAR, "▓▓▓▓▓")).html.replace("▓▓▓▓▓", BAR)
    assert marked.replace(f'<span class="mask">{BAR}</span>', BAR) == other
