"""Projects a conversation to what a reader gets: the fields named here, masked, and no others."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.models import Conversation, Message, title_from
from conversations.refusal import Refused
from conversations.sharing import article
from conversations.sharing.endings import ending_of
from conversations.sharing.json_text import dumped, indented
from conversations.sharing.markdown import Rendered, rendered
from conversations.sharing.masking import Masks
from conversations.sharing.selection import LONGEST_TITLE, Selection, selected_messages

Snapshot = dict[str, Any]
# These parameters describe tools: they are shown only where tool calls are.
_OF_TOOLS = {"tools", "tool_choice", "parallel_tool_calls"}
# Covering a block can join text that then holds a string again. After three rounds the whole
# text is covered.
_ROUNDS = 3
# The kinds that the renderer counts.
_LINE_BREAK = re.compile(r"\r\n?|\n")


@dataclass(frozen=True)
class Projection:
    """The shown part of a conversation: as JSON, and as the HTML of the shared page."""

    snapshot: Snapshot
    article: str

    @property
    def title(self) -> str:
        """The title that readers see."""
        return str(self.snapshot["title"])


def project(conversation: Conversation, selection: Selection) -> Projection:
    """Make the projection of a selection. Raises what :func:`selected_messages` raises."""
    messages = selected_messages(conversation, selection)
    snapshot = snapshot_of(conversation, messages, selection)
    return Projection(snapshot, article.to_html(snapshot))


def snapshot_of(
    conversation: Conversation, messages: Sequence[Message], selection: Selection
) -> Snapshot:
    """The snapshot of messages, with the parts that the selection shows."""
    masks, calls = Masks(selection.masks), _Calls(messages)
    shown = [(each.parent_id, _message(each, selection, masks, calls)) for each in messages]
    snapshot: Snapshot = {
        "title": masks.text(_title(conversation, messages, selection, masks))[:LONGEST_TITLE],
        "messages": _with_numbers([(parent, each) for parent, each in shown if each]),
    }
    if selection.shows("author"):
        snapshot["author"] = masks.text(
            conversation.user.get_full_name() or conversation.user.get_username()
        )
    if selection.shows("system_message") and conversation.system_message:
        snapshot["system_message"] = masks.text(conversation.system_message)
    if selection.shows("parameters") and conversation.parameters:
        snapshot["parameters"] = _masked_json(dumped(_parameters(conversation, selection)), masks)
    return snapshot


def _with_numbers(shown: list[tuple[UUID | None, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Number the answers to one message, which readers would take for a conversation."""
    together = Counter(parent for parent, _message in shown)
    numbers: Counter[UUID | None] = Counter()
    for parent, message in shown:
        numbers[parent] += 1
        if together[parent] > 1:
            message["alternative"] = [numbers[parent], together[parent]]
    return [message for _parent, message in shown]


def _title(
    conversation: Conversation, messages: Sequence[Message], selection: Selection, masks: Masks
) -> str:
    """The title. One that was made from a hidden message is replaced.

    A title made from a message is made from its masked text: if the text were cut first, the
    title could end with the beginning of a masked string, which could not be recognised.
    """
    if title := " ".join(selection.title.split()):
        return title
    first = conversation.messages.filter(parent=None).values_list("pk", "content")
    origins = {key: content for key, content in first if title_from(content) == conversation.title}
    if not origins:
        return conversation.title
    asked = (each.content for each in messages if each.role == Message.Role.USER)
    shown = (origins[message.pk] for message in messages if message.pk in origins)
    return title_from(masks.text(next(shown, next(asked, "")))) or _("A conversation")


def _parameters(conversation: Conversation, selection: Selection) -> dict[str, Any]:
    left_out = set() if selection.shows("tool_calls") else _OF_TOOLS
    return {name: value for name, value in conversation.parameters.items() if name not in left_out}


class _Calls:
    """Numbers for the tool calls of the messages, in place of the provider's ids."""

    def __init__(self, messages: Sequence[Message]) -> None:
        calls = [call for message in messages for call in message.tool_calls]
        self._numbers = {call["id"]: f"call_{number}" for number, call in enumerate(calls, 1)}
        self._names = {call["id"]: call["function"]["name"] for call in calls}

    def number(self, call_id: str) -> str:
        return str(self._numbers.get(call_id, ""))

    def name(self, call_id: str) -> str:
        return str(self._names.get(call_id, ""))


