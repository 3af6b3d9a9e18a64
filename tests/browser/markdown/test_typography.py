"""The look of rendered text: headings, code that is long or wide, wide and long tables."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

LONG_LINE = "x = 1  # " + "a long line " * 30
LONG_CODE = "```python\n" + "\n".join(f"line_{number} = 1" for number in range(80)) + "\n```"
WIDE_CODE = f"```python\n{LONG_LINE}\n```\n\n```python\nx = 1\n```"
WIDE_TABLE = "|" + "a column of text|" * 12 + "\n" + "|" + "-|" * 12 + "\n" + "|" + "text|" * 12
LONG_TABLE = "| Number | Text |\n|-|-|\n" + "\n".join(f"| {each} | t |" for each in range(80))
PHONE = {"width": 390, "height": 844}
# Enough to scroll on, below what is looked at.
REST = "\n\n".join(["The rest."] * 60)


def show(page: Page, text: str) -> None:
    """Show a message on the page, scrolled to its beginning."""
    page.evaluate(
        """async (text) => {
          const { MarkdownView } = await import("#js/markdown/view.js");
          const root = document.createElement("div");
          root.className = "markdown";
          document.getElementById("message").replaceChildren(root);
          await new MarkdownView(root).finish(text);
          scrollTo(0, 0);
        }""",
        text,
    )


def style(element: Locator, name: str) -> str:
    value: str = element.evaluate("(it, name) => getComputedStyle(it).getPropertyValue(name)", name)
    return value


def top(element: Locator) -> float:
    value: float = element.evaluate("(it) => it.getBoundingClientRect().top")
    return value


def scroll_to(page: Page, distance: int) -> None:
    """Scroll, and wait until the page is drawn at the new place."""
    page.evaluate(
        """(distance) => new Promise((resolve) => {
          scrollTo(0, distance);
          requestAnimationFrame(() => requestAnimationFrame(resolve));
        })""",
        distance,
    )


def fades(box: Locator) -> tuple[str, str]:
    """The widths of the fades at both sides of a box, once it is drawn."""
    box.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    return style(box, "--fade-start"), style(box, "--fade-end")


def test_headings_of_four_levels_can_be_told_apart(real_time: Page) -> None:
    show(real_time, "\n\n".join(f"{'#' * level} Heading {level}" for level in range(1, 5)))
    headings = real_time.locator("#message :is(h2, h3, h4, h5, h6)").all()
    looks = [(style(each, "font-size"), style(each, "color")) for each in headings]
    assert len(set(looks)) == 4
    sizes = [float(size.removesuffix("px")) for size, _ in looks]
    assert sizes == sorted(sizes, reverse=True)


def test_the_first_and_the_last_block_have_no_margin_outside(real_time: Page) -> None:
    for text in ("# One\n\nText.", "- one\n- two", "> quote", "```\ncode\n```", "a\n\n## End"):
        show(real_time, text)
        blocks = real_time.locator("#message .blocks > *")
        assert style(blocks.first, "margin-block-start") == "0px"
        assert style(blocks.last, "margin-block-end") == "0px"


def test_the_bar_of_long_code_stays_in_the_window(real_time: Page) -> None:
    show(real_time, f"{LONG_CODE}\n\n{REST}")
    bar = real_time.locator(".code-header")
    scroll_to(real_time, 400)
    assert top(bar) == pytest.approx(0, abs=1)
    expect(real_time.get_by_role("button", name="Copy code")).to_be_in_viewport()
    scroll_to(real_time, 3_000)
    assert top(bar) < -100


def test_code_fades_at_a_side_only_while_there_is_more(real_time: Page) -> None:
    show(real_time, WIDE_CODE)
    wide, narrow = real_time.locator(".code-block pre").all()
    assert fades(wide) == ("0px", "32px")
    assert fades(narrow) == ("0px", "0px")
    wide.evaluate("(it) => it.scrollBy(100, 0)")
    assert fades(wide) == ("32px", "32px")
    wide.evaluate("(it) => it.scrollBy(100_000, 0)")
    assert fades(wide) == ("32px", "0px")


def test_fades_stay_where_motion_is_reduced(real_time: Page) -> None:
    real_time.emulate_media(reduced_motion="reduce")
    show(real_time, WIDE_CODE)
    assert fades(real_time.locator(".code-block pre").first) == ("0px", "32px")
    real_time.emulate_media(reduced_motion="null")


def test_long_lines_are_wrapped_by_a_switch_that_is_remembered(real_time: Page) -> None:
    show(real_time, WIDE_CODE)
    switch = real_time.get_by_role("button", name="Wrap long lines")
    expect(switch).to_have_count(1)  # The narrow code has none.
    switch.press("Enter")
    expect(switch.first).to_have_attribute("aria-pressed", "true")
    code = real_time.locator(".code-block pre").first
    assert code.evaluate("(it) => it.scrollWidth === it.clientWidth")
    assert fades(code) == ("0px", "0px")
    real_time.reload()
    show(real_time, WIDE_CODE)
    expect(switch.first).to_have_attribute("aria-pressed", "true")
    assert code.evaluate("(it) => it.scrollWidth === it.clientWidth")
    switch.first.click()
    expect(switch).to_have_attribute("aria-pressed", "false")
    assert code.evaluate("(it) => it.scrollWidth > it.clientWidth")


def test_a_wide_table_scrolls_in_its_own_box_on_a_phone(real_time: Page) -> None:
    size = real_time.viewport_size
    real_time.set_viewport_size(PHONE)
    show(real_time, WIDE_TABLE)
    assert real_time.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = real_time.locator(".table-box")
    assert fades(box) == ("0px", "32px")
    widths = box.locator("td").evaluate_all("(all) => all.map((it) => it.offsetWidth)")
    assert min(widths) >= 80
    if size:
        real_time.set_viewport_size(size)


@pytest.mark.parametrize("table", [LONG_TABLE, f"{WIDE_TABLE}\n" + "|x|\n" * 80])
def test_the_header_of_a_long_table_stays_in_the_window(real_time: Page, table: str) -> None:
    show(real_time, f"Before.\n\n{table}\n\n{REST}")
    head, box = real_time.locator("thead"), real_time.locator(".table-box")
    assert top(head) == pytest.approx(top(box), abs=1)
    scroll_to(real_time, 900)
    assert top(box) < -500
    assert top(head) == pytest.approx(0, abs=1)
    expect(head.locator("th").first).to_be_in_viewport()


def test_bars_and_headers_stop_below_what_else_stays_at_the_top(real_time: Page) -> None:
    show(real_time, f"{LONG_CODE}\n\n{LONG_TABLE}\n\n{REST}")
    real_time.locator("#message > div").evaluate(
        "(it) => it.style.setProperty('--covered', '50px')"
    )
    scroll_to(real_time, 400)
    assert top(real_time.locator(".code-header")) == pytest.approx(50, abs=1)
    real_time.locator("tbody tr").nth(40).evaluate("(it) => it.scrollIntoView()")
    scroll_to(real_time, real_time.evaluate("scrollY"))
    assert top(real_time.locator("thead")) == pytest.approx(50, abs=1)


def test_columns_and_fades_of_a_table_from_right_to_left_are_mirrored(real_time: Page) -> None:
    show(real_time, WIDE_TABLE)
    box = real_time.locator(".table-box")
    box.evaluate("(it) => { it.dir = 'rtl'; }")
    assert fades(box) == ("0px", "32px")
    assert "to left" in style(box, "mask-image")
    first, last = box.locator("th").first, box.locator("th").last
    assert first.evaluate("(it) => it.offsetLeft") > last.evaluate("(it) => it.offsetLeft")


def test_a_wide_formula_scrolls_in_its_own_box_by_keyboard(real_time: Page) -> None:
    wide = " + ".join(f"a_{{{each}}} x^{{{each}}}" for each in range(60))
    for text in (f"$$\n{wide}\n$$", f"Text $$ {wide} $$ and text"):
        show(real_time, text)
        box = real_time.locator(".math-display")
        expect(box.locator(".katex")).to_be_visible()
        assert real_time.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert fades(box) == ("0px", "32px")
        box.press("ArrowRight")
        expect(box).not_to_have_js_property("scrollLeft", 0)


def test_what_is_printed_is_whole_and_has_no_buttons(real_time: Page) -> None:
    show(real_time, f"{WIDE_CODE}\n\n{LONG_CODE}\n\n{WIDE_TABLE}")
    real_time.emulate_media(media="print")
    wide = real_time.locator(".code-block pre").first
    assert wide.evaluate("(it) => it.scrollWidth === it.clientWidth")
    assert style(wide, "mask-image") == "none"
    assert style(real_time.locator(".code-lines").nth(3), "content-visibility") == "visible"
    expect(real_time.get_by_role("button")).to_have_count(0)
    real_time.emulate_media(media="screen")


CONTRASTS = """(classes) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((each) => {
      const part = each / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const block = document.querySelector(".code-block");
  const ground = luminance(getComputedStyle(block).backgroundColor);
  return classes.map((name) => {
    const span = document.createElement("span");
    span.className = name;
    block.querySelector("code").append(span);
    const text = luminance(getComputedStyle(span).color);
    return [name, (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05)];
  });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_of_code_are_easy_to_read(real_time: Page, scheme: str) -> None:
    real_time.emulate_media(color_scheme=scheme)
    show(real_time, "```python\nx = 1\n```")
    sheet = settings.BASE_DIR / "static" / "css" / "markdown_code.css"
    classes = sorted(set(re.findall(r"\.(hljs-[\w-]+)", sheet.read_text())))
    contrasts = dict(real_time.evaluate(CONTRASTS, [*classes, "plain"]))
    real_time.emulate_media(color_scheme="null")
    assert len(contrasts) > 20
    assert {name: ratio for name, ratio in contrasts.items() if ratio < 4.5} == {}
