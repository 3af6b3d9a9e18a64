"""Writes the audit log: administrative changes with the values before and after, never a key."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from conversations.audit.origin import Origin, current_origin
from conversations.models import AuditEntry, EncryptedTextField, User

# The name in entries for changes that were made on the command line.
COMMAND_LINE = "(command line)"
# The name in entries for what the site does by itself, such as removing what is old.
SITE = "(site)"
# Enough to recognise a text: the log is about decisions, not about content.
LONGEST_TEXT = 1000
_EMPTY: tuple[Any, ...] = (None, "", [], {})
# Counts of tokens are no secrets, so the plural of that word is missing.
_SECRET_NAME = re.compile(
    r"(^|[^a-z])(api)?(keys?|secrets?|passwords?|token|authorization)([^a-z]|$)", re.IGNORECASE
)

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Secret:
    """A placeholder for a secret: it can be compared with another one, and not be read."""

    digest: str = field(repr=False)


def record(
    actor: User | str | None, action: str, target: models.Model | str, before: Values, after: Values
) -> AuditEntry:
    """Write an entry: ``actor`` did ``action`` to ``target``.

    An actor that is no user has a name, such as :data:`SITE`; None is the command line.

    Only values that differ are stored. Of encrypted values, of those whose name is that of a
    secret, and of a model's ``private_fields``, the entry says only that they were set, changed
    or removed.
    """
    names = {**before, **after}
    changes = {name: _difference(name, before.get(name), after.get(name)) for name in names}
    pairs = {name: pair for name, pair in changes.items() if pair}
    origin = current_origin() or Origin()
    return AuditEntry.objects.create(
        actor=actor if isinstance(actor, User) else None,
        actor_name=actor.get_username() if isinstance(actor, User) else actor or COMMAND_LINE,
        action=action,
        target_type="" if isinstance(target, str) else target._meta.label_lower,
        target_id="" if isinstance(target, str) else str(target.pk),
        target_name=str(target)[:200],
        before={name: pair[0] for name, pair in pairs.items() if pair[0] not in _EMPTY},
        after={name: pair[1] for name, pair in pairs.items()},
        address=origin.address,
        user_agent=origin.user_agent,
    )


def is_secret_name(name: str) -> bool:
    """True for the name of a field whose value is a secret, such as ``api_key``."""
    return _SECRET_NAME.search(name) is not None


@contextmanager
def change(actor: User | None, action: str, target: models.Model) -> Iterator[None]:
    """Record the changes that the block makes to the stored ``target``, if there are any."""
    before = stored(target)
    yield
    after = stored(target)
    if before != after:
        record(actor, action, target, before, after)


def stored(target: models.Model) -> dict[str, Any]:
    """The snapshot of ``target`` as it is in the database; empty if it is not there."""
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
    is_private = known.name in getattr(target, "private_fields", ())
    if is_private or isinstance(known, EncryptedTextField) or _SECRET_NAME.search(known.name):
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
    """The value as JSON, without the secrets inside it."""
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


def _difference(name: str, before: Any, after: Any) -> tuple[Any, Any] | None:
    """The values before and after as the log shows them; None where they are the same."""
    if before == after or (before in _EMPTY and after in _EMPTY):
        return None
    if _SECRET_NAME.search(name) or isinstance(before, Secret) or isinstance(after, Secret):
        return _difference_of_secret(before, after)
    return _plain(before), _plain(after)


def _difference_of_secret(before: Any, after: Any) -> tuple[str, str]:
    if after in _EMPTY:
        return "set", "removed"
    return ("", "set") if before in _EMPTY else ("set", "changed")