def _message(
    message: Message, selection: Selection, masks: Masks, calls: _Calls
) -> dict[str, Any] | None:
    """One message of the snapshot; None where nothing of it is shown."""
    match message.role:
        case Message.Role.USER:
            return {"role": "user", "content": masks.text(message.content)}
        case Message.Role.TOOL:
            return _tool_answer(message, masks, calls)
    ending = ending_of(message)
    if ending:
        _cover_beginnings(message, masks)
    shown = _answer(message, selection, masks)
    if ending:
        shown["ending"] = ending
    if selection.shows("reasoning") and message.reasoning_content:
        shown["reasoning_content"] = _masked_markdown(message.reasoning_content, masks)
        shown["reasoning_ms"] = message.reasoning_ms
    if selection.shows("tool_calls") and message.tool_calls:
        shown["tool_calls"] = [_call(call, masks, calls) for call in message.tool_calls]
    parts = {"ending", "reasoning_content", "tool_calls"}
    has_text = shown["content"] or not parts.isdisjoint(shown)
    if selection.shows("model_names") and message.model_name:
        shown["model"] = masks.text(message.model_name)
    return shown if has_text else None


def _cover_beginnings(message: Message, masks: Masks) -> None:
    """Cover, at the end of each text that may be cut, what may begin a masked string."""
    message.content = masks.unfinished(message.content)
    message.reasoning_content = masks.unfinished(message.reasoning_content)
    for call in message.tool_calls:
        function = call["function"]
        function["arguments"] = masks.unfinished(function["arguments"])


def _answer(message: Message, selection: Selection, masks: Masks) -> dict[str, Any]:
    asked = message.generation.parameters.get("response_format") if message.generation else None
    if isinstance(asked, dict) and asked.get("type") in {"json_object", "json_schema"}:
        return {
            "role": "assistant",
            "content": _masked_json(message.content, masks),
            "is_json": True,
        }
    return {"role": "assistant", "content": _masked_markdown(message.content, masks)}


def _tool_answer(message: Message, masks: Masks, calls: _Calls) -> dict[str, Any]:
    return {
        "role": "tool",
        "content": _masked_json(message.content, masks),
        "tool_call_id": calls.number(message.tool_call_id),
        "name": masks.text(calls.name(message.tool_call_id)),
    }


def _call(call: dict[str, Any], masks: Masks, calls: _Calls) -> dict[str, Any]:
    return {
        "id": calls.number(call["id"]),
        "name": masks.text(call["function"]["name"]),
        "arguments": _masked_json(call["function"]["arguments"], masks),
    }


def _masked_json(text: str, masks: Masks) -> str:
    """JSON text, masked before and after indenting, because decoding can join a string."""
    return masks.text(indented(masks.json(text)))


def _masked_markdown(source: str, masks: Masks) -> str:
    """Markdown in which no masked string can be read, not even after rendering.

    ``se[cr](https://example.org)et`` shows the word only when it is rendered: a block whose
    rendered text still holds a string is covered as a whole.
    """
    if not masks:
        return source
    covered = masks.text(source)
    for _round in range(_ROUNDS):
        shown = _rendered_whole(covered)
        if not masks.occur_in(shown.visible_text):
            return covered
        covered = _without_blocks(covered, shown, masks)
    return masks.cover


def _rendered_whole(source: str) -> Rendered:
    """The text as a browser shows it. A reader may have it rendered, where we could not look."""
    shown = rendered(source)
    if not shown.is_complete:
        text = _(
            "One of the messages cannot be searched for what you cover. Leave out long messages "
            "with many formulas, or try again later."
        )
        raise Refused("not_searched", text, "masks")
    return shown


def _without_blocks(source: str, shown: Rendered, masks: Masks) -> str:
    lines = _LINE_BREAK.split(source)
    for block in reversed(shown.blocks):
        if masks.occur_in(block.text):
            lines[block.first : block.last] = [masks.cover, ""]
    return masks.text("\n".join(lines))
