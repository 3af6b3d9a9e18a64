"""The shapes of websocket frames, from and to the page: docs/protocol.md."""

import json
import math
from typing import Any, Literal, NoReturn, TypeAlias
from uuid import UUID

import msgspec

from conversations.upstream.text import clean

# More than the longest message, so that a message that is too long gets a clear error.
FRAME_CHARACTERS = 512 * 1024
FRAME_DEPTH = 32


class BadFrame(Exception):
    """A frame that cannot be read. ``request_id`` is the frame's, where it has one."""

    def __init__(self, message: str, request_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.request_id = request_id


class Frame(msgspec.Struct, tag_field="type", kw_only=True, frozen=True):
    """Base of all frames from a page."""

    request_id: UUID | None = None


class TurnFrame(Frame, kw_only=True, frozen=True):
    """Base of frames that start a turn or make a copy. Their ``request_id`` makes a repeated frame
    harmless."""

    request_id: UUID


class TurnSend(TurnFrame, tag="turn.send", kw_only=True, frozen=True):
    conversation_id: UUID | None
    parent_id: UUID | None
    content: str
    model: str
    parameters: dict[str, Any] = {}
    system_message: str | None = None
    compared: tuple[str, ...] = ()


class TurnAnswerTools(TurnFrame, tag="turn.answer_tools", kw_only=True, frozen=True):
    message_id: UUID
    answers: dict[str, str]
    model: str
    parameters: dict[str, Any] = {}


class TurnRegenerate(TurnFrame, tag="turn.regenerate", kw_only=True, frozen=True):
    message_id: UUID
    model: str | None = None
    once: bool = False


class TurnContinue(TurnFrame, tag="turn.continue", kw_only=True, frozen=True):
    message_id: UUID


class GenerationFollow(Frame, tag="generation.follow", kw_only=True, frozen=True):
    generation_id: UUID
    after: int = 0


class GenerationAck(Frame, tag="generation.ack", kw_only=True, frozen=True):
    generation_id: UUID
    seq: int


class GenerationStop(Frame, tag="generation.stop", kw_only=True, frozen=True):
    generation_id: UUID


class ConversationOpen(Frame, tag="conversation.open", kw_only=True, frozen=True):
    conversation_id: UUID
    version: int = 0


class ConversationRename(Frame, tag="conversation.rename", kw_only=True, frozen=True):
    conversation_id: UUID
    title: str


class ConversationConfigure(Frame, tag="conversation.configure", kw_only=True, frozen=True):
    conversation_id: UUID
    model: str
    parameters: dict[str, Any] = {}
    system_message: str = ""


class ConversationShow(Frame, tag="conversation.show", kw_only=True, frozen=True):
    conversation_id: UUID
    head_id: UUID


class ConversationFind(Frame, tag="conversation.find", kw_only=True, frozen=True):
    conversation_id: UUID
    head_id: UUID
    text: str


class ConversationDelete(Frame, tag="conversation.delete", kw_only=True, frozen=True):
    conversation_id: UUID
    keep_links: bool = False


class ConversationRestore(Frame, tag="conversation.restore", kw_only=True, frozen=True):
    conversation_id: UUID


class MessageBranch(TurnFrame, tag="message.branch", kw_only=True, frozen=True):
    message_id: UUID


class MessageDelete(Frame, tag="message.delete", kw_only=True, frozen=True):
    message_id: UUID


class MessageRestore(Frame, tag="message.restore", kw_only=True, frozen=True):
    message_id: UUID


class MessageRate(Frame, tag="message.rate", kw_only=True, frozen=True):
    message_id: UUID
    value: Literal[-1, 0, 1]
    note: str = ""


class PresetSave(Frame, tag="preset.save", kw_only=True, frozen=True):
    name: str
    parameters: dict[str, Any] = {}
    system_message: str = ""
    is_default: bool = False


class PresetDelete(Frame, tag="preset.delete", kw_only=True, frozen=True):
    preset_id: int


class DefinitionSave(Frame, tag="definition.save", kw_only=True, frozen=True):
    kind: Literal["schema", "tool"]
    name: str
    definition: dict[str, Any]


class DefinitionDelete(Frame, tag="definition.delete", kw_only=True, frozen=True):
    definition_id: int


class Ping(Frame, tag="ping", kw_only=True, frozen=True):
    pass


PageFrame: TypeAlias = (
    TurnSend
    | TurnAnswerTools
    | TurnRegenerate
    | TurnContinue
    | GenerationFollow
    | GenerationAck
    | GenerationStop
    | ConversationOpen
    | ConversationRename
    | ConversationConfigure
    | ConversationShow
    | ConversationFind
    | ConversationDelete
    | ConversationRestore
    | MessageBranch
    | MessageDelete
    | MessageRestore
    | MessageRate
    | PresetSave
    | PresetDelete
    | DefinitionSave
    | DefinitionDelete
    | Ping
)


def read(text: str) -> PageFrame:
    """Parse a frame from JSON text. Raises :class:`BadFrame` if it is not valid.

    JSON is parsed before the shape is checked, so that the error for one bad value names the
    value and has the frame's ``request_id``.
    """
    value = _json(text)
    request_id = value.get("request_id") if isinstance(value, dict) else None
    known_id = request_id if isinstance(request_id, str) else None
    if _depth_exceeds(value, FRAME_DEPTH):
        raise BadFrame(f"The frame is nested deeper than {FRAME_DEPTH} levels.", known_id)
    try:
        frame: PageFrame = msgspec.convert(value, PageFrame)
    except msgspec.ValidationError as error:
        raise BadFrame(f"The frame is not valid: {error}.", known_id) from error
    return frame


def _json(text: str) -> Any:
    if len(text) > FRAME_CHARACTERS:
        raise BadFrame(f"The frame has more than {FRAME_CHARACTERS} characters.")
    try:
        return _storable(json.loads(text, parse_constant=_no_such_number, parse_float=_finite))
    except (ValueError, RecursionError) as error:
        raise BadFrame("The frame is not JSON.") from error


def _storable(value: Any) -> Any:
    """The value with all text made storable: JSON can hold lone surrogates and NUL."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _storable(item) for key, item in value.items()}
    return value


def _no_such_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number.")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"The number {digits[:20]} is too large.")
    return number


def _depth_exceeds(value: Any, depth: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return depth == 0 or any(_depth_exceeds(item, depth - 1) for item in value)


def write(frame_type: str, **fields: Any) -> str:
    """Encode a frame to the page as JSON text."""
    return msgspec.json.encode({"type": frame_type, **fields}).decode()


def write_events(generation_id: UUID, seq: int, payloads: list[str]) -> str:
    """Encode a ``generation.events`` frame around payloads that already are JSON text."""
    events = ",".join(payloads)
    head = f'{{"type":"generation.events","generation_id":"{generation_id}"'
    return f'{head},"seq":{seq},"events":[{events}]}}'
