"""Marks what covers masked texts in HTML, so that its bars do not outshine the text."""

import re

from conversations.sharing.masking import COVERS

# Nothing within tags and mathematics: an element in a MathML annotation would end the formula.
_BARS = re.compile(rf"<math\b.*?</math>|<[^>]*>|{re.escape(COVERS[0])}", re.DOTALL)


def with_marked_covers(html: str) -> str:
    """HTML whose tags hold no other ``>``, with each cover of a text in an element of its own."""
    return _BARS.sub(_marked, html) if COVERS[0] in html else html


def _marked(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("<") else f'<span class="mask">{found[0]}</span>'
