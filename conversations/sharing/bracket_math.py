r"""Mathematics between ``\( … \)`` and ``\[ … \]`` for markdown-it.

The plug-in for these brackets searches to the end of the text from each opening bracket:
50,000 of them took it 69 s. These rules search no further than the longest formula.
"""

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from conversations.sharing.typesetting import LONGEST_FORMULA

_INLINE = {"\\(": ("\\)", "math_inline"), "\\[": ("\\]", "math_inline_double")}
# A line with this indentation or more is code.
_CODE_INDENT = 4


def bracket_math(parser: MarkdownIt) -> None:
    """Add the rules to a parser; they make the same tokens as the plug-in for dollars."""
    parser.inline.ruler.before("escape", "bracket_math", _inline)
    parser.block.ruler.before(
        "fence", "bracket_math", _block, {"alt": ["paragraph", "blockquote", "list"]}
    )


def _inline(state: StateInline, silent: bool) -> bool:
    start = state.pos
    closing, name = _INLINE.get(state.src[start : start + 2], ("", ""))
    if not closing:
        return False
    end = state.src.find(closing, start + 2, min(state.posMax, start + LONGEST_FORMULA))
    content = state.src[start + 2 : end]
    if end < 0 or not content.strip():
        return False
    if not silent:
        state.push(name, "math", 0).content = content
    state.pos = end + 2
    return True


def _block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    start = state.bMarks[first] + state.tShift[first]
    if not state.src.startswith("\\[", start):
        return False
    if state.sCount[first] - state.blkIndent >= _CODE_INDENT:
        return False
    end = state.src.find("\\]", start, min(len(state.src), start + LONGEST_FORMULA))
    line = next((each for each in range(first, last) if state.eMarks[each] >= end + 2), -1)
    content = state.src[start + 2 : end]
    if end < 0 or line < 0 or "\n\n" in content or not content.strip():
        return False
    if state.src[end + 2 : state.eMarks[line]].strip():
        return False
    if not silent:
        token = state.push("math_block", "math", 0)
        token.content, token.block, token.map = content, True, [first, line + 1]
        state.line = line + 1
    return True
