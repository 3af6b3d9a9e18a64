"""The extra body of a model: fields that an administrator adds to each of its requests."""

from collections.abc import Iterator
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from conversations.audit import is_secret_name

MOST_BYTES = 10_000
# The site writes these itself: the conversation, how it is answered, and what quotas reserve by.
_OURS = frozenset(
    {
        "best_of", "function_call", "functions", "max_completion_tokens", "max_new_tokens",
        "max_tokens", "messages", "model", "n", "parallel_tool_calls", "prompt", "stream",
        "stream_options", "tool_choice", "tools", "user",
    }
)  # fmt: skip


def fault_of_extra_body(body: Any) -> str | None:
    """Return the fault of an extra body in words, or None."""
    if not isinstance(body, dict):
        return _('This is not a JSON object, such as {"top_k": 20}.')
    ours = sorted(_OURS & body.keys())
    if ours:
        return _("The site sets these itself: %s.") % ", ".join(ours)
    secrets = sorted(set(_secrets(body)))
    if secrets:
        text = _(
            "%s looks like a secret. An extra body is not encrypted, and users see it: put secrets "
            "into the key or the extra headers of the provider."
        )
        return text % ", ".join(secrets)
    if len(msgspec.json.encode(body)) > MOST_BYTES:
        return _("It is larger than %s bytes, and it is sent with every request.") % MOST_BYTES
    return None


def _secrets(value: Any) -> Iterator[str]:
    """The names of all texts in it, however deep, that are called like a secret."""
    entries = value.items() if isinstance(value, dict) else ()
    for name, inner in entries:
        if isinstance(inner, str) and is_secret_name(name):
            yield name
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from _secrets(inner)
