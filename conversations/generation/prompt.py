"""Builds the request of a generation for its provider."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from conversations.catalog.parameters import with_defaults
from conversations.catalog.providers import address_policy
from conversations.generation.context import TrimmedBranch
from conversations.models import Conversation, Generation, LanguageModel, Message, Provider
from conversations.quotas.lease import Lease
from conversations.quotas.reservation import Granted
from conversations.transcript import ToolCallTranscript
from conversations.upstream import (
    DIALECTS,
    AddressPolicy,
    ChatMessage,
    CompletionRequest,
    ReplayReasoning,
    Role,
    ToolCall,
)

# These servers continue an assistant message at the end; the others get an instruction.
PREFILLING = {Provider.Dialect.LLAMACPP, Provider.Dialect.VLLM, Provider.Dialect.OLLAMA}
_REPLAY: dict[str, ReplayReasoning] = {
    LanguageModel.ReasoningPolicy.TOOL_TURNS: "tool_turns",
    LanguageModel.ReasoningPolicy.ALWAYS: "always",
    LanguageModel.ReasoningPolicy.NEVER: "never",
}
CONTINUE = "Continue exactly where you stopped. Do not repeat what you have already written."


_ROLES: dict[str, Role] = {
    Message.Role.USER: "user",
    Message.Role.ASSISTANT: "assistant",
    Message.Role.TOOL: "tool",
}


class Call(NamedTuple):
    """A request with its model, the address policy, the text that the model may repeat before it
    continues (``echo``), and the lease of its tokens."""

    request: CompletionRequest
    model: LanguageModel
    policy: AddressPolicy
    echo: str
    lease: Lease

    @property
    def choices(self) -> int:
        """The number of requested answers."""
        return self.request.n or 1


def call_for(
    generation: Generation, branch: Sequence[Message], continued: Message | None, granted: Granted
) -> Call:
    """Build the call of a generation: the branch above its answer, oldest first, the text of an
    answer to continue, and the length that its limits grant."""
    model = generation.language_model
    if model is None:
        raise LanguageModel.DoesNotExist
    body = {
        **with_defaults(model, {**generation.parameters, "max_tokens": granted.max_tokens}),
        "model": model.upstream_name,
        "messages": [],
        "stream": True,
    }
    echo = continued.content if continued else ""
    messages = [*_above(generation, branch), *_text_so_far(echo, model)]
    request = msgspec.structs.replace(
        CompletionRequest.from_wire(body),
        messages=tuple(messages),
        replay_reasoning=replay_of(model),
        extra_body=model.extra_body,
    )
    return Call(request, model, address_policy(), echo, granted.lease)


def stored_request(call: Call, trimmed: TrimmedBranch) -> dict[str, Any]:
    """Return the request as the details of an answer show it later: with the number of messages in
    place of the messages, and the length in place of a text to continue."""
    body = call.request.to_wire(DIALECTS[call.model.provider.dialect])
    return {**body, "messages": len(trimmed.messages), "continued": len(call.echo)}


def replay_of(model: LanguageModel) -> ReplayReasoning | None:
    """Return the model's policy on sending reasoning again; None for the dialect's."""
    return _REPLAY.get(model.reasoning_policy)


def request_for(answer: Message) -> dict[str, Any]:
    """Return the request of an answer as its provider got it; {} if there was none.

    Its messages are read from the branch, which never changes; the system message of the
    conversation may have changed. There are no messages if the model was deleted.
    """
    generation = answer.generation
    if generation is None or not generation.request:
        return {}
    stored = dict(generation.request)
    sent, continued = stored.pop("messages", 0), stored.pop("continued", 0)
    model = generation.language_model
    if model is None:
        return {**stored, "messages": []}
    above = _above(generation, answer.branch()[:-1][-sent:])
    messages = (*above, *_text_so_far(answer.content[:continued], model))
    return {**stored, "messages": _wire_messages(messages, model)}


def _wire_messages(messages: tuple[ChatMessage, ...], model: LanguageModel) -> list[dict[str, Any]]:
    request = CompletionRequest(
        model=model.upstream_name, messages=messages, replay_reasoning=replay_of(model)
    )
    wire: list[dict[str, Any]] = request.to_wire(DIALECTS[model.provider.dialect])["messages"]
    return wire


def _above(generation: Generation, branch: Sequence[Message]) -> list[ChatMessage]:
    text = _system_message(generation.conversation)
    system = [ChatMessage(role="system", content=text)] if text else []
    return [*system, *map(_message, branch)]


def _system_message(conversation: Conversation | None) -> str:
    return conversation.system_message if conversation else ""


def _text_so_far(content: str, model: LanguageModel) -> list[ChatMessage]:
    if not content:
        return []
    message = ChatMessage(role="assistant", content=content)
    if model.provider.dialect in PREFILLING:
        return [message]
    return [message, ChatMessage(role="user", content=CONTINUE)]


def _message(message: Message) -> ChatMessage:
    calls = tuple(_tool_call(call) for call in message.tool_calls)
    # The policy of the model, or else of its dialect, decides later if it is sent.
    reasoning = message.reasoning_content or ("" if calls else None)
    return ChatMessage(
        role=_ROLES[message.role],
        content=message.content,
        reasoning_content=reasoning,
        tool_calls=calls,
        tool_call_id=message.tool_call_id or None,
    )


def _tool_call(call: dict[str, object]) -> ToolCall:
    transcript = ToolCallTranscript.from_wire(call)
    return ToolCall(
        id=transcript.id,
        name=transcript.name,
        arguments=transcript.arguments,
        extra=transcript.extra,
    )
