"""The table of request parameters, from which all lists of parameters are derived.

Its rows decide what a model accepts, what a server is sent, what a request is checked against,
and what the forms of the administration, the page and the description of the API contain.
"""

from collections.abc import Mapping

from .parameter import SERVERS, Parameter, Path, Range
from .passed_on import PASSED_ON, TEMPLATES

# OpenAI and the servers that follow it have these; SiliconFlow does not list them.
_OPENAI_SERVERS = SERVERS - {"siliconflow"}
# OpenAI answers 400 to these and Ollama ignores them.
_OPEN_SERVERS = SERVERS - {"openai", "ollama"}
_OPENAI = frozenset({"openai", "generic"})
MOST_STOP_SEQUENCES = 4
MOST_TOOLS = 128
_TEMPLATE_THINKING = ("chat_template_kwargs", "enable_thinking")

# The ranges are from the chat-completions page of SiliconFlow (max_tokens, stop, tools), its error
# codes 20060 (top_k) and 20081 (n), and its parameter table for the rest.
PARAMETERS = (
    # Quotas reserve tokens by the max_tokens and the n of the request, so that these have no
    # default here.
    Parameter(
        name="max_tokens",
        aliases=("max_completion_tokens",),
        kind="integer",
        description="The most tokens that each answer may have; -1 for no limit of your own.",
        range=Range(1, 16384),
        off={-1: None},
        highest=1 << 20,
        paths={"openai": ("max_completion_tokens",)},
        on_page=True,
    ),
    Parameter(
        name="temperature",
        kind="number",
        description="How random the choice of each token is.",
        range=Range(0, 2),
        neutral=(1,),
        has_default=True,
        on_page=True,
    ),
    Parameter(
        name="top_p",
        kind="number",
        description="Tokens are chosen among the likeliest that together have this probability.",
        range=Range(0, 1, open_low=True),
        off={0: 1},
        neutral=(1,),
        has_default=True,
        on_page=True,
    ),
    Parameter(
        name="top_k",
        kind="integer",
        description="Tokens are chosen among this many of the likeliest; -1 or 0 for all.",
        range=Range(1, 100, also=(-1,)),
        off={0: -1},
        neutral=(-1,),
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
        neutral=(0,),
        servers=_OPEN_SERVERS,
        has_default=True,
    ),
    Parameter(
        name="frequency_penalty",
        kind="number",
        description="Makes tokens less likely the more often they have appeared.",
        range=Range(-2, 2),
        neutral=(0,),
        has_default=True,
        on_page=True,
    ),
    Parameter(
        name="presence_penalty",
        kind="number",
        description="Makes tokens less likely once they have appeared.",
        range=Range(-2, 2),
        neutral=(0,),
        servers=_OPENAI_SERVERS,
        has_default=True,
    ),
    Parameter(
        name="repetition_penalty",
        aliases=("repeat_penalty",),
        kind="number",
        description="Above 1 makes tokens less likely once they have appeared; 1 or 0 for none.",
        range=Range(0, 2, open_low=True),
        off={0: 1},
        neutral=(1,),
        servers=TEMPLATES,
        paths={"llamacpp": ("repeat_penalty",)},
        instead="Use frequency_penalty.",
        has_default=True,
    ),
    Parameter(
        name="n",
        kind="integer",
        description="How many answers to give.",
        range=Range(1, 20),
        # Fewer answers than a program has places for would break it.
        moves=False,
        neutral=(1,),
        on_page=True,
    ),
    Parameter(
        name="top_logprobs",
        kind="integer",
        description="How many of the likeliest tokens to return at each position.",
        range=Range(0, 20),
        neutral=(0,),
        only_with="logprobs",
        servers=_OPENAI_SERVERS,
    ),
    Parameter(
        name="thinking_budget",
        kind="integer",
        description="The most tokens of reasoning; -1 for no limit of your own, 0 for none.",
        range=Range(128, 32768),
        # 0 turns thinking off: it is read as enable_thinking.
        off={-1: None, 0: None},
        servers=_OPEN_SERVERS - {"vllm"},
        paths={"llamacpp": ("thinking_budget_tokens",)},
        needs="reasons",
        instead="Use reasoning_effort.",
        has_default=True,
    ),
    Parameter(
        name="seed",
        kind="integer",
        description="The same request with the same seed gets the same answer, if the server can.",
        range=Range(-(2**63), 2**63 - 1),
        moves=False,
        # Some programs send -1 for "another answer each time".
        off={-1: None},
        servers=_OPENAI_SERVERS,
        # A seed that all users share would be of no use, so it has no default.
    ),
    Parameter(
        name="reasoning_effort",
        kind="choice",
        description="How much a model that reasons thinks before it answers.",
        choices=("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        paths={"llamacpp": ("chat_template_kwargs", "reasoning_effort")},
        values={
            # SiliconFlow tells two apart; thinking is turned off by enable_thinking there.
            "siliconflow": {
                "none": None, "minimal": "high", "low": "high", "medium": "high", "xhigh": "max",
            },
            "vllm": {"minimal": "low", "xhigh": "high", "max": "high"},
            "ollama": {"minimal": "low", "xhigh": "high", "max": "high"},
            "llamacpp": {"none": None, "minimal": "low", "xhigh": "high", "max": "high"},
        },
        # It is sent to any model: a server knows its own better than a box that nobody ticked.
        offered_to="reasons",
        instead="Use enable_thinking.",
        on_page=True,
    ),
    Parameter(
        name="stop",
        kind="structured",
        description="Texts at which the answer ends; they are not part of it.",
        most_items=MOST_STOP_SEQUENCES,
        on_page=True,
    ),
    Parameter(
        name="response_format",
        kind="structured",
        description="Text, a JSON object, or JSON that follows a schema.",
        neutral=({"type": "text"},),
        needs="writes_json",
        on_page=True,
    ),
    Parameter(
        name="logprobs",
        kind="flag",
        description="Return the log-probability of each token.",
        neutral=(False,),
        servers=_OPENAI_SERVERS,
    ),
    Parameter(
        name="parallel_tool_calls",
        kind="flag",
        description="Whether several functions may be called at once.",
        neutral=(True,),
        only_with="tools",
        servers=_OPENAI_SERVERS,
        needs="takes_tools",
    ),
    Parameter(
        name="tool_choice",
        kind="structured",
        description="How tools are used, or the tool to call.",
        neutral=("auto",),
        only_with="tools",
        needs="takes_tools",
        on_page=True,
    ),
    Parameter(
        name="tools",
        kind="structured",
        description="Functions; each has a name of its own.",
        most_items=MOST_TOOLS,
        needs="takes_tools",
        on_page=True,
    ),
    Parameter(
        name="enable_thinking",
        # Ollama's name.
        aliases=("think",),
        kind="flag",
        description="Whether the model thinks, if it can do without.",
        servers=_OPEN_SERVERS,
        paths={"llamacpp": _TEMPLATE_THINKING, "vllm": _TEMPLATE_THINKING},
        needs="reasons",
        instead="Use reasoning_effort.",
    ),
    Parameter(
        name="verbosity",
        kind="choice",
        description="How long the answer should be.",
        choices=("low", "medium", "high"),
        neutral=("medium",),
        servers=_OPENAI,
    ),
    Parameter(
        name="logit_bias",
        kind="structured",
        description="Numbers from -100 to 100 that make tokens, by their id, more or less likely.",
        servers=TEMPLATES | {"openai"},
    ),
    *PASSED_ON,
)  # fmt: skip
BY_NAME: Mapping[str, Parameter] = {each.name: each for each in PARAMETERS}
# The name of the parameter that each other name stands for.
ALIASES: Mapping[str, str] = {alias: each.name for each in PARAMETERS for alias in each.aliases}
DEFAULT_RANGES: Mapping[str, Range] = {each.name: each.range for each in PARAMETERS if each.range}


def sent_to(dialect: str) -> list[tuple[Parameter, Path]]:
    """Return the parameters that servers of this dialect are sent, and their places in the body."""
    return [(each, each.path_for(dialect)) for each in PARAMETERS if dialect in each.servers]
