"""Copy, and selecting by hand, give clean HTML and readable text."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from conversations.models import LanguageModel, User
from tests.browser.talking import (
    answer,
    button,
    conversation_with,
    messages,
    status,
    wait_until_true,
)
from tests.browsers import NewPage
from tests.sharing.talk import answer as said
from tests.sharing.talk import asked, make_talk, path_of, share

MIXED = """\
Formula $x^2$ then

```python
print(1)
```

```mermaid
graph TD; A-->B
```

| a | b |
|---|---|
| 1 | 2 |

- [x] done
"""
SIBLINGS = """\
# Title

1. one
   - inner *it*
   - second
2. two with [a link](https://example.com/?a=1&b=2)

> quoted
>
> ```js
> if (a < b) {
>   go();
> }
> ```

| sum | of |
|----:|:--:|
| $\\frac{a}{b}$ | `c` |

$$
\\int_0^1 x\\,dx
$$

- [ ] not yet

هذه فقرة عربية مع `code` داخلها
"""
FLAVOURS = """async () => {
  const [item] = await navigator.clipboard.read();
  const kinds = item.types.map(async (type) => [type, await (await item.getType(type)).text()]);
  return Object.fromEntries(await Promise.all(kinds));
}"""
SELECT = """([from, to]) => {
  const all = document.getElementById("log");
  const place = (words, atEnd) => {
    const texts = document.createTreeWalker(all, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const start = node.data.indexOf(words);
      if (start >= 0) return [node, start + (atEnd ? words.length : 0)];
    }
    throw new Error(`There is no ${words}.`);
  };
  getSelection().setBaseAndExtent(...place(from, false), ...place(to, true));
}"""


@pytest.fixture
def copied(new_page: NewPage, alice: User, model: LanguageModel) -> Iterator[Page]:
    """A page that may read the clipboard."""
    page = new_page(alice)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield page
    page.context.clear_permissions()


def show(page: Page, alice: User, text: str) -> Locator:
    """Open a conversation with this answer, with its formulas typeset."""
    page.goto(f"/c/{conversation_with(alice, 'A question.', text).pk}/")
    expect(answer(page).locator(".katex").first).to_be_visible()
    return answer(page)


def press_copy(page: Page) -> dict[str, str]:
    """The flavours on the clipboard after Control and C."""
    page.evaluate("() => navigator.clipboard.writeText('nothing yet')")
    page.keyboard.press("Control+c")
    flavours: dict[str, str] = page.evaluate(FLAVOURS)
    return flavours


def selected(page: Page, start: str, end: str) -> dict[str, str]:
    """The flavours on the clipboard after selecting from one text to another by hand."""
    page.evaluate(SELECT, [start, end])
    return press_copy(page)


def test_copy_puts_clean_html_and_the_markdown_on_the_clipboard(copied: Page, alice: User) -> None:
    button(show(copied, alice, MIXED), "Copy").click()
    expect(status(copied, "Copied")).to_be_attached()
    flavours = copied.evaluate(FLAVOURS)
    assert flavours["text/plain"] == MIXED
    html = flavours["text/html"]
    assert html == (
        "<p>Formula $x^2$ then</p><pre><code>print(1)</code></pre>"
        "<pre><code>graph TD; A--&gt;B</code></pre>"
        '<table border="1" cellspacing="0" cellpadding="6"><thead><tr><th>a</th><th>b</th></tr>'
        "</thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table><ul><li>☑ done</li></ul>"
    )


def test_selecting_the_same_by_hand_is_as_clean(copied: Page, alice: User) -> None:
    show(copied, alice, MIXED)
    flavours = selected(copied, "Formula", "done")
    assert flavours["text/html"] == (
        "<p>Formula $x^2$ then</p><pre><code>print(1)</code></pre>"
        "<pre><code>graph TD; A--&gt;B</code></pre>"
        '<table border="1" cellspacing="0" cellpadding="6"><thead><tr><th>a</th><th>b</th></tr>'
        "</thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table><ul><li>☑ done</li></ul>"
    )
    assert flavours["text/plain"] == (
        "Formula $x^2$ then\n\nprint(1)\n\ngraph TD; A-->B\n\na\tb\n1\t2\n\n- [x] done"
    )


def test_lists_quotes_links_and_other_scripts_keep_their_meaning(copied: Page, alice: User) -> None:
    button(show(copied, alice, SIBLINGS), "Copy").click()
    expect(status(copied, "Copied")).to_be_attached()
    by_button = copied.evaluate(FLAVOURS)["text/html"]
    flavours = selected(copied, "Title", "داخلها")
    assert flavours["text/html"] == by_button
    for part in (
        "<h1>Title</h1><ol><li>one<ul><li>inner <em>it</em></li><li>second</li></ul></li>",
        '<li>two with <a href="https://example.com/?a=1&amp;b=2">a link</a></li></ol>',
        "<blockquote><p>quoted</p><pre><code>if (a &lt; b) {\n  go();\n}</code></pre></blockquote>",
        '<td align="right">$\\frac{a}{b}$</td><td align="center"><code>c</code></td>',
        "<p>$$\\int_0^1 x\\,dx$$</p><ul><li>☐ not yet</li></ul>",
        "هذه فقرة عربية مع <code>code</code> داخلها</p>",
    ):
        assert part in by_button
    assert not re.search(r"class=|<button|<iframe|<svg|<span|<div|Copy|Wrap", by_button)
    assert flavours["text/plain"] == (
        "Title\n\n1. one\n   - inner it\n   - second\n2. two with a link\n\n> quoted\n>\n"
        "> if (a < b) {\n>   go();\n> }\n\nsum\tof\n$\\frac{a}{b}$\tc\n\n$$\\int_0^1 x\\,dx$$\n\n"
        "- [ ] not yet\n\nهذه فقرة عربية مع code داخلها"
    )


PARTS = {
    ("mula", "then"): ("mula $x^2$ then", "mula $x^2$ then"),
    ("b1", "b2"): ("<pre><code>b1\n    b2</code></pre>", "b1\n    b2"),
    ("secon", "thir"): ('<ol start="6"><li>secon', "6. secon"),
    ("link", "link"): ('<a href="https://example.com/">link</a>', "link"),
    ("told", "told"): ("<strong>told</strong>", "told"),
    ("c1", "c2"): (
        '<table border="1" cellspacing="0" cellpadding="6"><tbody><tr><td>c1',
        "c1\tx\nc2",
    ),
}


def test_a_part_keeps_what_it_is_a_part_of(copied: Page, alice: User) -> None:
    show(
        copied,
        alice,
        "Formula $x^2$ then [link](https://example.com/) and **told**\n\n"
        "```\na\nb1\n    b2\nc\n```\n\n5. first\n6. second\n7. third\n\n"
        "| h | i |\n|---|---|\n| a | b |\n| c1 | x |\n| c2 | y |",
    )
    for (start, end), (html, text) in PARTS.items():
        flavours = selected(copied, start, end)
        assert flavours["text/html"].startswith(html)
        assert flavours["text/plain"].startswith(text)


def test_text_from_right_to_left_keeps_its_direction(copied: Page, alice: User) -> None:
    items = "- عنصر أول\n- Google محرك بحث"
    rows = "| الاسم | القيمة |\n|---|---|\n| واحد | 1 |\n| اثنان | 2 |"
    text = f"$x$\n\n{items}\n\n{rows}"
    button(show(copied, alice, text), "Copy").click()
    expect(status(copied, "Copied")).to_be_attached()
    whole = copied.evaluate(FLAVOURS)["text/html"]
    assert '<ul dir="rtl"><li>عنصر أول</li>' in whole
    assert '<table dir="rtl" border="1"' in whole
    flavours = selected(copied, "واحد", "اثنان")
    assert flavours["text/html"].startswith('<table dir="rtl" border="1"')
    assert flavours["text/plain"] == "واحد\t1\nاثنان"


def test_a_selection_inside_of_a_formula_is_the_whole_formula(copied: Page, alice: User) -> None:
    show(copied, alice, "Before $x^2$ after")
    copied.evaluate(
        """() => {
          const [first, second] = document.querySelectorAll(".katex-html .mord");
          getSelection().setBaseAndExtent(first, 0, second ?? first, 1);
        }"""
    )
    assert press_copy(copied)["text/plain"] == "$x^2$"


def test_select_all_takes_the_conversation_and_nothing_around_it(copied: Page, alice: User) -> None:
    show(copied, alice, "An answer with $x$.")
    copied.evaluate("() => getSelection().selectAllChildren(document.body)")
    assert press_copy(copied)["text/plain"] == "A question.\n\nAn answer with $x$."


def test_the_box_that_has_the_focus_is_copied_by_keyboard(copied: Page, alice: User) -> None:
    shown = show(copied, alice, f"$x$\n\n{MIXED}")
    shown.locator(".table-box").first.focus()
    flavours = press_copy(copied)
    assert flavours["text/plain"] == "a\tb\n1\t2"
    assert flavours["text/html"].startswith("<table")
    shown.locator("pre").first.focus()
    assert press_copy(copied)["text/plain"] == "print(1)"


def test_the_last_answer_and_the_last_code_are_copied_by_keys(copied: Page, alice: User) -> None:
    show(copied, alice, f"$x$\n\n{MIXED}\n\n```\nlast\n```")
    expect(answer(copied).get_by_role("button", name="Copy code")).to_have_count(3)
    copied.keyboard.press("Control+Shift+C")
    expect(status(copied, "Copied")).to_be_attached()
    assert "<pre><code>last</code></pre>" in copied.evaluate(FLAVOURS)["text/html"]
    copied.keyboard.press("Control+Shift+Semicolon")
    wait_until_true(copied, "(await navigator.clipboard.readText()) === 'last'")


def test_text_of_a_field_is_left_to_the_browser(copied: Page, alice: User) -> None:
    show(copied, alice, "$x$")
    box = copied.get_by_role("textbox", name="Message", exact=True)
    box.fill("A **draft**")
    box.press("Control+a")
    assert press_copy(copied)["text/plain"] == "A **draft**"


def test_lines_of_a_question_stay(copied: Page, alice: User) -> None:
    page = copied
    asked = "one two\n  three four"
    page.goto(f"/c/{conversation_with(alice, asked, 'An answer.').pk}/")
    expect(messages(page).first).to_contain_text("three four")
    flavours = selected(page, "one two", "four")
    assert flavours["text/plain"] == asked
    assert flavours["text/html"].startswith("<p>one two<br>")


@pytest.mark.parametrize("missing", ["window.ClipboardItem", "navigator.clipboard.write"])
def test_both_flavours_are_copied_where_the_newer_interface_is_missing(
    copied: Page, alice: User, missing: str
) -> None:
    shown = show(copied, alice, MIXED)
    copied.evaluate(f"() => {{ {missing} = undefined; }}")
    button(shown, "Copy").click()
    expect(status(copied, "Copied")).to_be_attached()
    flavours = copied.evaluate(FLAVOURS)
    assert flavours["text/plain"] == MIXED
    assert "Formula $x^2$ then" in flavours["text/html"]


def test_a_selection_on_a_shared_page_is_as_clean_as_style_can_make_it(
    copied: Page, alice: User
) -> None:
    text = f"{MIXED}\n\n$$\n\\frac{{a}}{{b}}\n$$\n\nEnd."
    talk = make_talk(alice, asked("A question."), said(text))
    copied.goto(path_of(share(talk)))
    copied.evaluate(
        "() => getSelection().selectAllChildren(document.querySelector('.is-assistant'))"
    )
    flavours = press_copy(copied)
    lines = [line.strip() for line in flavours["text/plain"].splitlines() if line.strip()]
    assert lines == [
        "test/model", "Formula", "x^2", "then", "print(1)", "graph TD; A-->B", "a\tb", "1\t2",
        "done", "\\frac{a}{b}", "End.",
    ]  # fmt: skip
    html = flavours["text/html"]
    assert html.count("x^2") == 1
    assert not re.search(r"katex-html|<button|<iframe|>python<|<mi>", html)
