"""The keys with which programs come in: made and shown once, narrowed, revoked, recognised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import audit
from conversations.models import (
    KEY_SHOWN_CHARACTERS,
    ApiKey,
    LanguageModel,
    Rule,
    User,
    all_endpoints,
    hashed,
    new_key_secret,
)
from conversations.quotas.amounts import Limit
from conversations.refusal import Refused

# More is a program that makes keys, or somebody who never revokes one.
MOST_KEYS = 50
_CHOICE_FIELDS = ("name", "endpoints", "addresses", "expires_at", "all_models")


class KeyRejected(Exception):
    """The key lets nobody in. ``message`` says as much of why as its holder may know."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnknownKey(KeyRejected):
    """There is no such key, or it was revoked, or its person deactivated: nobody can tell which."""

    def __init__(self) -> None:
        super().__init__(
            _("This API key is not valid. Make one on your account page, or ask its owner.")
        )


class ExpiredKey(KeyRejected):
    """It was right until lately."""

    def __init__(self) -> None:
        super().__init__(_("This API key has expired. Make a new one on your account page."))


class WrongAddress(KeyRejected):
    """It may not be used from there."""

    def __init__(self, address: str) -> None:
        text = _("This API key may not be used from the address %s. Change that on the key’s page.")
        super().__init__(text % address)


@dataclass(frozen=True)
class KeyChoices:
    """What a person chooses about a key. ``models`` None is all, ``addresses`` empty is any."""

    name: str
    models: Sequence[LanguageModel] | None = None
    endpoints: Sequence[str] = field(default_factory=all_endpoints)
    addresses: Sequence[str] = ()
    expires_at: datetime | None = None
    limits: Sequence[Limit] = ()


@transaction.atomic
def create(user: User, choices: KeyChoices) -> tuple[ApiKey, str]:
    """A new key of the person's, and the secret itself, which nobody can be shown again.

    Raises :class:`Refused` where the person has as many as there may be.
    """
    # Locked, so that two forms sent at once do not pass the count together.
    User.objects.select_for_update().get(pk=user.pk)
    if user.api_keys.kept().count() >= MOST_KEYS:
        text = _("You have %s keys. Revoke one that is no longer used.")
        raise Refused("too_many_keys", text % MOST_KEYS)
    secret = new_key_secret()
    key = ApiKey(user=user, prefix=secret[:KEY_SHOWN_CHARACTERS], key_hash=hashed(secret))
    _apply(key, choices)
    return key, secret


@transaction.atomic
def change(key: ApiKey, choices: KeyChoices) -> None:
    """Choose anew. What it may no longer do is stopped within seconds."""
    _apply(key, choices)


def _apply(key: ApiKey, choices: KeyChoices) -> None:
    key.name = choices.name
    key.endpoints = list(choices.endpoints)
    key.addresses = list(choices.addresses)
    key.expires_at = choices.expires_at
    key.all_models = choices.models is None
    # Never more of a key that is there: it may have been used, or revoked, since it was read.
    key.save(update_fields=_CHOICE_FIELDS if key.pk else None)
    key.language_models.set(choices.models or ())
    key.rules.all().delete()
    for limit in choices.limits:
        Rule.objects.create(
            api_key=key,
            measure=limit.measure,
            period=limit.period,
            language_model=limit.model,
            limit=limit.amount,
        )


def revoke(key: ApiKey) -> bool:
    """End a key for good, at once; whether it was still a key."""
    return bool(ApiKey.objects.kept().filter(pk=key.pk).update(revoked_at=timezone.now()))


@transaction.atomic
def revoke_as(actor: User, keys: Iterable[ApiKey]) -> int:
    """End keys of other people's, each with a line in the trail; how many still were keys."""
    return sum(_revoked_by(actor, key) for key in keys)


def _revoked_by(actor: User, key: ApiKey) -> bool:
    with audit.change(actor, "revoked", key):
        return revoke(key)


def keys_of(user: User) -> list[ApiKey]:
    """The person's keys that nobody has revoked, the newest first."""
    return list(user.api_keys.kept().prefetch_related("language_models", "rules__language_model"))


def authenticated(secret: str, address: str) -> ApiKey:
    """The key, with its person, if it lets a program in from that address.

    One look-up by the hash whatever the answer is, so that the time tells nothing. Raises
    :class:`KeyRejected`; why a key no longer works is told only to who has the whole of it.
    """
    known = ApiKey.objects.kept().select_related("user")
    key = known.filter(key_hash=hashed(secret), user__is_active=True).first()
    if key is None:
        raise UnknownKey
    if key.is_expired:
        raise ExpiredKey
    if not key.admits(address):
        raise WrongAddress(address)
    key.note_use()
    return key
