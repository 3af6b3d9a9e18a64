"""The parameters that are passed on as they came: rows of the table that nothing here reads."""

from .parameter import Parameter

# Any compatible server may know what these do; the others named are known to.
VLLM = frozenset({"vllm", "generic"})
TEMPLATES = VLLM | {"llamacpp"}
_JSON_INSTEAD = "Use response_format with a JSON schema."
_THINKING_INSTEAD = "Use enable_thinking, thinking_budget or reasoning_effort."

PASSED_ON = (
    Parameter(
        name="chat_template_kwargs",
        kind="json",
        description="Variables of the model's chat template.",
        types=("object",),
        servers=TEMPLATES,
    ),
    Parameter(
        name="guided_json",
        kind="json",
        description="A JSON schema that the answer follows, as vLLM has it.",
        types=("object", "string"),
        servers=VLLM,
        instead=_JSON_INSTEAD,
    ),
    Parameter(
        name="guided_regex",
        kind="json",
        description="A regular expression that the answer follows, as vLLM has it.",
        types=("string",),
        servers=VLLM,
    ),
    Parameter(
        name="guided_choice",
        kind="json",
        description="Texts of which the answer is one, as vLLM has it.",
        types=("array",),
        servers=VLLM,
        instead=_JSON_INSTEAD,
    ),
    Parameter(
        name="guided_grammar",
        kind="json",
        description="A grammar that the answer follows, as vLLM has it.",
        types=("string",),
        servers=VLLM,
    ),
    Parameter(
        name="structured_outputs",
        kind="json",
        description="A form that the answer follows, as vLLM has it.",
        types=("object",),
        servers=VLLM,
        instead=_JSON_INSTEAD,
    ),
    Parameter(
        name="grammar",
        kind="json",
        description="A grammar that the answer follows, as llama.cpp has it.",
        types=("string",),
        servers=frozenset({"llamacpp", "generic"}),
        instead=_JSON_INSTEAD,
    ),
    Parameter(
        name="thinking",
        kind="json",
        description="Whether and how much the model thinks, as some servers have it.",
        types=("object",),
        servers=frozenset({"generic"}),
        instead=_THINKING_INSTEAD,
    ),
    Parameter(
        name="reasoning",
        kind="json",
        description="Whether and how much the model thinks, as OpenRouter has it.",
        types=("object",),
        servers=frozenset({"generic"}),
        instead=_THINKING_INSTEAD,
    ),
    Parameter(
        name="web_search_options",
        kind="json",
        description="How a model that searches the web does so; {} as is usual.",
        types=("object",),
        empty_is_set=True,
        servers=frozenset({"openai", "generic"}),
    ),
)
