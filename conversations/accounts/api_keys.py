"""API keys: created and shown once, restricted, revoked, and checked at each request."""

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
    SecurityEvent,
    User,
    all_endpoints,
    hashed,
    new_key_secret,
)
from conversations.quotas.amounts import Limit
from conversations.refusal import Refused

# A user with more has a script that creates keys, or never revokes any.
MOST_KEYS = 50
_CHOICE_FIELDS = ("name", "endpoints", "addresses", "expires_at", "all_models", "answers_at_once")


class KeyRejected(Exception):
    """The key is not accepted. ``message`` gives as much of the reason as its holder may know."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnknownKey(KeyRejected):
    """The key is unknown or revoked, or its user is deactivated; the error does not say which."""

    def __init__(self) -> None:
        super().__init__(
            _("This API key is not valid. Create a key on your account page, or ask its owner.")
        )


class ExpiredKey(KeyRejected):
    """The key has passed its expiry date."""

    def __init__(self) -> None:
        super().__init__(_("This API key has expired. Create a new one on your account page."))


class WrongAddress(KeyRejected):
    """The key may not be used from the address of the request."""

    def __init__(self, address: str) -> None:
        text = _(
            "This API key may not be used from the address %s. "
            "Its owner can change the addresses on the page of the key."
        )
        super().__init__(text % address)


@dataclass(frozen=True)
class KeyChoices:
    """The choices for a key. ``models`` None means all, empty ``addresses`` means any."""

    name: str
    models: Sequence[LanguageModel] | None = None
    endpoints: Sequence[str] = field(default_factory=all_endpoints)
    addresses: Sequence[str] = ()
    expires_at: datetime | None = None
    limits: Sequence[Limit] = ()
    answers_at_once: int | None = None


@transaction.atomic
def create(user: User, choices: KeyChoices) -> tuple[ApiKey, str]:
    """Create a key; returns it with its secret, which cannot be shown again.

    Raises :class:`Refused` if the user already has ``MOST_KEYS``.
    """
    # Locked, so that two forms sent at the same time cannot both pass the count.
    User.objects.select_for_update().get(pk=user.pk)
    if user.api_keys.unrevoked().count() >= MOST_KEYS:
        text = _("You already have %s API keys. Revoke one that you no longer use.")
        raise Refused("too_many_keys", text % MOST_KEYS)
    secret = new_key_secret()
    key = ApiKey(user=user, prefix=secret[:KEY_SHOWN_CHARACTERS], key_hash=hashed(secret))
    _apply(key, choices)
    audit.record_event(SecurityEvent.KEY_MADE, user, key=key)
    return key, secret


@transaction.atomic
def change(key: ApiKey, choices: KeyChoices) -> None:
    """Change a key. Running requests that it no longer permits are stopped within seconds."""
    _apply(key, choices)
    audit.record_event(SecurityEvent.KEY_CHANGED, key.user, key=key)


def _apply(key: ApiKey, choices: KeyChoices) -> None:
    key.name = choices.name
    key.endpoints = list(choices.endpoints)
    key.addresses = list(choices.addresses)
    key.expires_at = choices.expires_at
    key.answers_at_once = choices.answers_at_once
    key.all_models = choices.models is None
    # Only these fields of an existing key: it may have been used or revoked meanwhile.
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


@transaction.atomic
def revoke(key: ApiKey, *, by: User | None = None) -> bool:
    """Revoke a key for good, ``by`` its user or an administrator; False if it was revoked."""
    revoked = ApiKey.objects.unrevoked().filter(pk=key.pk).update(revoked_at=timezone.now())
    if revoked:
        audit.record_event(SecurityEvent.KEY_REVOKED, key.user, by=by, key=key)
    return bool(revoked)


def revoke_as(actor: User, keys: Iterable[ApiKey]) -> int:
    """Revoke keys of other users; returns how many were not yet revoked."""
    return sum(revoke(key, by=actor) for key in keys)


def keys_of(user: User) -> list[ApiKey]:
    """The user's keys that are not revoked, the newest first."""
    return list(
        user.api_keys.unrevoked().prefetch_related("language_models", "rules__language_model")
    )


def authenticated(secret: str, address: str) -> ApiKey:
    """The key of that secret, with its user, if it may be used from that address.

    Every call makes one look-up by the hash, so that its time reveals nothing. Raises
    :class:`KeyRejected`; only the holder of a whole key learns that it has expired.
    """
    key = _valid(address, key_hash=hashed(secret))
    key.note_use()
    return key


def as_stored(key: ApiKey, address: str) -> ApiKey:
    """The key as it is now, after a wait. Raises :class:`KeyRejected`."""
    return _valid(address, pk=key.pk)


def _valid(address: str, **known_by: object) -> ApiKey:
    usable = ApiKey.objects.unrevoked().select_related("user").filter(user__is_active=True)
    key = usable.filter(**known_by).first()
    if key is None:
        raise UnknownKey
    if key.is_expired:
        raise ExpiredKey
    if not key.admits(address):
        raise WrongAddress(address)
    return key
