"""The models on SiliconFlow's chat-completions page, with their capabilities.

``GET /models`` returns names only, so the capabilities are listed here.
"""

from dataclasses import dataclass
from typing import Any

# From the page: max_tokens is 512 by default, so that most answers are no longer. The service
# counts reasoning separately, at most 32,768 tokens.
DEFAULT_MAX_TOKENS = 512
REASONING_TOKENS = 32_768


@dataclass(frozen=True)
class KnownModel:
    """A model of the page. ``context_length`` is None if the service does not state it."""

    name: str
    reasons: bool = False
    context_length: int | None = None

    def fields(self) -> dict[str, Any]:
        """Return the first values of its record."""
        return {
            "reasons": self.reasons,
            "context_length": self.context_length,
            "default_max_tokens": DEFAULT_MAX_TOKENS,
            "reasoning_tokens": REASONING_TOKENS if self.reasons else 0,
        }


# The Qwen 2 and 2.5 Instruct models are published with 32,768 positions; the one with more has
# them in its name.
_QWEN = 32_768

SILICONFLOW = (
    KnownModel("Qwen/QwQ-32B", reasons=True),
    KnownModel("Pro/deepseek-ai/DeepSeek-R1", reasons=True),
    KnownModel("Pro/deepseek-ai/DeepSeek-V3"),
    KnownModel("deepseek-ai/DeepSeek-R1", reasons=True),
    KnownModel("deepseek-ai/DeepSeek-V3"),
    KnownModel("deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", reasons=True),
    KnownModel("deepseek-ai/DeepSeek-R1-Distill-Qwen-14B", reasons=True),
    KnownModel("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", reasons=True),
    KnownModel("deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", reasons=True),
    KnownModel("Pro/deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", reasons=True),
    KnownModel("Pro/deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", reasons=True),
    KnownModel("deepseek-ai/DeepSeek-V2.5"),
    KnownModel("Qwen/Qwen2.5-72B-Instruct-128K", context_length=131_072),
    KnownModel("Qwen/Qwen2.5-72B-Instruct", context_length=_QWEN),
    KnownModel("Qwen/Qwen2.5-32B-Instruct", context_length=_QWEN),
    KnownModel("Qwen/Qwen2.5-14B-Instruct", context_length=_QWEN),
    KnownModel("Qwen/Qwen2.5-7B-Instruct", context_length=_QWEN),
    KnownModel("Qwen/Qwen2.5-Coder-32B-Instruct", context_length=_QWEN),
    KnownModel("Qwen/Qwen2.5-Coder-7B-Instruct", context_length=_QWEN),
    KnownModel("Qwen/Qwen2-7B-Instruct", context_length=_QWEN),
    KnownModel("Qwen/Qwen2-1.5B-Instruct", context_length=_QWEN),
    # Its reasoning is part of the answer and not separate.
    KnownModel("Qwen/QwQ-32B-Preview"),
    KnownModel("TeleAI/TeleChat2"),
    KnownModel("THUDM/glm-4-9b-chat"),
    KnownModel("Vendor-A/Qwen/Qwen2.5-72B-Instruct"),
    KnownModel("internlm/internlm2_5-7b-chat"),
    KnownModel("internlm/internlm2_5-20b-chat"),
    KnownModel("Pro/Qwen/Qwen2.5-7B-Instruct", context_length=_QWEN),
    KnownModel("Pro/Qwen/Qwen2-7B-Instruct", context_length=_QWEN),
    KnownModel("Pro/Qwen/Qwen2-1.5B-Instruct", context_length=_QWEN),
    KnownModel("Pro/THUDM/chatglm3-6b"),
    KnownModel("Pro/THUDM/glm-4-9b-chat"),
)
_BY_NAME = {known.name: known for known in SILICONFLOW}


def known_fields(name: str) -> dict[str, Any]:
    """Return the first values of a SiliconFlow model's record; {} for an unknown name."""
    known = _BY_NAME.get(name)
    return known.fields() if known else {}
