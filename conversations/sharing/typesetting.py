"""Renders code and mathematics as HTML without a script: Pygments' colours, MathML."""

from django.utils.html import escape
from latex2mathml.converter import convert
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

# Some lexers take quadratic time on text that they do not understand.
LONGEST_COLOURED = 20_000
LONGEST_FORMULA = 2_000
LONGEST_LANGUAGE = 30
# The classes are those of static/css/shared_code.css.
_FORMATTER = HtmlFormatter(nowrap=True, classprefix="hl-")


def code_block(source: str, language: str) -> str:
    """A block of code below a header with its language."""
    name = language[:LONGEST_LANGUAGE]
    header = f'<div class="code-header"><span class="code-language">{escape(name)}</span></div>'
    code = f'<pre tabindex="0"><code>{_coloured(source, name.lower())}</code></pre>'
    return f'<div class="code-block">{header if name else ""}{code}</div>\n'


def _coloured(source: str, language: str) -> str:
    if not language or len(source) > LONGEST_COLOURED:
        return escape(source)
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(source)
    return str(highlight(source, lexer, _FORMATTER))


def formula(source: str, written: str, *, display: bool) -> str:
    """A formula as MathML; as it was written where the converter cannot read it."""
    name, kind = ("div", "math math-display") if display else ("span", "math")
    return f'<{name} class="{kind}">{_mathml(source, display) or escape(written)}</{name}>'


def _mathml(source: str, display: bool) -> str:
    if len(source) > LONGEST_FORMULA:
        return ""
    try:
        return convert(source, display="block" if display else "inline")
    except Exception:  # noqa: BLE001 - it answers bad input with many kinds of error
        return ""
