"""Selections: the part of a conversation that an author chooses to share."""

from typing import Literal
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from conversations import access
from conversations.generation.text_so_far import with_text_so_far
from conversations.models import Conversation, Message
from conversations.refusal import Refused

Omission = Literal[
    "reasoning", "system_message", "parameters", "tool_calls", "model_names", "author"
]
# Left out by default: instructions and reasoning, which are no part of the messages, and the
# author's name.
DEFAULT_OMISSIONS: tuple[Omission, ...] = (
    "reasoning",
    "system_message",
    "parameters",
    "author",
)
MOST_MASKS = 100
LONGEST_MASK = 10_000
# A single character is in every text.
SHORTEST_MASK = 2
LONGEST_TITLE = 200
MOST_MESSAGES = 2_000
MOST_CHARACTERS = 3_000_000


class Selection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The branch that ends with ``leaf_id``, or only its messages in ``message_ids``.

    ``alternative_ids`` are answers below the leaf of which the author has kept none: they follow
    it one after another, since side by side they are what the author sees.

    The parts in ``omit`` are left out, and each string of ``masks`` is covered wherever it
    occurs. An empty ``title`` means the conversation's.
    """

    leaf_id: UUID
    alternative_ids: tuple[UUID, ...] = ()
    message_ids: tuple[UUID, ...] | None = None
    omit: tuple[Omission, ...] = DEFAULT_OMISSIONS
    masks: tuple[str, ...] = ()
    title: str = ""

    def shows(self, part: Omission) -> bool:
        """True if the part is not left out."""
        return part not in self.omit


def selected_messages(conversation: Conversation, selection: Selection) -> list[Message]:
    """The selected messages, oldest first, with the text so far of those being written.

    Raises :class:`Refused` where they cannot be shared, and :class:`access.NotFound` where a
    message is not in the branch.
    """
    _check_strings(selection)
    branch = _branch(conversation, selection.leaf_id)
    branch += _alternatives(conversation, selection)
    messages = branch if selection.message_ids is None else _subset(branch, selection.message_ids)
    if not selection.shows("tool_calls"):
        messages = [each for each in messages if each.role != Message.Role.TOOL]
    if not messages:
        raise Refused("empty", _("Choose at least one message to share."), "message_ids")
    messages = [with_text_so_far(each) for each in messages]
    _check_length(messages)
    return messages


def _branch(conversation: Conversation, leaf_id: UUID) -> list[Message]:
    leaf = conversation.messages.filter(pk=leaf_id).first()
    branch = leaf.branch() if leaf else []
    if not branch or any(each.deleted_at for each in branch):
        raise access.NotFound
    return branch


def _alternatives(conversation: Conversation, selection: Selection) -> list[Message]:
    if not selection.alternative_ids:
        return []
    below = conversation.messages.filter(
        parent=selection.leaf_id, role=Message.Role.ASSISTANT, deleted_at=None
    )
    by_id = {each.pk: each for each in below.select_related("generation")}
    ids = dict.fromkeys(selection.alternative_ids)
    if not by_id.keys() >= ids.keys():
        raise access.NotFound
    return [by_id[each] for each in ids]


def _subset(branch: list[Message], ids: tuple[UUID, ...]) -> list[Message]:
    wanted = set(ids)
    if not wanted <= {each.pk for each in branch}:
        raise access.NotFound
    return [each for each in branch if each.pk in wanted]


def _check_strings(selection: Selection) -> None:
    if len(selection.title) > LONGEST_TITLE:
        text = _("The title can have at most %s characters.")
        raise Refused("too_long", text % LONGEST_TITLE, "title")
    if len(selection.masks) > MOST_MASKS:
        text = _("You can mask at most %s strings.")
        raise Refused("too_many", text % MOST_MASKS, "masks")
    for mask in selection.masks:
        if len(mask.strip()) < SHORTEST_MASK:
            text = _("“%s” is too short to mask. A string to mask needs at least two characters.")
            raise Refused("too_short", text % mask, "masks")
        if len(mask) > LONGEST_MASK:
            text = _("A string to mask can have at most %s characters.")
            raise Refused("too_long", text % f"{LONGEST_MASK:,}", "masks")


def _check_length(messages: list[Message]) -> None:
    characters = sum(len(each.content) + len(each.reasoning_content) for each in messages)
    if len(messages) > MOST_MESSAGES or characters > MOST_CHARACTERS:
        text = _(
            "This is too long to share. A link can show at most %(messages)s messages with "
            "%(mega)s million characters in all."
        )
        most = {"messages": f"{MOST_MESSAGES:,}", "mega": MOST_CHARACTERS // 1_000_000}
        raise Refused("too_long", text % most, "message_ids")
