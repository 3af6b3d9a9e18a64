"""Requests in the shapes that popular clients send, written by hand.

Each stands for the fields of its kind: nulls, empty lists, content in parts with marks for a cache,
schemas of another draft, fields of one server or another. ``left_out`` names the fields that cannot
change the answer, and that the answer's header names in turn.
"""

from typing import Any, NamedTuple

Json = dict[str, Any]


class Shape(NamedTuple):
    """A request without its model, and the fields that are left out."""

    body: Json
    left_out: frozenset[str] = frozenset()


SYSTEM = {"role": "system", "content": "You are a careful assistant."}
USER = {"role": "user", "content": "The weather of 'Bern', please."}
CACHED = {"type": "text", "text": "The weather of 'Bern'", "cache_control": {"type": "ephemeral"}}
STREAMED: Json = {"stream": True, "stream_options": {"include_usage": True}}
DRAFT_7 = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {"town": {"type": "string", "format": "uri-reference"}},
    "additionalProperties": False,
}


def tool(name: str = "get_weather", **more: Any) -> Json:
    """A tool with the schema that JavaScript's schema libraries write."""
    function = {"name": name, "description": "The weather.", "parameters": DRAFT_7, **more}
    return {"type": "function", "function": function}


def called(content: Any, **more: Any) -> list[Json]:
    """A turn with a call, its result and nothing after it."""
    call = {
        "id": "call_9",
        "type": "function",
        "function": {"name": "get_weather", "arguments": "{}"},
    }
    said = {"role": "assistant", "content": content, "tool_calls": [call], **more}
    return [SYSTEM, USER, said, {"role": "tool", "tool_call_id": "call_9", "content": "12 °C"}]


