"""What of a branch fits into a model's context: the newest messages, and the system message."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import ngettext

from conversations.models import LanguageModel, Message
from conversations.quotas.tokens import BYTES_A_TOKEN, message_bytes

TOKENS_A_MESSAGE = 4


class TrimmedBranch(NamedTuple):
    """The messages that are sent, and how many older ones are left out."""

    messages: list[Message]
    left_out: int

    def notice(self) -> str | None:
        """What the reader is told, if anything is left out."""
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
    """The end of the branch that fits beside the answer, never less than what was asked last.

    It begins with a message of the person's: an answer without its question, or a tool's answer
    without its call, is refused by most servers. What followed the last question is sent with it
    though it seems too long, since the server knows better: counted roughly, as the page's gauge
    does.
    """
    if model.context_length is None:
        return TrimmedBranch(list(branch), 0)
    room = model.context_length - _answer_tokens(model, parameters) - _tokens(len(system_message))
    first = max((at for at, each in enumerate(branch) if _is_asked(each)), default=0)
    for index in range(len(branch) - 1, -1, -1):
        room -= _tokens(message_bytes(branch[index]))
        if room < 0:
            break
        if _is_asked(branch[index]):
            first = index
    kept = list(branch[first:])
    return TrimmedBranch(kept, len(branch) - len(kept))


def _is_asked(message: Message) -> bool:
    return message.role == Message.Role.USER


def _answer_tokens(model: LanguageModel, parameters: Mapping[str, Any]) -> int:
    # Without max_tokens a quarter of the context is kept free for the answer.
    quarter = (model.context_length or 0) // 4
    return min(parameters.get("max_tokens") or quarter, quarter)


def _tokens(size: int) -> int:
    return size // BYTES_A_TOKEN + TOKENS_A_MESSAGE
