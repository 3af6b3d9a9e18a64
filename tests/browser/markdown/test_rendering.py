"""Markdown becomes elements, colours and formulas; code can be copied."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


def rendered(page: Page, text: str) -> str:
    return page.evaluate("async (text) => inside(await whole(text))", text)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a *b* **c** ~~d~~", "<p>a <em>b</em> <strong>c</strong> <del>d</del></p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("# One\n\n###### Six", "<h2>One</h2><h6>Six</h6>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("&mdash; &amp;lt; AT&T &nosuch; &#x41;", "<p>— &amp;lt; AT&amp;T &amp;nosuch; A</p>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("`&lt;`", "<p><code>&amp;lt;</code></p>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("$5 and $10", "<p>$5 and $10</p>"),
        (
            "[a](https://b.example/?x=1&amp;y=2 'T')",
            (
                '<p><a href="https://b.example/?x=1&amp;y=2" rel="noopener noreferrer nofollow" '
                'target="_blank" title="T">a</a></p>'
            ),
        ),
        ("[a](/settings)", "<p><span>a</span></p>"),
        (
            "![A cat](https://b.example/cat.png)",
            (
                '<p><a class="image-link" href="https://b.example/cat.png" '
                'rel="noopener noreferrer nofollow" target="_blank">'
                "Image: A cat (b.example)</a></p>"
            ),
        ),
        (
            "- [x] a\n- [ ] b",
            (
                '<ul><li class="task"><input type="checkbox" disabled="" aria-label="Done" '
                'checked=""> a</li><li class="task"><input type="checkbox" disabled="" '
                'aria-label="Not done"> b</li></ul>'
            ),
        ),
        (
            "|a|b|\n|-|-:|\n|1|2|",
            (
                '<div class="table-box" role="group" tabindex="0" aria-label="Table"><table><thead>'
                '<tr><th>a</th><th align="right">b</th></tr></thead><tbody><tr><td>1</td>'
                '<td align="right">2</td></tr></tbody></table></div>'
            ),
        ),
        (
            "```\nx < y\n```",
            (
                '<div class="code-block"><div class="code-header"><span class="code-language">'
                '</span><button type="button" class="wrap-code" aria-label="Wrap long lines" '
                'aria-pressed="false">Wrap</button>'
                '<button type="button" class="copy-code" aria-label="Copy code">Copy'
                "</button></div>"
                '<pre tabindex="0"><code><span class="code-lines">x &lt; y</span></code></pre>'
                "</div>"
            ),
        ),
    ],
)
def test_markdown_becomes_these_elements(page: Page, text: str, html: str) -> None:
    assert rendered(page, text) == html


def test_code_is_coloured_when_its_block_is_closed(page: Page) -> None:
    html = rendered(page, "```python\nreturn 1\n```")
    assert '<span class="hljs-keyword">return</span>' in html


def test_code_in_a_language_that_is_loaded_on_demand_is_coloured(page: Page) -> None:
    html = rendered(page, "```dockerfile\nFROM scratch\n```")
    assert '<span class="hljs-keyword">FROM</span>' in html


def test_code_in_an_unknown_language_stays_plain(page: Page) -> None:
    html = rendered(page, "```klingon\nreturn <1>\n```")
    assert '<code><span class="code-lines">return &lt;1&gt;</span></code>' in html
    assert '<span class="code-language">klingon</span>' in html


def test_math_is_typeset(page: Page) -> None:
    html = rendered(page, "$x^2$ and\n\n$$\n\\frac{a}{b}\n$$")
    assert html.count('class="katex"') == 2
    assert html.count('class="katex-display"') == 1


def test_math_that_is_not_valid_is_shown_as_written(page: Page) -> None:
    html = '<p><span class="math"><code>$\\frac{1$</code></span></p>'
    assert rendered(page, "$\\frac{1$") == html


def test_a_message_beyond_200_kb_ends_in_plain_text(page: Page) -> None:
    text = "word *x*\n\n" * 20_000 + "*the end*"
    html = rendered(page, text)
    assert html.endswith('<div class="plain-text">*the end*</div>')
    assert html.count("<em>x</em>") == 20_000


def test_the_labels_come_from_the_page(page: Page) -> None:
    html = page.evaluate(
        """async () => {
          const { MarkdownView } = await import("#js/markdown/view.js");
          const root = document.createElement("div");
          const done = new MarkdownView(root, { copy: "Kopieren" }).finish("```\\nx\\n```");
          frame();
          await done;
          return root.querySelector(".copy-code").textContent;
        }"""
    )
    assert html == "Kopieren"


def test_the_button_copies_the_code_and_says_so(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address)
    _show(page, '```python\nprint("a < b")\n```')
    page.get_by_role("button", name="Copy code").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("() => navigator.clipboard.readText()") == 'print("a < b")'
    context.close()


def _show(page: Page, text: str) -> Any:
    return page.evaluate(
        f"""async () => {{
          const {{ MarkdownView }} = await import("#js/markdown/view.js");
          await new MarkdownView(document.getElementById("message")).finish({json.dumps(text)});
        }}"""
    )
