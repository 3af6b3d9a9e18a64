"""Shared Markdown is rendered as on the page of the conversation, within bounds, and filtered."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from html.entities import html5
from typing import Any

import pytest

from chatsite import checks
from conversations.models import User
from conversations.refusal import Refused
from conversations.sharing import markdown, renderer
from conversations.sharing.projection import project
from conversations.sharing.renderer import NotRunning, Renderer
from tests.browser.markdown.documents import DOCUMENTS, HEAVY, HOSTILE
from tests.sharing.talk import answer, asked, make_talk, selection
from tests.test_javascript import ROOT, node

LABELS = {"image": "Image", "table": "Table", "done": "Done", "open": "Not done"}
FORMULAS_AND_CODE = "$\\frac{a}{b}$\n\n```python\nreturn 1\n```\n\n"
NOTE = "This text could not be rendered. It is shown as it was written."
_IN_NODE = """
import { readFileSync } from "node:fs";
import { render, setReferences } from "./static/js/markdown/server.js";
const { texts, labels, references } = JSON.parse(readFileSync(0, "utf8"));
setReferences(references);
console.log(JSON.stringify(texts.map((text) => render(text, labels, false))));
"""


@pytest.fixture
def of_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[Renderer]:
    """A renderer of its own, without what others have rendered."""
    made = Renderer()
    monkeypatch.setattr(markdown, "renderer", made)
    markdown._kept.cache_clear()
    yield made
    made.stop()
    markdown._kept.cache_clear()


def html_of(source: str) -> str:
    return markdown.rendered(source).html


def test_v8_gives_what_node_gives() -> None:
    program = node()
    if program is None:
        pytest.skip("There is no node; `make test` installs it.")
    texts = [*DOCUMENTS.values(), *HOSTILE, FORMULAS_AND_CODE]
    references = {name[:-1]: text for name, text in html5.items() if name.endswith(";")}
    given = {"texts": texts, "labels": LABELS, "references": references}
    run = subprocess.run(
        [program, "--input-type=module", "--eval", _IN_NODE],
        cwd=ROOT, input=json.dumps(given), capture_output=True, text=True, check=True,
    )  # fmt: skip
    in_node = json.loads(run.stdout)
    in_v8 = [markdown.renderer.call("render", text, LABELS, False) for text in texts]
    assert in_v8 == in_node


def test_formulas_keep_their_look_without_style_attributes() -> None:
    shown = markdown.rendered("$\\frac{a}{\\sqrt{b}}$")
    assert 'class="katex"' in shown.html
    assert "<svg" in shown.html
    assert "style=" not in shown.html
    assert all(f"{name}" in shown.html for name in shown.styles)
    assert "border-bottom-width:0.04em;" in shown.styles.values()


def test_what_the_renderer_makes_passes_the_allow_list_unchanged() -> None:
    formula = r"$$\begin{pmatrix}a&\sqrt[3]{b}\\\overbrace{c}^n&\cancel{d}\end{pmatrix}\vec{x}$$"
    for text in (*DOCUMENTS.values(), formula, "- [x] a\n\n|a|\n|:-:|\n|b|\n\nمرحبا `x`"):
        made = markdown.renderer.call("render", text, LABELS, False)["html"]
        assert comparable(markdown.cleaned(made)) == comparable(made)


def comparable(html: str) -> str:
    """The HTML without what another writer of the same tree writes in another way."""
    for name in ("math", "svg"):
        html = html.replace(f'<{name} xmlns="http://www.w3.org/', f'<{name} xmlns="')
    html = html.replace(' xmlns="1998/Math/MathML"', "").replace(' xmlns="2000/svg"', "")
    html = html.replace(' rel="noopener noreferrer nofollow"', "").replace("&quot;", '"')
    return html.replace("\u00a0", "&nbsp;").replace("><", ">\n<")


@pytest.mark.parametrize("style", ["color:red;background:url(//a.example)", "color:red}", "top:1<"])
def test_a_style_that_is_no_size_place_or_colour_is_left_out(style: str) -> None:
    made = {"html": "", "blocks": [], "styles": {"style-1": style, "x{": "top:1em;"}}
    assert markdown._checked(made, is_complete=True).styles == {}


@pytest.mark.parametrize("address", ["javascript:alert(1)", "/admin/", "data:text/html,tea", "tea"])
def test_an_address_that_does_not_lead_to_another_site_is_no_link(address: str) -> None:
    assert html_of(f"[here]({address})") == "<p><span>here</span></p>"
    assert "href" not in markdown.cleaned(f'<a href="{address}">here</a>')


def test_a_text_beyond_200_kb_ends_in_plain_text() -> None:
    html = html_of("*tea* word\n\n" * 20_000 + "*the end*")
    assert html.endswith("*the end*</div>")
    assert "<em>tea</em>" in html


def test_a_character_is_never_cut_in_two() -> None:
    for before in (199_998, 199_999, 200_000):
        assert "𝄞" in html_of("x" * before + "𝄞*tea*")


@pytest.mark.parametrize("name", HEAVY)
def test_a_text_made_to_be_slow_is_rendered_in_time(of_test: Renderer, name: str) -> None:
    assert markdown.rendered(HEAVY[name]).is_complete


def test_many_formulas_and_much_code_are_rendered_in_time(of_test: Renderer) -> None:
    text = "".join(
        f"$\\frac{{a_{{{each}}}}}{{b}}$\n\n```python\nreturn {each}\n```\n\n"
        for each in range(3_000)
    )
    shown = markdown.rendered(text)
    assert shown.is_complete
    # As many as on the page of the conversation.
    assert shown.html.count('class="katex"') == 1_000


def test_a_text_that_takes_too_long_is_shown_without_formulas_and_colours(
    of_test: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_test.call("render", "", LABELS, False)
    monkeypatch.setattr(renderer, "MOST_SECONDS", 0.25)
    text = "".join(f"$\\frac{{a_{{{each}}}}}{{b}}$ *tea*\n\n" for each in range(1_000))
    shown = markdown.rendered(text)
    assert not shown.is_complete
    assert "<em>tea</em>" in shown.html
    assert "$\\frac{a_{999}}{b}$" in shown.html


def test_a_text_that_never_ends_is_shown_as_it_was_written(
    of_test: Renderer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    of_test.call("render", "", LABELS, False)
    monkeypatch.setattr(renderer, "MOST_SECONDS", 0.02)
    text = "*tea* <b>\n\n" * 15_000
    shown = markdown.rendered(text)
    assert shown.html == f"<p><em>{NOTE}</em></p>{markdown.plain(text)}"
    assert shown.blocks == (markdown.Block(0, text.count("\n") + 1, text),)
    assert "A shared text of 165,000 characters could not be rendered." in caplog.text
    monkeypatch.undo()
    assert "<em>milk</em>" in html_of("*milk*")


def test_the_process_is_started_again_after_it_was_killed(of_test: Renderer) -> None:
    of_test.call("render", "", LABELS, False)
    assert of_test._process
    os.kill(of_test._process._popen.pid, signal.SIGKILL)
    assert markdown.rendered("*tea*").html == "<p><em>tea</em></p>"


def test_a_text_after_a_process_that_ended_while_it_waited_is_complete(of_test: Renderer) -> None:
    of_test.call("render", "", LABELS, False)
    assert of_test._process
    os.kill(of_test._process._popen.pid, signal.SIGKILL)
    os.waitid(os.P_PID, of_test._process._popen.pid, os.WEXITED | os.WNOWAIT)
    assert markdown.rendered("$x$").is_complete


def test_memory_is_bounded(of_test: Renderer) -> None:
    endless = "render.constructor('const all = []; for (;;) all.push(new Array(1e6).fill(1.5))')"
    with pytest.raises(renderer.RenderingFailed):
        of_test.call(endless)
    assert markdown.rendered("*tea*").html == "<p><em>tea</em></p>"


def without_v8(*_arguments: object) -> Any:
    raise NotRunning("V8 does not start.")


def test_without_v8_a_text_is_shown_as_it_was_written_until_there_is_one(
    of_test: Renderer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(renderer, "_started", without_v8)
    assert html_of("*tea* <b>").endswith('<p class="plain-text">*tea* &lt;b&gt;</p>')
    assert "&lt;b&gt;" in markdown.code("<b>", "json")
    assert "Shared texts are shown as they were written: V8 does not start." in caplog.text
    monkeypatch.undo()
    monkeypatch.setattr(markdown, "renderer", of_test)
    assert html_of("*tea*") == "<p><em>tea</em></p>"


def test_a_script_that_cannot_be_built_is_logged_with_its_reason(
    of_test: Renderer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_name: str) -> str:
        raise renderer.bundle.BundleFailed("There is no Node.")

    monkeypatch.setattr(renderer.bundle, "server_script", fail)
    assert NOTE in html_of("*tea*")
    assert "There is no Node." in caplog.text


def test_a_start_without_v8_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.javascript_engine(None) == []
    monkeypatch.setattr(checks, "find_spec", lambda _name: None)
    assert [each.id for each in checks.javascript_engine(None)] == ["chatsite.W003"]


@pytest.mark.parametrize("masks", [("secret",), ()])
def test_what_cannot_be_searched_is_not_shared_with_masks(
    db: None, of_test: Renderer, monkeypatch: pytest.MonkeyPatch, masks: tuple[str, ...]
) -> None:
    """A reader's page could still render it, and join what a mask covers."""
    monkeypatch.setattr(renderer, "_started", without_v8)
    talk = make_talk(User.objects.create_user("ann"), asked("Which?"), answer("se**cr**et"))
    if not masks:
        assert "se**cr**et" in project(talk, selection(talk)).article
        return
    with pytest.raises(Refused) as refused:
        project(talk, selection(talk, masks=masks))
    assert (refused.value.code, refused.value.field) == ("not_searched", "masks")


def test_the_process_ends_with_its_parent() -> None:
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings';"
        "import django; django.setup();"
        "from conversations.sharing.renderer import renderer;"
        "renderer.call('render', '', {}, False);"
        "print(renderer._process._popen.pid, flush=True); os._exit(0)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    with suppress(ProcessLookupError):
        ended = os.pidfd_open(int(run.stdout))
        assert select.select([ended], [], [], 20)[0]
        os.close(ended)


def test_short_texts_alone_are_kept(of_test: Renderer) -> None:
    for text in ("*tea*", "*tea*" * markdown._KEPT_CHARACTERS):
        assert html_of(text) == html_of(text)
    assert markdown._kept.cache_info().currsize == 1
