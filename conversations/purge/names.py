"""Replaces the names of deleted accounts and records in entries that outlive them.

The audit log stays complete: it still says what was done, when, and by or to the same account,
which has a number there instead of a name.
"""

import json
from collections.abc import Collection
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from conversations.models import AuditEntry, User

_CHANGED = ["actor_name", "target_name", "before", "after"]
# The personal fields of an account in an entry about it. Its groups and rights are none.
_PERSONAL = {"username", "email", "first_name", "last_name", "address", "account", "user"}


# The name of a record that was erased.
_ERASED = "(erased)"


def forget_records(kind: type[Model], keys: Collection[Any]) -> None:
    """Take the names and values of erased records, such as titles, out of entries about them."""
    about = AuditEntry.objects.filter(target_type=kind._meta.label_lower)
    about.filter(target_id__in=[str(key) for key in keys]).update(
        target_name=_ERASED, before={}, after={}
    )


def forget_names(user: User, names: Collection[str], neutral: str) -> None:
    """Write ``neutral`` in place of the account's names, in the caller's transaction."""
    own = AuditEntry.objects.filter(actor=user)
    own.update(actor_name=neutral)
    # Sign-ins and the like. Failures stay as they are: they may have been somebody else's.
    own.filter(is_security_event=True).update(address="", user_agent="")
    AuditEntry.objects.filter(_about(user), is_security_event=True).update(after={})
    found = _naming(names) | AuditEntry.objects.filter(_about(user))
    entries = [_without(each, user, names, neutral) for each in found]
    AuditEntry.objects.bulk_update(entries, _CHANGED, batch_size=100)
    _mentions(LogEntry.objects.all(), names, "object_repr", "change_message").delete()


def _about(user: User) -> Q:
    return Q(target_type=User._meta.label_lower, target_id=str(user.pk))


def _naming(names: Collection[str]) -> "QuerySet[AuditEntry]":
    texts = {f"{name}_text": Cast(name, TextField()) for name in ("before", "after")}
    return _mentions(AuditEntry.objects.alias(**texts), names, "actor_name", "target_name", *texts)


def _mentions(rows: "QuerySet[Any]", names: Collection[str], *fields: str) -> "QuerySet[Any]":
    # JSON is stored with letters of other alphabets escaped, or not.
    forms = {*names, *(json.dumps(name)[1:-1] for name in names)}
    query = Q(pk__in=[])
    for field in fields:
        for form in forms:
            query |= Q(**{f"{field}__icontains": form})
    return rows.filter(query)


def _without(entry: AuditEntry, user: User, names: Collection[str], neutral: str) -> AuditEntry:
    is_about = entry.target_type == User._meta.label_lower and entry.target_id == str(user.pk)
    if is_about:
        entry.target_name = neutral
    for name in names:
        entry.actor_name = neutral if _is(entry.actor_name, name) else entry.actor_name
        entry.target_name = _renamed(entry.target_name, name, neutral)
    personal = _PERSONAL if is_about else set()
    entry.before = _cleared(entry.before, names, neutral, personal)
    entry.after = _cleared(entry.after, names, neutral, personal)
    return entry


def _cleared(value: Any, names: Collection[str], neutral: str, personal: set[str]) -> Any:
    """The JSON value without the names, and in an entry about the account without its fields."""
    match value:
        case dict():
            return {
                key: neutral if key in personal and inner
                else _cleared(inner, names, neutral, personal)
                for key, inner in value.items()
            }  # fmt: skip
        case list():
            return [_cleared(inner, names, neutral, personal) for inner in value]
        case str():
            for name in names:
                value = _renamed(value, name, neutral)
    return value


def _renamed(text: str, name: str, neutral: str) -> str:
    """The text, if it is the name or begins with it as a limit does: "alice: 500 tokens a day"."""
    if _is(text, name):
        return neutral
    begins = text[: len(name)].casefold() == name.casefold()
    return neutral + text[len(name) :] if begins and text[len(name) :].startswith(":") else text


def _is(text: str, name: str) -> bool:
    return text.casefold() == name.casefold()
