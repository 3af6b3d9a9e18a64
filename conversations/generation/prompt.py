"""From a generation to the request that its provider gets."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from conversations.catalog.parameters import clamped
from conversations.catalog.providers import address_policy
from conversations.generation.context import TrimmedBranch
from conversations.models import Conversation, Generation, LanguageModel, Message, Provider
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

# These servers continue an assistant message that stands last; the others are asked in words.
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
    """A request, the model that answers it, the addresses that its server may have, and what the
    model may say again before it goes on."""

    request: CompletionRequest
    model: LanguageModel
    policy: AddressPolicy
    echo: str

    @property
    def choices(self) -> int:
        """How many answers are asked for."""
        return self.request.n or 1


def call_for(generation: Generation, branch: Sequence[Message], continued: Message | None) -> Call:
    """The request of a generation: the branch above its answer, in the order of the talk, and
    what there is of an answer that is to go on."""
    model = generation.language_model
    if model is None:
        raise LanguageModel.DoesNotExist
    body = {
        **clamped(model, generation.parameters),
        "model": model.upstream_name,
        "messages": [],
        "stream": True,
    }
    echo = continued.content if continued else ""
    messages = [*_above(generation, branch), *_so_far(echo, model)]
    request = msgspec.structs.replace(
        CompletionRequest.from_wire(body),
        messages=tuple(messages),
        replay_reasoning=replay_of(model),
    )
    return Call(request, model, address_policy(), echo)


def stored_request(call: Call, kept: TrimmedBranch) -> dict[str, Any]:
    """What is kept of a request for those who want to know how it was asked: in place of the
    messages, how many of the branch there were, and in place of a text to continue, its length."""
    body = call.request.to_wire(DIALECTS[call.model.provider.dialect])
    return {**body, "messages": len(kept.messages), "continued": len(call.echo)}


def replay_of(model: LanguageModel) -> ReplayReasoning | None:
    """Where reasoning goes back to the model; None: as is usual for its kind of server."""
    return _REPLAY.get(model.reasoning_policy)


def request_for(answer: Message) -> dict[str, Any]:
    """The request that an answer was asked for with, as its provider got it; {} if none was made.

    Its messages are read anew from the branch: it never changes, the system message of the
    conversation may have. None where the model is no more.
    """
    generation = answer.generation
    if generation is None or not generation.request:
        return {}
    kept = dict(generation.request)
    # 0, the whole of it, for answers of a time when the numbers were not kept.
    sent, continued = kept.pop("messages", 0), kept.pop("continued", 0)
    model = generation.language_model
    if model is None:
        return {**kept, "messages": []}
    above = _above(generation, answer.branch()[:-1][-sent:])
    messages = (*above, *_so_far(answer.content[:continued], model))
    return {**kept, "messages": _on_the_wire(messages, model)}


def _on_the_wire(messages: tuple[ChatMessage, ...], model: LanguageModel) -> list[dict[str, Any]]:
    request = CompletionRequest(
        model=model.upstream_name, messages=messages, replay_reasoning=replay_of(model)
    )
    wire: list[dict[str, Any]] = request.to_wire(DIALECTS[model.provider.dialect])["messages"]
    return wire


def _above(generation: Generation, branch: Sequence[Message]) -> list[ChatMessage]:
    said = _system(generation.conversation)
    system = [ChatMessage(role="system", content=said)] if said else []
    return [*system, *map(_message, branch)]


def _system(conversation: Conversation | None) -> str:
    return conversation.system_message if conversation else ""


def _so_far(content: str, model: LanguageModel) -> list[ChatMessage]:
    if not content:
        return []
    said = ChatMessage(role="assistant", content=content)
    if model.provider.dialect in PREFILLING:
        return [said]
    return [said, ChatMessage(role="user", content=CONTINUE)]


def _message(message: Message) -> ChatMessage:
    calls = tuple(_tool_call(call) for call in message.tool_calls)
    # Whether it goes back is the model's policy, or else that of its kind of server.
    reasoning = message.reasoning_content or ("" if calls else None)
    return ChatMessage(
        role=_ROLES[message.role],
        content=message.content,
        reasoning_content=reasoning,
        tool_calls=calls,
        tool_call_id=message.tool_call_id or None,
    )


def _tool_call(call: dict[str, object]) -> ToolCall:
    known = ToolCallTranscript.from_wire(call)
    return ToolCall(id=known.id, name=known.name, arguments=known.arguments, extra=known.extra)


class EchoFilter:
    """Takes away what an answer repeats of the text that it was asked to continue.

    llama.cpp says the whole of it again, and models that were asked in words often begin anew.
    """

    def __init__(self, echo: str) -> None:
        self._expected = echo
        self._held = ""

    def feed(self, content: str) -> str:
        """What of ``content`` is new; text that may still turn out an echo is held back."""
        if not self._expected:
            return content
        self._held += content
        if self._expected.startswith(self._held):
            return ""
        return self._release()

    def flush(self) -> str:
        """What was held back and is no echo, at the end of the answer."""
        if self._held == self._expected:
            self._held = ""
        return self._release()

    def _release(self) -> str:
        fresh = self._held.removeprefix(self._expected)
        self._expected = self._held = ""
        return fresh
