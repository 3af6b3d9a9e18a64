"""Renders Markdown as HTML for a page that runs no script.

The dialect is the one of the conversation page (static/js/markdown): GitHub's, with single line
breaks kept, mathematics, and no HTML. The parser's output is then filtered by an allow-list; the
content security policy of the page is the third line of defence.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import nh3
from django.utils.html import escape
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from conversations.sharing.bracket_math import bracket_math
from conversations.sharing.typesetting import code_block, formula

# A longer text is shown as plain text.
LONGEST_RENDERED = 200_000
# A longer paragraph too: parsing inline Markdown can take quadratic time.
LONGEST_INLINE = 10_000
LINK_SCHEMES = {"http", "https", "mailto"}
LINK_REL = "noopener noreferrer nofollow"
# Headings of a text go below the headings of the page and of the message.
HEADINGS_BELOW = 2
DEEPEST_HEADING = 6

_MATHML = {
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msup", "msub", "msubsup", "mfrac",
    "msqrt", "mroot", "mover", "munder", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded",
    "mphantom", "menclose", "mmultiscripts", "mprescripts", "none", "mfenced",
}  # fmt: skip
_TAGS = {
    "a", "blockquote", "br", "code", "del", "div", "em", "h3", "h4", "h5", "h6", "hr", "input",
    "li", "ol", "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr",
    "ul",
} | _MATHML  # fmt: skip
_MATH_ATTRIBUTES = {
    "columnalign", "columnlines", "columnspacing", "depth", "display", "displaystyle", "fence",
    "form", "height", "linebreak", "linethickness", "lspace", "mathsize", "mathvariant", "maxsize",
    "minsize", "movablelimits", "notation", "rowlines", "rowspacing", "rspace", "scriptlevel",
    "separator", "stretchy", "width", "accent", "accentunder", "rowspan", "columnspan",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"class", "href", "title"},
    "div": {"aria-label", "class", "role", "tabindex"},
    "input": {"aria-label", "checked", "disabled", "type"},
    "li": {"class"},
    "ol": {"start"},
    "p": {"class"},
    "pre": {"tabindex"},
    "span": {"class"},
    "td": {"align"},
    "th": {"align"},
    **dict.fromkeys(_MATHML, _MATH_ATTRIBUTES),
}


@lru_cache(maxsize=256)
def to_html(source: str) -> str:
    """The Markdown as safe HTML. Cached, because a preview renders the same texts again."""
    if len(source) > LONGEST_RENDERED:
        return plain(source)
    return cleaned(_parser().render(source))


def plain(source: str) -> str:
    """The text as a plain paragraph."""
    return f'<p class="plain-text">{escape(source)}</p>'


def cleaned(html: str) -> str:
    """The HTML without tags and attributes that are not on the allow-list."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=LINK_SCHEMES,
        url_relative="deny",
        link_rel=LINK_REL,
    )


def blocks(source: str) -> list[tuple[int, int, str]]:
    """The top-level blocks: first line, line after the last, and HTML of each."""
    parser, env = _parser(), dict[str, Any]()
    tokens = parser.parse(source, env)
    found, start = [], 0
    for place, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            html = parser.renderer.render(tokens[start : place + 1], parser.options, env)
            first = tokens[start].map or [0, source.count("\n") + 1]
            found.append((first[0], first[1], cleaned(html)))
            start = place + 1
    return found


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.use(dollarmath_plugin, allow_labels=False, allow_space=False, double_inline=True)
    parser.use(bracket_math)
    parser.use(tasklists_plugin)
    parser.core.ruler.before("inline", "long_paragraphs", _leave_long_paragraphs)
    parser.validateLink = _is_outward  # type: ignore[method-assign, assignment]
    for name, rule in _RULES.items():
        parser.add_render_rule(name, rule)
    return parser


def _leave_long_paragraphs(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and len(token.content) > LONGEST_INLINE:
            token.type = "text"


def _is_outward(address: str) -> bool:
    """True if an address is absolute and its scheme is one of ``LINK_SCHEMES``."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in LINK_SCHEMES and (
        bool(parts.netloc) or parts.scheme.lower() == "mailto"
    )


Tokens = Sequence[Token]


def _code(renderer: RendererHTML, tokens: Tokens, place: int, *_rest: Any) -> str:
    token = tokens[place]
    return code_block(token.content, token.info.split()[0] if token.info.split() else "")


def _math(display: bool, opening: str, closing: str) -> Any:
    def rule(renderer: RendererHTML, tokens: Tokens, place: int, *_rest: Any) -> str:
        source = tokens[place].content.strip()
        return formula(source, f"{opening}{source}{closing}", display=display)

    return rule


def _heading(
    renderer: RendererHTML, tokens: Tokens, place: int, options: OptionsDict, env: Any
) -> str:
    level = min(int(tokens[place].tag[1]) + HEADINGS_BELOW, DEEPEST_HEADING)
    return f"<h{level}>" if tokens[place].nesting == 1 else f"</h{level}>\n"


def _image(renderer: RendererHTML, tokens: Tokens, place: int, *_rest: Any) -> str:
    """A link in place of a remote image, whose host would learn who reads the page and when."""
    address = str(tokens[place].attrGet("src") or "")
    alternative = tokens[place].content
    host = urlsplit(address).hostname or ""
    name = " ".join(filter(None, [_("Image:"), alternative, f"({host})" if host else ""]))
    inside_link = sum(token.nesting for token in tokens[:place] if token.type.startswith("link_"))
    if inside_link or not host:
        return f'<span class="image-link">{escape(name)}</span>'
    return f'<a class="image-link" href="{escape(address)}">{escape(name)}</a>'


def _checkbox(renderer: RendererHTML, tokens: Tokens, place: int, *_rest: Any) -> str:
    """The checkbox of a task. HTML is off, so only the task plug-in makes tokens of this type."""
    is_done = "checked" in tokens[place].content
    name, checked = (_("Done"), " checked") if is_done else (_("Open"), "")
    return f'<input type="checkbox" disabled{checked} aria-label="{escape(name)}">'


def _table(
    renderer: RendererHTML, tokens: Tokens, place: int, options: OptionsDict, env: Any
) -> str:
    if tokens[place].nesting == -1:
        return "</table></div>\n"
    label = escape(_("Table"))
    return f'<div class="table-box" role="group" tabindex="0" aria-label="{label}"><table>'


def _cell(
    renderer: RendererHTML, tokens: Tokens, place: int, options: OptionsDict, env: Any
) -> str:
    """A table cell, aligned by an attribute: the policy of the page allows no inline styles."""
    style = str(tokens[place].attrGet("style") or "")
    align = style.removeprefix("text-align:")
    return f'<{tokens[place].tag} align="{align}">' if align else f"<{tokens[place].tag}>"


_RULES = {
    "fence": _code,
    "code_block": _code,
    "math_inline": _math(False, "$", "$"),
    "math_inline_double": _math(True, "$$", "$$"),
    "math_block": _math(True, "$$", "$$"),
    "heading_open": _heading,
    "heading_close": _heading,
    "html_inline": _checkbox,
    "image": _image,
    "table_open": _table,
    "table_close": _table,
    "th_open": _cell,
    "td_open": _cell,
}
