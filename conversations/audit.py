"""The trail of administrative changes: who, what, from what, to what, and never a key."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from conversations.models import AuditEntry, EncryptedTextField, User

# Who is named where a change was made on the command line.
COMMAND_LINE = "(command line)"
# Enough to recognise a text by; the trail keeps what was decided, not what was written.
LONGEST_TEXT = 1000
_EMPTY: tuple[Any, ...] = (None, "", [], {})
# Counts of tokens are no secrets, so the plural of that one word is left out.
_SECRET_NAME = re.compile(
    r"(^|[^a-z])(api)?(keys?|secrets?|passwords?|token|authorization)([^a-z]|$)", re.IGNORECASE
)

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Secret:
    """That there is a secret, and whether it equals another one; never what it is."""

    digest: str = field(repr=False)


def record(
    actor: User | None, action: str, target: models.Model | str, before: Values, after: Values
) -> AuditEntry:
    """Write down what ``actor`` (None: the command line) did to ``target``.

    Of ``before`` and ``after`` only what differs is kept. What is named as a secret, or was
    encrypted, is said to be set, changed or removed.
    """
    told = [_told(name, before.get(name), after.get(name)) for name in {**before, **after}]
    pairs = {name: pair for each in told if each for name, pair in [each]}
    return AuditEntry.objects.create(
        actor=actor,
        actor_name=actor.get_username() if actor else COMMAND_LINE,
        action=action,
        target_type="" if isinstance(target, str) else target._meta.label_lower,
        target_id="" if isinstance(target, str) else str(target.pk),
        target_name=str(target)[:200],
        before={name: pair[0] for name, pair in pairs.items() if pair[0] not in _EMPTY},
        after={name: pair[1] for name, pair in pairs.items()},
    )


@contextmanager
def change(actor: User | None, action: str, target: models.Model) -> Iterator[None]:
    """Record what the block changes on the stored ``target``; nothing where nothing changed."""
    before = stored(target)
    yield
    after = stored(target)
    if before != after:
        record(actor, action, target, before, after)


def stored(target: models.Model) -> dict[str, Any]:
    """The snapshot of what the database holds of ``target`` now; empty if it holds nothing."""
    found = type(target)._default_manager.filter(pk=target.pk).first()
    return snapshot(found) if found else {}


def snapshot(target: models.Model) -> dict[str, Any]:
    """The fields of a record by name, many-to-many ones as names; secrets are :class:`Secret`."""
    values = {
        each.name: _value_of(target, each)
        for each in target._meta.concrete_fields
        if not (each.primary_key or getattr(each, "auto_now", False))
    }
    for each in target._meta.many_to_many:
        values[each.name] = sorted(str(other) for other in getattr(target, each.name).all())
    return values


def _value_of(target: models.Model, known: "models.Field[Any, Any]") -> Any:
    if isinstance(known, EncryptedTextField) or _SECRET_NAME.search(known.name):
        return _hidden(known.value_from_object(target))
    if isinstance(known, models.ForeignKey):
        other = getattr(target, known.name)
        return None if other is None else str(other)
    return _plain(known.value_from_object(target))


def _hidden(value: Any) -> Any:
    if value in _EMPTY or isinstance(value, Secret):
        return value
    return Secret(hashlib.sha256(str(value).encode()).hexdigest())


def _plain(value: Any) -> Any:
    """The value as JSON can hold it, without the secrets inside it."""
    match value:
        case None | bool() | int() | float() | Secret():
            return value
        case dict():
            return {
                str(name): "set" if _SECRET_NAME.search(str(name)) and inner else _plain(inner)
                for name, inner in value.items()
            }
        case list() | tuple() | set():
            return [_plain(inner) for inner in value]
    text = str(value)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


def _told(name: str, before: Any, after: Any) -> tuple[str, tuple[Any, Any]] | None:
    """What the trail says of one value before and after; None where it did not change."""
    if before == after or (before in _EMPTY and after in _EMPTY):
        return None
    if _SECRET_NAME.search(name) or isinstance(before, Secret) or isinstance(after, Secret):
        return name, _told_of_secret(before, after)
    return name, (_plain(before), _plain(after))


def _told_of_secret(before: Any, after: Any) -> tuple[str, str]:
    if after in _EMPTY:
        return "set", "removed"
    return ("", "set") if before in _EMPTY else ("set", "changed")
