"""The table of request parameters: one row for each, and no other list of them by hand.

What a model takes, what a server is sent, what a request is checked against, the forms of the
administration, the page and the description of the API are all derived from these rows.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

Path = tuple[str, ...]
# A "structured" parameter has a reader and a schema of its own, and may hold text of the user's.
Kind = Literal["integer", "number", "flag", "structured"]
Capability = Literal["takes_tools", "reasons", "writes_json"]

_SERVERS = frozenset({"siliconflow", "openai", "llamacpp", "ollama", "vllm", "generic"})
# SiliconFlow's page does not name these; OpenAI's and the servers that follow it do.
_OPENAI_SERVERS = _SERVERS - {"siliconflow"}
# OpenAI answers 400 to these and Ollama ignores them.
_OPEN_SERVERS = _SERVERS - {"openai", "ollama"}
_TEMPLATE_THINKING = ("chat_template_kwargs", "enable_thinking")


class Range(msgspec.Struct, frozen=True):
    """Numbers from ``low`` to ``high``; ``open_low`` leaves ``low`` itself out."""

    low: float
    high: float
    open_low: bool = False
    also: tuple[float, ...] = ()

    def __contains__(self, value: float) -> bool:
        if value in self.also:
            return True
        above = value > self.low if self.open_low else value >= self.low
        return above and value <= self.high

    def __str__(self) -> str:
        low, high = _shown(self.low), _shown(self.high)
        words = f"above {low} and up to {high}" if self.open_low else f"{low} to {high}"
        return " or ".join([*map(_shown, self.also), words])


def _shown(value: float) -> str:
    # Integers have all their digits: those of a seed are more than a float's.
    return str(value) if isinstance(value, int) else f"{value:.15g}"


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a request, under its name on the wire.

    ``range`` is the service's own, of a number; an administrator may only narrow it, except that
    ``highest``, where it is set, is how far the upper end may be raised.
    ``servers`` are the dialects that are sent it; ``paths`` says where in the body, for those that
    have it elsewhere than under its name.
    ``needs`` is what a model must be able to do.
    ``essential`` says that an answer without it would be another one than was asked for, so that
    the gateway refuses it instead of leaving it out.
    ``has_default`` says that an administrator may set a default for a model.
    ``on_page`` says that the panel of parameters and the forms of presets have a field for it.
    """

    name: str
    kind: Kind
    description: str
    range: Range | None = None
    highest: float | None = None
    servers: frozenset[str] = _SERVERS
    paths: Mapping[str, Path] = {}
    needs: Capability | None = None
    essential: bool = False
    has_default: bool = False
    on_page: bool = False

    def path_for(self, dialect: str) -> Path:
        """Give the place of the parameter in the body for a server of this dialect."""
        return self.paths.get(dialect, (self.name,))


# The ranges are from the chat-completions page of SiliconFlow (max_tokens, stop, tools), its error
# codes 20060 (top_k) and 20081 (n), and its parameter table for the rest.
PARAMETERS = (
    # How long answers may be and how many there are is reserved from what was asked for, so
    # that max_tokens and n have no default here.
    Parameter(
        name="max_tokens",
        kind="integer",
        description="The most tokens that each answer may have.",
        range=Range(1, 16384),
        highest=1 << 20,
        paths={"openai": ("max_completion_tokens",)},
        on_page=True,
    ),
    Parameter(
        name="temperature",
        kind="number",
        description="How far the choice of each token is left to chance.",
        range=Range(0, 2),
        has_default=True,
        on_page=True,
    ),
    Parameter(
        name="top_p",
        kind="number",
        description="Tokens are chosen among the likeliest that together have this probability.",
        range=Range(0, 1, open_low=True),
        has_default=True,
        on_page=True,
    ),
    Parameter(
        name="top_k",
        kind="integer",
        description="Tokens are chosen among this many; -1 for all.",
        range=Range(1, 100, also=(-1,)),
        highest=1 << 20,
        servers=_OPEN_SERVERS,
        has_default=True,
        on_page=True,
    ),
    Parameter(
        name="min_p",
        kind="number",
        description="Tokens that are less likely than this part of the likeliest are left out.",
        range=Range(0, 1),
        servers=_OPEN_SERVERS,
        has_default=True,
    ),
    Parameter(
        name="frequency_penalty",
        kind="number",
        description="Makes tokens less likely the more often they were said.",
        range=Range(-2, 2),
        has_default=True,
        on_page=True,
    ),
    Parameter(
        name="presence_penalty",
        kind="number",
        description="Makes tokens less likely once they were said.",
        range=Range(-2, 2),
        servers=_OPENAI_SERVERS,
        has_default=True,
    ),
    Parameter(
        name="n",
        kind="integer",
        description="How many answers to give.",
        range=Range(1, 20),
        essential=True,
        on_page=True,
    ),
    Parameter(
        name="top_logprobs",
        kind="integer",
        description="How many of the likeliest tokens to tell at each place.",
        range=Range(0, 20),
        servers=_OPENAI_SERVERS,
    ),
    Parameter(
        name="thinking_budget",
        kind="integer",
        description="The most tokens that a reasoning model may think.",
        range=Range(128, 32768),
        servers=_OPEN_SERVERS - {"vllm"},
        paths={"llamacpp": ("thinking_budget_tokens",)},
        needs="reasons",
        essential=True,
        has_default=True,
    ),
    # A seed that every user shares would be none, so it has no default.
    Parameter(
        name="seed",
        kind="integer",
        description="The same request with the same seed is answered alike, where the server can.",
        range=Range(-(2**63), 2**63 - 1),
        servers=_OPENAI_SERVERS,
    ),
    Parameter(
        name="stop",
        kind="structured",
        description="Texts at which the answer ends; they are not part of it.",
        essential=True,
        on_page=True,
    ),
    Parameter(
        name="response_format",
        kind="structured",
        description="Text, a JSON object, or JSON that follows a schema.",
        needs="writes_json",
        essential=True,
        on_page=True,
    ),
    Parameter(
        name="logprobs",
        kind="flag",
        description="Tell how likely each token was.",
        servers=_OPENAI_SERVERS,
        essential=True,
    ),
    Parameter(
        name="parallel_tool_calls",
        kind="flag",
        description="Whether several functions may be called at once.",
        servers=_OPENAI_SERVERS,
        needs="takes_tools",
    ),
    Parameter(
        name="tool_choice",
        kind="structured",
        description="How tools are used; or the one of the tools to call.",
        needs="takes_tools",
        essential=True,
    ),
    Parameter(
        name="tools",
        kind="structured",
        description="Functions; each has another name.",
        needs="takes_tools",
        essential=True,
        on_page=True,
    ),
    Parameter(
        name="enable_thinking",
        kind="flag",
        description="For models that can do without.",
        servers=_OPEN_SERVERS,
        paths={"llamacpp": _TEMPLATE_THINKING, "vllm": _TEMPLATE_THINKING},
        needs="reasons",
    ),
)
BY_NAME: Mapping[str, Parameter] = {each.name: each for each in PARAMETERS}
DEFAULT_RANGES: Mapping[str, Range] = {each.name: each.range for each in PARAMETERS if each.range}


def paths_for(dialect: str) -> dict[str, Path]:
    """Give the place in the body of each parameter that servers of this dialect are sent."""
    return {each.name: each.path_for(dialect) for each in PARAMETERS if dialect in each.servers}
