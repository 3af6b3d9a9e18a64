"""Renders Markdown as HTML for a page that runs no script, by the modules of the page that does.

What the renderer gives is filtered by an allow-list; the content security policy of the page is
the third line of defence. A text that cannot be rendered is shown as it was written.
"""

import logging
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.translation import gettext as _

from conversations.sharing.covers import with_marked_covers
from conversations.sharing.renderer import NotRunning, RenderingFailed, renderer

logger = logging.getLogger(__name__)

LINK_SCHEMES = {"http", "https", "mailto"}
LINK_REL = "noopener noreferrer nofollow"

_MATHML = {
    "annotation", "math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom",
    "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd",
    "mtext", "mtr", "munder", "munderover", "semantics",
}  # fmt: skip
_TAGS = {
    "a", "blockquote", "br", "code", "del", "div", "em", "h2", "h3", "h4", "h5", "h6", "hr",
    "input", "li", "line", "ol", "p", "path", "pre", "span", "strong", "svg", "table", "tbody",
    "td", "th", "thead", "tr", "ul",
} | _MATHML  # fmt: skip
_MATH_ATTRIBUTES = {
    "accent", "accentunder", "class", "columnalign", "columnlines", "columnspacing", "depth",
    "display", "displaystyle", "encoding", "fence", "height", "largeop", "linebreak",
    "linethickness", "lspace", "mathbackground", "mathcolor", "mathsize", "mathvariant", "maxsize",
    "minsize", "movablelimits", "notation", "rowlines", "rowspacing", "rspace", "scriptlevel",
    "separator", "stretchy", "valign", "voffset", "width",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"dir"},
    "a": {"class", "href", "target", "title"},
    "div": {"aria-label", "class", "role", "tabindex"},
    "input": {"aria-label", "checked", "disabled", "type"},
    "li": {"class"},
    "line": {"stroke-width", "x1", "x2", "y1", "y2"},
    "ol": {"start"},
    "p": {"class"},
    "path": {"d"},
    "pre": {"tabindex"},
    "span": {"aria-hidden", "class", "tabindex", "title"},
    "svg": {"class", "height", "preserveAspectRatio", "viewBox", "width"},
    "td": {"align"},
    "th": {"align"},
    **dict.fromkeys(_MATHML, _MATH_ATTRIBUTES),
}
# The classes that stand for KaTeX's style attributes, and their sizes, places and colours.
_STYLE_NAME = re.compile(r"style-[0-9a-z]+")
_STYLE = re.compile(r"(?:[a-z-]+:[-#.%\w ]+;?)+")
# Longer texts are rendered anew each time, so that the texts that are kept have at most some 15 MB.
_KEPT, _KEPT_CHARACTERS = 128, 32 * 1024


@dataclass(frozen=True)
class Block:
    """A block that can be seen: its first line, the line after its last, its text."""

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Rendered:
    """A text as safe HTML, the styles of its classes, and its blocks as a reader sees them.

    ``is_complete`` is false where a browser would show more, such as formulas.
    """

    html: str
    blocks: tuple[Block, ...]
    styles: dict[str, str] = field(default_factory=dict)
    is_complete: bool = True

    @property
    def visible_text(self) -> str:
        """The text as a reader sees it, and the addresses and titles of its links."""
        return "\n".join(block.text for block in self.blocks)


def rendered(source: str) -> Rendered:
    """The Markdown as HTML. Short texts are kept, because a preview renders the same ones again."""
    labels = {"image": _("Image"), "table": _("Table"), "done": _("Done"), "open": _("Not done")}
    render = _kept if len(source) <= _KEPT_CHARACTERS else _rendered
    try:
        return render(source, tuple(labels.items()))
    except NotRunning as error:
        logger.warning("Shared texts are shown as they were written: %s", error)
        return _unrendered(source)


def code(source: str, language: str) -> str:
    """A text that is code as a whole, as a block of code."""
    try:
        return cleaned(renderer.call("renderCode", source, language)["html"])
    except RenderingFailed:
        return (
            f'<div class="code-block"><pre tabindex="0"><code>{escape(source)}</code></pre></div>'
        )


def plain(source: str) -> str:
    """The text as a plain paragraph."""
    return with_marked_covers(f'<p class="plain-text">{escape(source)}</p>')


def cleaned(html: str) -> str:
    """The HTML without tags and attributes that are not on the allow-list."""
    return nh3.clean(
        with_marked_covers(html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=LINK_SCHEMES,
        url_relative="deny",
        link_rel=LINK_REL,
    )


def _rendered(source: str, labels: tuple[tuple[str, str], ...]) -> Rendered:
    # The second time without formulas and colours, which take nearly all of the time.
    for is_bare in (False, True):
        try:
            answer = renderer.call("render", source, dict(labels), is_bare)
        except NotRunning:
            raise
        except RenderingFailed:
            logger.warning(
                "A shared text of %s characters could not be rendered.", f"{len(source):,}"
            )
        else:
            return _checked(answer, is_complete=not is_bare)
    return _unrendered(source)


_kept = lru_cache(_KEPT)(_rendered)


def _unrendered(source: str) -> Rendered:
    note = _("This text could not be rendered. It is shown as it was written.")
    block = Block(0, source.count("\n") + 1, source)
    return Rendered(f"<p><em>{note}</em></p>{plain(source)}", (block,), is_complete=False)


def _checked(answer: dict[str, Any], *, is_complete: bool) -> Rendered:
    blocks = tuple(Block(**each) for each in answer["blocks"])
    styles = {
        name: style
        for name, style in answer["styles"].items()
        if _STYLE_NAME.fullmatch(name) and _STYLE.fullmatch(style)
    }
    return Rendered(cleaned(answer["html"]), blocks, styles, is_complete)
