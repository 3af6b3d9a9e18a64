"""Scripts whose answers depend on the request.

says            what follows "say:" in the last user message, a few characters a piece
calls           calls two functions, and after their results repeats these
calls-cut       a call that is cut off in the middle of its arguments
article         a long text of every kind, in 2,000 pieces
calls-all       calls each function that it is given, with the arguments of its description
"""

from typing import Any

from .article import ARTICLE
from .call import Call
from .good import Script, chunk, finish
from .tools import TOOL_PIECES

SCRIPTS: dict[str, Script] = {}
PIECE = 7
ARTICLE_PIECE = 10


def _last(call: Call, role: str) -> list[str]:
    messages = call.body.get("messages") or []
    return [str(each["content"]) for each in messages if each["role"] == role]


async def _say(call: Call, text: str, piece: int = PIECE) -> None:
    for position, start in enumerate(range(0, len(text), piece)):
        await call.pace(position)
        await call.event(chunk(call, {"content": text[start : start + piece]}))
    await finish(call)


async def says(call: Call) -> None:
    """Answer with the text that the last user message asks for."""
    await call.head()
    await _say(call, _last(call, "user")[-1].partition("say:")[2])


async def article(call: Call) -> None:
    """Explain at length."""
    await call.head()
    await _say(call, ARTICLE, ARTICLE_PIECE)


async def _pieces(call: Call, pieces: list[list[dict[str, Any]]], reason: str) -> None:
    await call.head()
    for position, piece in enumerate(pieces):
        await call.pace(position)
        await call.event(chunk(call, {"content": None, "tool_calls": piece}))
    await finish(call, reason)


async def calls(call: Call) -> None:
    """Call two functions, or continue after their results."""
    answers = _last(call, "tool")
    if not answers:
        await _pieces(call, TOOL_PIECES["tools"], "tool_calls")
        return
    await call.head()
    await _say(call, "I was told: " + "; ".join(answers))


async def calls_cut(call: Call) -> None:
    """Send half of the arguments of a call."""
    await _pieces(call, TOOL_PIECES["tools"][:2], "length")


async def calls_all(call: Call) -> None:
    """Call every function of the request."""
    functions = [tool["function"] for tool in call.body.get("tools") or []]
    pieces = [
        {
            "index": index,
            "id": f"c{index}",
            "type": "function",
            "function": {"name": each["name"], "arguments": each.get("description", "{}")},
        }
        for index, each in enumerate(functions)
    ]
    await _pieces(call, [[piece] for piece in pieces], "tool_calls")


SCRIPTS |= {
    "article": article,
    "calls": calls,
    "calls-all": calls_all,
    "calls-cut": calls_cut,
    "says": says,
}
