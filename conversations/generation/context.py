"""Trims a branch to the context of a model: the oldest messages are left out."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import ngettext

from conversations.models import LanguageModel, Message
from conversations.quotas.tokens import BYTES_A_TOKEN, message_bytes

TOKENS_A_MESSAGE = 4


class TrimmedBranch(NamedTuple):
    """The messages to send, and the number of older ones that are left out."""

    messages: list[Message]
    left_out: int

    def notice(self) -> str | None:
        """The notice to the user, if anything is left out."""
        if not self.left_out:
            return None
        text = ngettext(
            "The oldest message was left out: the conversation no longer fits into the model's "
            "context.",
            "The %(count)s oldest messages were left out: the conversation no longer fits into "
            "the model's context.",
            self.left_out,
        )
        return text % {"count": self.left_out}


def trim_branch(
    branch: Sequence[Message],
    model: LanguageModel,
    parameters: Mapping[str, Any],
    system_message: str,
) -> TrimmedBranch:
    """Return the end of the branch that leaves room for the answer, at least the last question.

    It begins with a message of the user: most servers refuse an answer without its question, or a
    tool result without its call. The last question and what follows it are sent even if they seem
    too long, since the count is rough (as in the page's gauge) and the server's is exact.
    """
    if model.context_length is None:
        return TrimmedBranch(list(branch), 0)
    room = model.context_length - _answer_tokens(model, parameters) - _tokens(len(system_message))
    first = max((at for at, each in enumerate(branch) if _is_question(each)), default=0)
    for index in range(len(branch) - 1, -1, -1):
        room -= _tokens(message_bytes(branch[index]))
        if room < 0:
            break
        if _is_question(branch[index]):
            first = index
    messages = list(branch[first:])
    return TrimmedBranch(messages, len(branch) - len(messages))


def _is_question(message: Message) -> bool:
    return message.role == Message.Role.USER


def _answer_tokens(model: LanguageModel, parameters: Mapping[str, Any]) -> int:
    # Without max_tokens a quarter of the context is reserved for the answer.
    quarter = (model.context_length or 0) // 4
    return min(parameters.get("max_tokens") or quarter, quarter)


def _tokens(size: int) -> int:
    return size // BYTES_A_TOKEN + TOKENS_A_MESSAGE