SHAPES: dict[str, Shape] = {
    # Editors and agents
    "cline": Shape(
        {"messages": called(None), "tools": [tool(), tool("read_files")], "tool_choice": "auto",
         "reasoning_effort": "medium", **STREAMED},
    ),
    "cline-extension": Shape(
        {"messages": [SYSTEM, {"role": "user", "content": [CACHED, CACHED]}],
         "temperature": 0, **STREAMED},
    ),
    "roo-code": Shape(
        {"messages": [{"role": "system", "content": [CACHED]}, *called("")[1:]],
         "temperature": 0, "max_completion_tokens": 8192, "parallel_tool_calls": False,
         "tool_choice": "auto", "tools": [tool(strict=True)], **STREAMED},
    ),
    "opencode": Shape(
        {"messages": called("", reasoning_content="I should look."), "max_tokens": 32000,
         "tools": [tool("context7_resolve-library-id"), tool()], "tool_choice": "auto",
         "reasoning_effort": "high", **STREAMED},
    ),
    "opencode-title": Shape(
        {"messages": [SYSTEM, USER, USER], "max_tokens": 32000, "reasoning_effort": "low",
         **STREAMED},
    ),
    "aider": Shape(
        {"messages": [SYSTEM, USER, {"role": "assistant", "content": "def f", "prefix": True}],
         "temperature": 0, "stream": True},
    ),
    "continue": Shape(
        {"messages": [SYSTEM, USER], "max_tokens": 2048, "stop": [], "temperature": None,
         "presence_penalty": None, "parallel_tool_calls": False, "tools": [tool()], **STREAMED},
    ),
    "cursor": Shape(
        {"messages": [
            {"role": "system", "content": [CACHED]},
            *called([{"type": "text", "text": "Let me see."}])[1:3],
            {"role": "tool", "tool_call_id": "call_9", "content": [CACHED]}],
         "temperature": 1, "user": "someone|1", "tools": [tool()], "tool_choice": "auto",
         **STREAMED},
    ),
    "zed": Shape(
        {"messages": [{"role": "system", "content": []}, *called(None)[1:]], "stop": ["\n\n\n"],
         "max_completion_tokens": 4096, "prompt_cache_key": "thread-1", "temperature": 1.0,
         "parallel_tool_calls": False,
         "tool_choice": {"type": "function", "function": {
             "name": "get_weather", "description": None, "parameters": None}},
         "tools": [tool(), tool("no_arguments", description=None, parameters=None)], **STREAMED},
        frozenset({"prompt_cache_key"}),
    ),
    "copilot": Shape(
        {"messages": [{**SYSTEM, "copilot_cache_control": {"type": "ephemeral"}}, USER], "n": 1,
         "temperature": 0.1, "top_p": 1, "max_tokens": 4096, "intent": False,
         "snippy": {"enabled": False}, **STREAMED},
        frozenset({"intent", "snippy"}),
    ),
    "pi": Shape(
        {"messages": [{**SYSTEM, "role": "developer"}, *called(None)[1:]], "tools": [tool()],
         "reasoning_effort": "medium", "max_completion_tokens": 8000, "store": False, **STREAMED},
        frozenset({"store"}),
    ),
    "qwen-code": Shape(
        {"messages": [
            SYSTEM, {"role": "user", "content": [{"type": "text", "text": "The weather?"}]},
            *called(None)[2:3], {"role": "tool", "tool_call_id": "call_9", "content": [
                {"type": "text", "text": "12 °C"}]}],
         "tools": [tool()], "max_tokens": 8000, "metadata": {"sessionId": "s", "promptId": "p"},
         **STREAMED},
        frozenset({"metadata"}),
    ),
    "goose": Shape(
        {"messages": called(""), "tools": [tool("developer__shell")], "max_tokens": 4096,
         "temperature": 0.0, "stream": False},
    ),
    "codex": Shape(
        {"messages": [{**SYSTEM, "role": "developer"}, USER], "tools": [tool(strict=False)],
         "tool_choice": "auto", "parallel_tool_calls": False, "store": False, "stream": True},
        frozenset({"store"}),
    ),
    "jetbrains": Shape(
        {"messages": [{**SYSTEM, "name": None}, {**USER, "name": None}],
         **dict.fromkeys(
            ["audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs",
             "max_completion_tokens", "max_tokens", "metadata", "modalities", "n",
             "parallel_tool_calls", "prediction", "presence_penalty", "reasoning_effort",
             "response_format", "seed", "service_tier", "stop", "store", "temperature",
             "tool_choice", "tools", "top_logprobs", "top_p", "user", "web_search_options"]),
         **STREAMED},
    ),
    "agent-that-was-stopped": Shape(
        {"messages": [*called("")[:3], {"role": "user", "content": "Stop. Now 'Basel'."}],
         "tools": [tool()], "parallel_tool_calls": False, **STREAMED},
    ),
    "agent-that-shortened-its-history": Shape(
        {"messages": [SYSTEM, called("")[3], USER], "tools": [tool()], **STREAMED},
    ),
    "agent-whose-call-was-cut": Shape(
        {"messages": [
            SYSTEM, USER,
            {"role": "assistant", "content": None, "tool_calls": [{
                "id": "call_9", "type": "function",
                "function": {"name": "get_weather", "arguments": '{"town": "Be'}}]},
            {"role": "tool", "tool_call_id": "call_9", "content": "The arguments are no JSON."}],
         "tools": [tool()], **STREAMED},
    ),
    # Chats
    "open-webui": Shape(
        {"messages": [SYSTEM, USER], "temperature": 0.8, "top_k": 40, "top_p": 0.9, "min_p": 0.0,
         "seed": 0, "frequency_penalty": 1.1, "presence_penalty": 0.0, "stop": ["END"],
         "max_tokens": 128, "logit_bias": {}, **STREAMED},
    ),
    "librechat": Shape(
        {"messages": [USER], "user": "66f", "temperature": 1, "top_p": 1, "presence_penalty": 0,
         "frequency_penalty": 0, "n": 1, "tools": [tool("generateTitle")],
         "tool_choice": {"type": "function", "function": {"name": "generateTitle"}},
         "stream": False},
    ),
    "lobechat": Shape(
        {"messages": [*called("")[:3], {**called("")[3], "name": "get_weather"}], "top_p": 1,
         "temperature": 1, "presence_penalty": 0, "frequency_penalty": 0,
         "tools": [tool("lobe-web-browsing____search____builtin")], **STREAMED},
    ),
    "cherry-studio": Shape(
        {"messages": [USER], "max_tokens": 4096, "keep_alive": "5m", "service_tier": "auto",
         **STREAMED},
        frozenset({"keep_alive", "service_tier"}),
    ),
    "sillytavern": Shape(
        {"messages": [SYSTEM, USER], "max_tokens": 300, "temperature": 1, "top_p": 1, "top_k": 0,
         "min_p": 0, "frequency_penalty": 0, "presence_penalty": 0, "stop": [], "logit_bias": {},
         "n": 1, "stream": True},
    ),
    "boltai": Shape(
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
         "max_tokens": 4096.0, "temperature": 0.6, "top_p": 1, "presence_penalty": 0,
         "frequency_penalty": 0, "stop": "", "stream": True},
    ),
    # Programs that are put together from blocks
    "n8n": Shape(
        {"messages": called(""), "temperature": 0.7, "top_p": 1, "frequency_penalty": 0, "n": 1,
         "presence_penalty": 0, "max_tokens": -1, "response_format": {"type": "text"},
         "tools": [tool()], "stream": False},
    ),
    "dify": Shape(
        {"messages": [USER], "temperature": 0.7, "top_p": 0.8, "top_k": 20, "max_tokens": 512,
         "response_format": {"type": "json_object"}, "user": "5f0c", "stream": True},
    ),
    "dify-check": Shape(
        {"messages": [{"role": "user", "content": "ping"}], "max_tokens": 5, "stream": False}
    ),
    "home-assistant": Shape(
        {"messages": [SYSTEM, USER], "max_completion_tokens": 150, "top_p": 1, "temperature": 0.5,
         "service_tier": "flex", "tool_choice": "auto", "tools": [tool("execute_services")],
         "user": "01J", **STREAMED},
        frozenset({"service_tier"}),
    ),
    "without-tools": Shape(
        {"messages": [USER], "tools": [], "tool_choice": "auto", "parallel_tool_calls": True},
    ),
}  # fmt: skip
