"""What each kind of server does differently, as data."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from .errors import (
    ContentPolicy,
    Forbidden,
    OutOfBalance,
    Overloaded,
    RequestRejected,
    Unauthorised,
    UnknownModel,
    UpstreamError,
)

Path = tuple[str, ...]
InlineThinking = Literal["off", "tagged", "opened"]
ReplayReasoning = Literal["tool_turns", "always", "never"]


def _same(*names: str) -> dict[str, Path]:
    return {name: (name,) for name in names}


_OPENAI = _same(
    "max_tokens",
    "stop",
    "temperature",
    "top_p",
    "frequency_penalty",
    "presence_penalty",
    "n",
    "response_format",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "seed",
    "logprobs",
    "top_logprobs",
    "user",
)
_TEMPLATE_THINKING = {"enable_thinking": ("chat_template_kwargs", "enable_thinking")}


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of server.

    ``fields`` says where each request field goes in the body; a field that is not named is not
    sent, because such servers answer 400 to it (OpenAI to ``top_k``) or ignore it.
    ``stream_options`` asks for usage in streams. ``reuse_streams`` is False for servers that close
    the connection after a stream although they announce otherwise.
    ``replay_reasoning`` says on which earlier assistant messages reasoning goes back: some
    servers answer 400 with it, others without it on turns that called tools.
    ``inline_thinking`` splits ``<think>`` out of the content: "tagged" when the model writes the
    opening tag, "opened" when its template has already written it.
    """

    name: str
    fields: Mapping[str, Path] = MappingProxyType(_OPENAI)
    stream_options: bool = True
    reuse_streams: bool = True
    replay_reasoning: ReplayReasoning = "tool_turns"
    inline_thinking: InlineThinking = "off"
    error_codes: Mapping[str, type[UpstreamError]] = {}


SILICONFLOW = Dialect(
    name="siliconflow",
    fields=_same(
        "max_tokens",
        "stop",
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "frequency_penalty",
        "n",
        "response_format",
        "tools",
        "tool_choice",
        "enable_thinking",
        "thinking_budget",
    ),
    error_codes={
        "20012": UnknownModel,
        "20015": RequestRejected,
        "20021": ContentPolicy,
        "20042": RequestRejected,
        "20043": RequestRejected,
        "30001": OutOfBalance,
        "30003": UnknownModel,
        "30005": Forbidden,
        "30011": Forbidden,
        "30014": Unauthorised,
        "50505": Overloaded,
        "50508": Overloaded,
    },
)
OPENAI = Dialect(
    name="openai",
    fields={**_OPENAI, "max_tokens": ("max_completion_tokens",)},
    replay_reasoning="never",
)
LLAMACPP = Dialect(
    name="llamacpp",
    fields={
        **_OPENAI,
        **_same("top_k", "min_p"),
        **_TEMPLATE_THINKING,
        "thinking_budget": ("thinking_budget_tokens",),
    },
    reuse_streams=False,
)
OLLAMA = Dialect(name="ollama", replay_reasoning="never")
VLLM = Dialect(name="vllm", fields={**_OPENAI, **_same("top_k", "min_p"), **_TEMPLATE_THINKING})
GENERIC = Dialect(
    name="generic",
    fields={**_OPENAI, **_same("top_k", "min_p", "enable_thinking", "thinking_budget")},
)
DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect for dialect in (SILICONFLOW, OPENAI, LLAMACPP, OLLAMA, VLLM, GENERIC)
}
