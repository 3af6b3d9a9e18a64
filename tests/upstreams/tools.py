"""Scripts that call tools, each with its own notation.

tools           calls as SiliconFlow streams them: id and name null in later pieces
tools-bare      calls without index or id, whole at once, and finish reason ``stop``
tools-index-0   calls that all have index 0, ids repeated in every piece
tools-late      name first, id later, empty values between
"""

from typing import Any

from .call import Call
from .good import Script, chunk, finish

SCRIPTS: dict[str, Script] = {}

TOOL_PIECES: dict[str, list[list[dict[str, Any]]]] = {
    "tools": [
        [{"index": 0, "id": "c1", "type": "function", "function": {"name": "get_weather"}}],
        [{"index": 0, "id": None, "type": None, "function": {"arguments": '{"city": '}}],
        [{"index": 0, "id": None, "type": None, "function": {"name": "", "arguments": '"Paris"}'}}],
        [{"index": 1, "id": "c2", "type": "function", "function": {"name": "get_time"}}],
        [{"index": 1, "id": None, "type": None, "function": {"arguments": "{}"}}],
    ],
    "tools-bare": [
        [
            {"function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}},
            {"function": {"name": "get_time", "arguments": "{}"}},
        ],
    ],
    "tools-index-0": [
        [{"index": 0, "id": "c1", "function": {"name": "get_weather", "arguments": '{"city": '}}],
        [{"index": 0, "id": "c1", "function": {"name": "get_weather", "arguments": '"Paris"}'}}],
        [{"index": 0, "id": "c2", "function": {"name": "get_time", "arguments": "{}"}}],
    ],
    "tools-late": [
        [{"index": 0, "id": "", "function": {"name": "get_weather", "arguments": ""}}],
        [{"index": 0, "id": "c1", "function": {}}],
        [{"index": 0, "function": {"arguments": '{"city": "Paris"}'}}],
        [{"index": 1, "id": "c2", "function": {"name": "get_time", "arguments": "{}"}}],
    ],
}


def _tools(name: str, reason: str) -> Script:
    async def play(call: Call) -> None:
        await call.head()
        for pieces in TOOL_PIECES[name]:
            await call.event(chunk(call, {"content": None, "tool_calls": pieces}))
        await finish(call, reason)

    return play


for _name in TOOL_PIECES:
    SCRIPTS[_name] = _tools(_name, "stop" if _name == "tools-bare" else "tool_calls")
