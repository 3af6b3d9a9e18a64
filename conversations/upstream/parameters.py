"""The table of request parameters, from which all lists of parameters are derived.

Its rows decide what a model accepts, what a server is sent, what a request is checked against,
and what the forms of the administration, the page and the description of the API contain.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

Path = tuple[str, ...]
# A "structured" parameter has a reader and a schema of its own, and may hold text of the user's.
Kind = Literal["integer", "number", "flag", "structured"]
Capability = Literal["takes_tools", "reasons", "writes_json"]

_SERVERS = frozenset({"siliconflow", "openai", "llamacpp", "ollama", "vllm", "generic"})
# OpenAI and the servers that follow it have these; SiliconFlow does not list them.
_OPENAI_SERVERS = _SERVERS - {"siliconflow"}
# OpenAI answers 400 to these and Ollama ignores them.
_OPEN_SERVERS = _SERVERS - {"openai", "ollama"}
MOST_STOP_SEQUENCES = 4
MOST_TOOLS = 128
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

    ``range``        the service's own range of a number, which an administrator may narrow
    ``most_items``   the greatest length of a list
    ``highest``      the value up to which an administrator may raise the upper end
    ``servers``      the dialects that are sent the parameter
    ``paths``        its place in the body, for dialects that have it under another name
    ``needs``        the capability that a model must have
    ``essential``    without it the answer would not be the requested one, so that the gateway
                     refuses the request instead of leaving the parameter out
    ``has_default``  an administrator may set a default for a model
    ``on_page``      the panel of parameters and the forms of presets have a field for it
    """

    name: str
    kind: Kind
    description: str
    range: Range | None = None
    most_items: int | None = None
    highest: float | None = None
    servers: frozenset[str] = _SERVERS
    paths: Mapping[str, Path] = {}
    needs: Capability | None = None
    essential: bool = False
    has_default: bool = False
    on_page: bool = False

    def path_for(self, dialect: str) -> Path:
        """Return the place of the parameter in the body for a server of this dialect."""
        return self.paths.get(dialect, (self.name,))


# The ranges are from the chat-completions page of SiliconFlow (max_tokens, stop, tools), its error
# codes 20060 (top_k) and 20081 (n), and its parameter table for the rest.
PARAMETERS = (
    # Quotas reserve tokens by the max_tokens and the n of the request, so that these have no
    # default here.
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
        description="How random the choice of each token is.",
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
        description="Tokens are chosen among this many of the likeliest; -1 for all.",
        range=Range(1, 100, also=(-1,)),
        highest=1 << 20,
        servers=_OPEN_SERVERS,
        has_default=True,
        on_page=True,
    ),
    Parameter(
        name="min_p",
        kind="number",
        description="Leaves out tokens less likely than this share of the likeliest one.",
        range=Range(0, 1),
        servers=_OPEN_SERVERS,
        has_default=True,
    ),
    Parameter(
        name="frequency_penalty",
        kind="number",
        description="Makes tokens less likely the more often they have appeared.",
        range=Range(-2, 2),
        has_default=True,
        on_page=True,
    ),
    Parameter(
        name="presence_penalty",
        kind="number",
        description="Makes tokens less likely once they have appeared.",
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
        description="How many of the likeliest tokens to return at each position.",
        range=Range(0, 20),
        servers=_OPENAI_SERVERS,
    ),
    Parameter(
        name="thinking_budget",
        kind="integer",
        description="The most tokens of reasoning.",
        range=Range(128, 32768),
        servers=_OPEN_SERVERS - {"vllm"},
        paths={"llamacpp": ("thinking_budget_tokens",)},
        needs="reasons",
        essential=True,
        has_default=True,
    ),
    # A seed that all users share would be of no use, so it has no default.
    Parameter(
        name="seed",
        kind="integer",
        description="The same request with the same seed gets the same answer, if the server can.",
        range=Range(-(2**63), 2**63 - 1),
        servers=_OPENAI_SERVERS,
    ),
    Parameter(
        name="stop",
        kind="structured",
        description="Texts at which the answer ends; they are not part of it.",
        most_items=MOST_STOP_SEQUENCES,
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
        description="Return the log-probability of each token.",
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
        description="How tools are used, or the tool to call.",
        needs="takes_tools",
        essential=True,
    ),
    Parameter(
        name="tools",
        kind="structured",
        description="Functions; each has a name of its own.",
        most_items=MOST_TOOLS,
        needs="takes_tools",
        essential=True,
        on_page=True,
    ),
    Parameter(
        name="enable_thinking",
        kind="flag",
        description="Whether the model thinks, if it can do without.",
        servers=_OPEN_SERVERS,
        paths={"llamacpp": _TEMPLATE_THINKING, "vllm": _TEMPLATE_THINKING},
        needs="reasons",
    ),
)
DEFAULT_RANGES: Mapping[str, Range] = {each.name: each.range for each in PARAMETERS if each.range}


def paths_for(dialect: str) -> dict[str, Path]:
    """Return the place in the body of each parameter that servers of this dialect are sent."""
    return {each.name: each.path_for(dialect) for each in PARAMETERS if dialect in each.servers}
