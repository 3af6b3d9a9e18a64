"""Records of which a user has many, as JSON: usage, links, stored API calls, events."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.db.models.functions import Length

from conversations.accounts.export.conversation_json import generation_of
from conversations.accounts.export.pieces import by_size, moment, object_with_list, rows_of
from conversations.models import (
    AuditEntry,
    Generation,
    KeptCompletion,
    LedgerEntry,
    Policy,
    ShareLink,
    User,
)

VERSION = 1
_OF_USAGE = (
    "generation_id", "model_name", "provider_name", "api_key_name", "day", "reserved_at",
    "settled_at", "outcome", "error_code", "source", "requests", "prompt_tokens",
    "completion_tokens", "cost_micros", "asked_tokens", "first_token_ms", "duration_ms",
)  # fmt: skip


def usage_of(user: User) -> Iterator[str]:
    """The user's entries in the ledger: one for each answer."""
    rows = rows_of(LedgerEntry.objects.filter(user=user).values("pk", *_OF_USAGE))
    entries = ({name: row[name] for name in _OF_USAGE} for row in rows)
    head = _head("parley.usage") | {"currency": Policy.current().currency}
    return object_with_list(head, "entries", entries)


def share_links_of(user: User) -> Iterator[str]:
    """The user's share links with their terms, and the copies that they show."""
    return object_with_list(_head("parley.share_links"), "share_links", _links(user))


def api_calls_of(user: User) -> Iterator[str]:
    """The stored API calls of the user: their content, or that they were made."""
    return object_with_list(_head("parley.api_calls"), "calls", _calls(user))


def security_events_of(user: User) -> Iterator[str]:
    """The security events about the account, and those that its user made."""
    about = Q(target_type=User._meta.label_lower, target_id=str(user.pk))  # noqa: SLF001
    rows = AuditEntry.objects.filter(about | Q(actor=user), is_security_event=True)
    events = (_event(each) for each in rows_of(rows))
    return object_with_list(_head("parley.security_events"), "events", events)


def _head(name: str) -> dict[str, Any]:
    return {"format": name, "version": VERSION}


def _links(user: User) -> Iterator[dict[str, Any]]:
    sizes = user.share_links.order_by("created_at").annotate(size=Length("article"))
    for keys in by_size(list(sizes.values_list("pk", "size"))):
        found = ShareLink.objects.filter(pk__in=keys).defer("article").order_by("created_at")
        for link in found.prefetch_related("users", "groups"):
            yield _link(link)


def _link(link: ShareLink) -> dict[str, Any]:
    return {
        "id": str(link.pk),
        "conversation_id": str(link.conversation_id) if link.conversation_id else None,
        "title": link.title,
        "audience": link.audience,
        "users": sorted(each.get_username() for each in link.users.all()),
        "groups": sorted(each.name for each in link.groups.all()),
        "has_passphrase": bool(link.passphrase_hash),
        "expires_at": moment(link.expires_at),
        "max_views": link.max_views,
        "views": link.views,
        "last_viewed_at": moment(link.last_viewed_at),
        "revoked_at": moment(link.revoked_at),
        "shows_title": link.shows_title,
        "selection": link.selection,
        "masks": json.loads(link.sealed_masks or "[]"),
        "created_at": moment(link.created_at),
        "snapshot_at": moment(link.snapshot_at),
        "snapshot": link.snapshot,
    }


def _calls(user: User) -> Iterator[dict[str, Any]]:
    kept = KeptCompletion.objects.filter(user=user).order_by("pk")
    sizes = kept.annotate(size=Length("request") + Length("answer"))
    for keys in by_size(list(sizes.values_list("pk", "size"))):
        for call in KeptCompletion.objects.filter(pk__in=keys).order_by("pk"):
            yield {
                "generation": {"id": str(call.generation_id)},
                "api_key": call.api_key_name,
                "model": call.model_name,
                "created_at": moment(call.created_at),
                "request": call.request,
                "answer": call.answer,
            }
    for run in rows_of(Generation.objects.filter(user=user, conversation=None)):
        yield {"generation": generation_of(run)}


def _event(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": moment(entry.at),
        "event": entry.action,
        "by": entry.actor_name,
        "address": entry.address,
        "browser": entry.user_agent,
        "times": entry.times,
        "last_at": moment(entry.last_at),
        "details": entry.after,
    }
