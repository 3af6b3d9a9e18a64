"""Counts guesses at the secrets of accounts, whichever form takes them.

All guesses at one password are counted together: at sign-in, where the site asks for it again, and
where it is changed. So are all codes of second factors. From a known device they are counted for
that device alone, so that nobody else can lock its owner out.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from allauth.account.signals import password_changed, password_reset, password_set
from django.conf import settings
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _

from conversations import audit, throttle
from conversations.accounts import known_devices
from conversations.models import SecurityEvent, User
from conversations.throttle import (
    CODES,
    GUESSES,
    MAILS,
    MISSES,
    PASSWORDS,
    Attempt,
    Guarded,
    Throttle,
    TooManyAttempts,
)


@contextmanager
def password_attempt(
    request: HttpRequest, users: Sequence[User], name: str = ""
) -> Iterator[Attempt]:
    """Count a guess at the password of these accounts, or of a name that belongs to none.

    The block compares the password and calls ``succeeded`` on what it gets, if it is right. Raises
    :class:`throttle.TooManyAttempts` instead of running it where somebody has to wait.
    """
    guarded = _guarded(PASSWORDS, request, users) or [
        GUESSES.of_address(_address(request)),
        PASSWORDS.of_name(_folded(name)),
    ]
    with _counted(guarded, users) as attempt:
        yield attempt


@contextmanager
def code_attempt(request: HttpRequest, user: User) -> Iterator[Attempt]:
    """As :func:`password_attempt`, for a code of a second factor or an answer of a passkey."""
    with _counted(_guarded(CODES, request, [user]), [user]) as attempt:
        yield attempt


@contextmanager
def address_attempt(request: HttpRequest) -> Iterator[Attempt]:
    """As :func:`password_attempt`, where it is not known who tries to sign in."""
    with _counted([_by_device_or_network(GUESSES, request)], []) as attempt:
        yield attempt


@contextmanager
def told_in_form(request: HttpRequest) -> Iterator[None]:
    """Turn :class:`throttle.TooManyAttempts` into an error of a form, whose page has status 429."""
    try:
        yield
    except TooManyAttempts as error:
        request.wait_seconds = error.seconds  # type: ignore[attr-defined]
        raise ValidationError(_refusal(error), code="too_many_attempts") from None


def refuse_many_misses(request: HttpRequest) -> None:
    """Raise :class:`throttle.TooManyAttempts` for a network that tried many links in vain."""
    throttle.refuse_locked(MISSES.of_address(_address(request)))


def count_miss(request: HttpRequest) -> None:
    """Count a secret link that does not exist. Raises :class:`throttle.TooManyAttempts`."""
    throttle.attempt(MISSES.of_address(_address(request)))


def count_form(request: HttpRequest, limit: Throttle) -> None:
    """Count a form, right or wrong. Raises :class:`throttle.TooManyAttempts`."""
    throttle.attempt(_by_device_or_network(limit, request))


def may_be_sent(kind: str, email: str, users: Sequence[User]) -> bool:
    """Count a mail to the address, of these accounts or of none; False if it had too many.

    Each kind has counts of its own: a flood of others must not keep the link for a new password,
    which helps against strangers who lock the account, from its owner.
    """
    mailboxes = [MAILS.of("account", f"{user.pk}-{kind}") for user in users] or [
        MAILS.of_name(f"{kind} {_folded(email)}")
    ]
    try:
        locked = throttle.attempt(*mailboxes).locked
    except TooManyAttempts:
        return False
    if locked:
        audit.record_event(SecurityEvent.RESET_LOCKED, next(iter(users), None))
    return True


def unlock(actor: User, users: Iterable[User]) -> int:
    """Forget failures of accounts, but not those of their devices; returns how many had some."""
    count = 0
    for user in users:
        if throttle.clear(PASSWORDS.of("account", user.pk), CODES.of("account", user.pk)):
            audit.record(actor, "forgot failed sign-ins", user, {}, {})
            count += 1
    return count


@receiver(password_changed)
@receiver(password_reset)
@receiver(password_set)
def _forget_guesses(user: User, **_others: object) -> None:
    """Forget guesses at a password that is another one now."""
    throttle.clear(PASSWORDS.of("account", user.pk))


@contextmanager
def _counted(guarded: Sequence[Guarded], users: Sequence[User]) -> Iterator[Attempt]:
    attempt = throttle.attempt(*guarded)
    try:
        yield attempt
    finally:
        if not attempt.has_succeeded and attempt.locked:
            _record(attempt.locked, users)


def _guarded(limit: Throttle, request: HttpRequest, users: Sequence[User]) -> list[Guarded]:
    """The counts of the devices that the accounts know, or of the network and of the accounts."""
    strange, known = [], []
    for user in users:
        device = known_devices.known_to(user, request)
        if device and (device.was_signed_in or limit is not CODES):
            known.append(limit.of("device", f"{user.pk}-{device.number}"))
        else:
            strange.append(limit.of("account", user.pk))
    return [*([GUESSES.of_address(_address(request))] if strange else []), *strange, *known]


def _by_device_or_network(limit: Throttle, request: HttpRequest) -> Guarded:
    """The count of a browser in which somebody was signed in before, so that no neighbour can use
    up what it may, or else of the network."""
    number = known_devices.number_in(request)
    return limit.of("device", number) if number else limit.of_address(_address(request))


def _record(locked: Sequence[Guarded], users: Sequence[User]) -> None:
    if any(each.throttle is not GUESSES for each in locked) and users:
        for user in users:
            audit.record_event(SecurityEvent.SIGN_IN_LOCKED, user)
    else:
        # A network that is locked concerns no account more than another.
        audit.record_event(SecurityEvent.SIGN_IN_LOCKED)


def _refusal(error: TooManyAttempts) -> str:
    """The same for all names, so that it tells nobody who has an account."""
    text = _(
        "Too many attempts have failed. Try again in %(time)s, or use a browser in which you have "
        "signed in before."
    )
    other = _("You can also set a new password.")
    without_mail = _("An administrator can help too.")
    return f"{text % {'time': error.wait}} {other if settings.EMAIL_URL else without_mail}"


def _address(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR") or ""


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
