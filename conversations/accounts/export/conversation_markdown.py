"""A conversation as Markdown, for reading: the branch that its page shows."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.accounts.export.conversation_tree import Tree
from conversations.models import Conversation, Message
from conversations.sharing.article import message_markdown
from conversations.sharing.endings import ending_of


def conversation_as_markdown(tree: Tree) -> Iterator[str]:
    """The file, in pieces."""
    conversation, branch = tree.conversation, tree.branch()
    yield f"# {conversation.title}\n\n{_about(conversation, tree.size - len(branch))}\n"
    if conversation.system_message:
        yield f"\n## {_('System message')}\n\n{conversation.system_message}\n"
    calls: dict[str, str] = {}
    for part in tree.parts(branch):
        for message in part:
            yield f"\n{_message(message, conversation.user.get_username(), calls)}\n"


def _about(conversation: Conversation, others: int) -> str:
    lines = [_("Begun %s.") % _day(conversation.created_at)]
    if conversation.deleted_at:
        lines.append(_("Deleted %s.") % _day(conversation.deleted_at))
    if others:
        text = ngettext(
            "%s message of other versions is in the JSON file beside this one.",
            "%s messages of other versions are in the JSON file beside this one.",
            others,
        )
        lines.append(text % others)
    return " ".join(lines)


def _day(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _message(message: Message, author: str, calls: dict[str, str]) -> str:
    """The message below its name. ``calls`` collects the called functions by the ids of calls."""
    called = [each.get("function", {}) for each in message.tool_calls]
    for call, function in zip(message.tool_calls, called, strict=True):
        calls[str(call.get("id", ""))] = str(function.get("name", ""))
    shown: dict[str, Any] = {
        "role": message.role,
        "content": message.content,
        "reasoning_content": message.reasoning_content,
        "model": message.model_name,
        "ending": ending_of(message),
        "name": calls.get(message.tool_call_id, ""),
        "tool_calls": [
            {"name": each.get("name", ""), "arguments": each.get("arguments", "")}
            for each in called
        ],
    }
    return message_markdown(shown, {"author": author})
