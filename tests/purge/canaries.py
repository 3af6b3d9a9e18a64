"""A user with a text of its own in every field of every record, and where such texts are left."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.admin.models import LogEntry
from django.db import models
from django.utils import timezone

from conversations import audit
from conversations.accounts.sessions import SessionStore
from conversations.models import (
    ApiKey,
    AuditEntry,
    BrowserSession,
    Conversation,
    Counter,
    Definition,
    EncryptedTextField,
    Feedback,
    Generation,
    Hold,
    IdempotencyClaim,
    Invitation,
    KeptCompletion,
    LedgerEntry,
    LoggedEvent,
    Message,
    Preset,
    Rule,
    SecurityEvent,
    ShareLink,
    SignInName,
    UsageDay,
    User,
)

NOW = timezone.now()
# Settled before an account is closed, so that none is left.
NEVER_LEFT = {Hold}
# What the site did and was charged for. It has no text of a user.
OF_THE_SITE = {
    "LedgerEntry": {"model_name", "provider_name", "outcome", "error_code", "source"},
    "UsageDay": {"model_name", "provider_name", "outcome", "error_code"},
    "AuditEntry": {
        "actor_name", "action", "target_type", "target_id", "target_name", "before", "after",
        "alike", "address", "user_agent",
    },
    "LogEntry": {"object_id", "change_message"},
    "SocialApp": {"provider", "provider_id", "client_id", "name", "secret", "key", "settings"},
    "Authenticator": {"type"},
    # These two are written below.
    "User": {"password", "email", "last_name"},
}  # fmt: skip
_TEXTS = (models.CharField, models.TextField, models.JSONField)


def owned_models() -> set[type[models.Model]]:
    """The records that belong to a user, or name one, directly or through others."""
    found: set[type[models.Model]] = {User}
    while more := {
        relation.related_model
        for model in found
        for relation in model._meta.related_objects
        if not relation.many_to_many and relation.related_model not in found
    }:
        found |= {each for each in more if isinstance(each, type)}
    through = {each for each in found if each._meta.auto_created}
    return found - through - NEVER_LEFT


def everything_of(user: User) -> list[models.Model]:
    """At least one record of each of those models."""
    talk = Conversation.objects.create(user=user)
    run = Generation.objects.create(
        user=user, conversation=talk, client_request_id=uuid4(), status="completed", request={}
    )
    message = Message.objects.create(conversation=talk, generation=run, role="assistant")
    key = ApiKey.objects.create(user=user, key_hash=uuid4().hex)
    address = EmailAddress.objects.create(user=user, email=f"{uuid4().hex}@example.org")
    service = SocialAccount.objects.create(user=user, uid=uuid4().hex)
    used = {
        "user": user, "day": NOW.date(), "requests": 1, "prompt_tokens": 1, "completion_tokens": 1,
        "cost_micros": 0,
    }  # fmt: skip
    times = {"reserved_at": NOW, "settled_at": NOW, "duration_ms": 1}
    return [
        user, talk, run, message, key, address, service, user.sign_in_names.all()[0],
        Generation.objects.create(user=user, client_request_id=uuid4(), status="completed"),
        LoggedEvent.objects.create(generation=run, seq=1, payload="{}"),
        Feedback.objects.create(message=message, user=user, value=1),
        ShareLink.objects.create(
            user=user, conversation=talk, token_hash=uuid4().hex, snapshot={}, article="",
            audience="public", sealed_token="t",
        ),
        Preset.objects.create(user=user),
        Definition.objects.create(user=user, definition={}),
        Rule.objects.create(user=user, measure="tokens", period="day", limit=5),
        IdempotencyClaim.objects.create(api_key=key, generation_id=uuid4()),
        KeptCompletion.objects.create(user=user, generation_id=uuid4()),
        Counter.objects.create(user=user, measure="tokens", period="day", period_start=NOW),
        Invitation.objects.create(used_by=user, expires_at=NOW, token_hash=uuid4().hex),
        LedgerEntry.objects.create(generation_id=uuid4(), **used, **times),
        UsageDay.objects.create(**{**used, "username": ""}),
        EmailConfirmation.objects.create(email_address=address, key=uuid4().hex),
        Authenticator.objects.create(user=user, type="totp", data={}),
        SocialToken.objects.create(account=service, app=SocialApp.objects.create()),
        SignInName.objects.create(user=user, key=uuid4().hex),
        BrowserSession.objects.create(user=user, session_key=uuid4().hex, expire_date=NOW),
        LogEntry.objects.create(user=user, action_flag=1),
        AuditEntry.objects.create(actor=user, action="changed"),
    ]  # fmt: skip


def plant(user: User) -> dict[str, str]:
    """Write a canary into each text of the records of a user; returns where each one is."""
    planted: dict[str, str] = {}
    for number, record in enumerate(everything_of(user)):
        changes: dict[str, Any] = {}
        for place, each in enumerate(_texts_of(record)):
            canary = f"zq{number:02}x{place:02}zq"
            planted[canary] = f"{type(record).__name__}.{each.name}"
            changes[each.name] = {"a": [canary]} if isinstance(each, models.JSONField) else canary
        type(record)._default_manager.filter(pk=record.pk).update(**changes)
    return planted | _named_in_entries(User.objects.get(pk=user.pk))


def _texts_of(record: models.Model) -> Iterable[Any]:
    of_the_site = OF_THE_SITE.get(type(record).__name__, set())
    for each in record._meta.concrete_fields:
        is_text = isinstance(each, _TEXTS) and not each.choices and each.name not in of_the_site
        is_wide = isinstance(each, models.JSONField) or (each.max_length or 99) >= 12
        if (
            is_text
            and is_wide
            and not each.primary_key
            and not isinstance(each, EncryptedTextField)
        ):
            yield each


def _named_in_entries(user: User) -> dict[str, str]:
    """Entries of the audit log that name the user and things of theirs, as the site writes them."""
    User.objects.filter(pk=user.pk).update(email="ZqMail@example.org", last_name="Zqüzq")
    user.refresh_from_db()
    dana, _new = User.objects.get_or_create(username="dana", is_superuser=True, is_staff=True)
    things = (user.rules.get(), user.api_keys.get(), user.share_links.get())
    for record in (user, *things, user.keptcompletion_set.get()):
        audit.record(dana, "deleted", record, audit.snapshot(record), {})
    audit.record(user, "accepted", "an invitation", {}, {"account": user.username})
    audit.record(dana, "changed", "a model", {"users": ["bob"]}, {"users": ["bob", user.username]})
    audit.record_event(SecurityEvent.EMAIL_ADDED, user, address="zqother@example.org")
    return {"zqmail@": "User.email", "zqother@": "AuditEntry.after", "zqüzq": "User.last_name"}


def hits(text: str, planted: Iterable[str]) -> list[str]:
    """The canaries that are in the text, as they are or as JSON writes them."""
    text = text.lower()
    return [each for each in planted if each in text or json.dumps(each)[1:-1] in text]


def old_session(user: User) -> str:
    """A session of the user, as after a sign-in; returns its key."""
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session.set_expiry(timedelta(days=1))
    session.create()
    return str(session.session_key)
