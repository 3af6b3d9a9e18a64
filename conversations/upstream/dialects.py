"""Differences between the kinds of servers, as data."""

from collections.abc import Mapping
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
from .parameter import Parameter, Path
from .parameters import sent_to

InlineThinking = Literal["off", "tagged", "opened"]
ReplayReasoning = Literal["tool_turns", "always", "never"]


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of server.

    ``upstream.parameters`` says which parameters it is sent, and where they go in the body: servers
    answer 400 to unknown ones (OpenAI to ``top_k``) or ignore them. ``takes_user`` says whether it
    is sent the name of the end user, ``call_extras`` whether its own calls may have unknown keys
    when they are sent back, as those of Gemini must.
    ``stream_options`` asks for usage in streams. ``reuse_streams`` is False for servers that close
    the connection after a stream although they announce otherwise.
    ``replay_reasoning`` says for which earlier assistant messages the reasoning is sent again:
    some servers answer 400 to it, others to its absence from turns that called tools.
    ``inline_thinking`` splits ``<think>`` out of the content: "tagged" when the model writes the
    opening tag, "opened" when its template has already written it.
    """

    name: str
    takes_user: bool = True
    call_extras: bool = True
    stream_options: bool = True
    makes_grammars: bool = False
    reuse_streams: bool = True
    replay_reasoning: ReplayReasoning = "tool_turns"
    inline_thinking: InlineThinking = "off"
    error_codes: Mapping[str, type[UpstreamError]] = {}

    @property
    def parameters(self) -> list[tuple[Parameter, Path]]:
        """The parameters that it is sent, and their places in the body."""
        return sent_to(self.name)


SILICONFLOW = Dialect(
    name="siliconflow",
    takes_user=False,
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
OPENAI = Dialect(name="openai", call_extras=False, replay_reasoning="never")
LLAMACPP = Dialect(name="llamacpp", makes_grammars=True, reuse_streams=False)
OLLAMA = Dialect(name="ollama", makes_grammars=True, replay_reasoning="never")
VLLM = Dialect(name="vllm")
GENERIC = Dialect(name="generic")
DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect for dialect in (SILICONFLOW, OPENAI, LLAMACPP, OLLAMA, VLLM, GENERIC)
}
