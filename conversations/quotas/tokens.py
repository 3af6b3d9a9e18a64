"""Token counts: an upper bound for a request, and estimates for a text."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from conversations.models import LanguageModel, Message
from conversations.upstream import ChatMessage, CompletionRequest

# Roles, separators and words of the chat template around each message, and around the request.
TOKENS_A_MESSAGE = 16
TOKENS_A_REQUEST = 64
# English has about four bytes a token; other languages have fewer, which the bound covers.
BYTES_A_TOKEN = 4
# Code, and most texts in other scripts, are within this.
CAREFUL_BYTES_A_TOKEN = 3
# A shorter answer is of less use than the refusal, upon which programs shorten the prompt.
LEAST_ROOM = 256
# A stream whose pieces are this short on average sends a token in each.
SHORT_PIECE_BYTES = 16
# Counts of a provider below this part of our own estimate are not believed.
PLAUSIBLE_PART = 1 / 8
# Beyond what was asked for, servers count tokens of their template and a little reasoning.
UNSEEN_TOKENS = 1_024
# Some servers count one of several choices, which is half of two equal ones.
PLAUSIBLE_PART_OF_SEVERAL = 2 / 3


class PromptSize(NamedTuple):
    """Two estimates of the tokens of a prompt: one that is seldom too low, and the likely one."""

    careful: int
    estimate: int


def prompt_size(
    branch: Sequence[Message],
    parameters: Mapping[str, Any],
    model: LanguageModel,
    system_message: str = "",
) -> PromptSize:
    """The size of a branch as a prompt for ``model``.

    Text whose tokens the provider has counted, on the same branch and model, has that count.
    """
    counted, rest = _counted(branch, model)
    extra = len(msgspec.json.encode([parameters.get("tools"), parameters.get("response_format")]))
    replays = model.reasoning_policy == LanguageModel.ReasoningPolicy.ALWAYS
    fresh = sum(message_bytes(message, replays=replays) for message in rest)
    # Not part of the counted text: they may have been added or changed since.
    fresh += extra + len(system_message.encode())
    return _size(fresh, len(rest), counted)


def request_size(request: CompletionRequest, model: LanguageModel) -> PromptSize:
    """The size of a request that belongs to no conversation: nothing of it has a count."""
    always = model.reasoning_policy == LanguageModel.ReasoningPolicy.ALWAYS
    fresh = sum(_wire_bytes(message, replays=always) for message in request.messages)
    wanted = request.response_format
    extra = [[tool.to_wire() for tool in request.tools], wanted.to_wire() if wanted else None]
    fresh += len(msgspec.json.encode(extra))
    if request.others:
        # Some of what is passed on, such as variables of the chat template, is part of the prompt.
        fresh += len(msgspec.json.encode(request.others))
    return _size(fresh, len(request.messages))


def _size(fresh_bytes: int, messages: int, counted: int = 0) -> PromptSize:
    # Limits hold the careful one. With a token for each byte, which is what no prompt can exceed,
    # they would refuse requests that use a third of what is left, and some of them for ever.
    overhead = TOKENS_A_REQUEST + TOKENS_A_MESSAGE * messages
    careful = counted + fresh_bytes // CAREFUL_BYTES_A_TOKEN + overhead
    return PromptSize(careful, counted + fresh_bytes // BYTES_A_TOKEN + messages * 4)


def fitting_length(asked: int, prompt: PromptSize, context_length: int | None) -> int:
    """The ``max_tokens`` that fits into the context beside the prompt, up to the one asked for.

    Servers refuse a request whose prompt and ``max_tokens`` together are longer than the context.
    Where the estimate says so, the prompt is counted with care if that leaves room for an answer. A
    prompt that leaves none is left for the server to refuse, in its own words.
    """
    if context_length is None or asked + prompt.estimate <= context_length:
        return asked
    for counted in (prompt.careful, prompt.estimate):
        if (room := context_length - counted) >= LEAST_ROOM:
            return min(asked, room)
    return asked


def _wire_bytes(message: ChatMessage, *, replays: bool) -> int:
    calls = message.tool_calls
    called = msgspec.json.encode([call.to_wire() for call in calls]) if calls else b""
    reasoning = message.reasoning_content if calls or replays else None
    texts = [message.content, reasoning or "", message.name or "", message.tool_call_id or ""]
    return len(called) + sum(len(text.encode()) for text in texts)


def _counted(branch: Sequence[Message], model: LanguageModel) -> tuple[int, Sequence[Message]]:
    for index in range(len(branch) - 1, -1, -1):
        generation = branch[index].generation
        if generation and generation.is_counted and generation.language_model_id == model.pk:
            return (generation.prompt_tokens or 0) + (generation.completion_tokens or 0), branch[
                index + 1 :
            ]
    return 0, branch


def message_bytes(message: Message, *, replays: bool = False) -> int:
    """The bytes of a message in a request; with its reasoning where that is sent back."""
    calls = len(msgspec.json.encode(message.tool_calls)) if message.tool_calls else 0
    reasoning = len(message.reasoning_content.encode()) if calls or replays else 0
    return len(message.content.encode()) + calls + reasoning


def about(text_bytes: int, pieces: int = 0) -> int:
    """An estimate of the tokens of a generated text that came in ``pieces`` (0: unknown)."""
    if pieces and text_bytes / pieces <= SHORT_PIECE_BYTES:
        return pieces
    return -(-text_bytes // BYTES_A_TOKEN)


def is_plausible(
    completion_tokens: int, text_bytes: int, pieces: int, choices: int, *, longest: int
) -> bool:
    """True if a provider's count of completion tokens can be right for the text that was seen.

    Servers count what they do not send, such as reasoning: up to ``longest``, which the request and
    the model allow. A count above that needs a text that can have that many tokens, none of which
    is shorter than a byte.
    """
    part = PLAUSIBLE_PART if choices == 1 else PLAUSIBLE_PART_OF_SEVERAL
    most = max(longest, text_bytes) + UNSEEN_TOKENS
    return about(text_bytes, pieces) * part <= completion_tokens <= most
