"""Known devices: browsers in which an account was signed in, second factor included.

A stranger can lock an account as easily as its owner. A known device has counts of its own, so that
its owner can still sign in there. Nothing of it is stored but a signed cookie. For an account it
ends with the password that it was given for, or when all sessions of that account are ended;
signing out keeps it.
"""

import secrets
from typing import NamedTuple

from allauth.account.signals import password_changed, password_reset, password_set
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from conversations.models import User, hashed

COOKIE = settings.DEVICE_COOKIE_NAME
# Browsers keep no cookie for longer than 400 days (RFC 6265bis, 5.5).
_KEPT_SECONDS = 400 * 24 * 3600
# A family at one computer; a browser in which more people sign in belongs to none of them.
_MOST_ACCOUNTS = 5
_SALT = "conversations.accounts.known_devices"
_MARK = "known_device_of"


class Device(NamedTuple):
    """The claim of a cookie about one account: the number of the device, since when it is known,
    and a proof of the password that the account had then.

    ``was_signed_in`` is False where only a new password was set there, by a link from a mail. It
    is then strange to the second factor: with the mailbox of somebody one could otherwise guess
    codes without end, on one new device after the other.
    """

    user_id: int
    number: str
    since: float
    proof: str
    was_signed_in: bool


def known_to(user: User, request: HttpRequest) -> Device | None:
    """The device that sends this request, if it is known to the account."""
    known = (each for each in _devices_in(request) if each.user_id == user.pk)
    return next((each for each in known if _is_valid(each, user)), None)


def number_in(request: HttpRequest) -> str:
    """The number of the device that sends this request, of whichever account; "" of a strange one.

    It names a device without proving anything: the account may have forgotten it.
    """
    return next((each.number for each in _devices_in(request)), "")


def forget(user: User) -> None:
    """Know no device of the account any more, as when all its sessions are ended."""
    user.devices_since = timezone.now()
    user.save(update_fields=["devices_since"])


def mark(request: HttpRequest, user: User, *, was_signed_in: bool = True) -> None:
    """Make the browser that sent this request a known device, with the response to it."""
    setattr(request, _MARK, (user, was_signed_in))


def write_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set the cookie if the request was marked."""
    marked = getattr(request, _MARK, None)
    if marked is None:
        return
    user, was_signed_in = marked
    others = [each for each in _devices_in(request) if each.user_id != user.pk]
    devices = [_new_device(user, was_signed_in), *others[: _MOST_ACCOUNTS - 1]]
    response.set_cookie(
        COOKIE,
        signing.dumps(devices, salt=_SALT),
        max_age=_KEPT_SECONDS,
        secure=settings.SERVED_OVER_TLS,
        httponly=True,
        samesite="Lax",
    )


@receiver(user_logged_in)
@receiver([password_changed, password_set])
def _remember(request: HttpRequest | None, user: User, **_: object) -> None:
    if request is not None:
        mark(request, user)


@receiver(password_reset)
def _remember_reset(request: HttpRequest, user: User, **_: object) -> None:
    """While strangers keep the account locked, its owner could not use the new password."""
    mark(request, user, was_signed_in=False)


def _devices_in(request: HttpRequest) -> list[Device]:
    try:
        entries = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_KEPT_SECONDS)
    except signing.BadSignature:
        return []
    return [Device(*entry) for entry in entries if len(entry) == len(Device._fields)]


def _new_device(user: User, was_signed_in: bool) -> Device:
    number, now = secrets.token_urlsafe(12), timezone.now().timestamp()
    return Device(user.pk, number, now, _proof(number, user), was_signed_in)


def _is_valid(device: Device, user: User) -> bool:
    is_recent = user.devices_since is None or device.since > user.devices_since.timestamp()
    return is_recent and secrets.compare_digest(device.proof, _proof(device.number, user))


def _proof(number: str, user: User) -> str:
    # The cookie can be read by who holds it. The stored password has random bits of its own.
    return hashed(f"{number}\n{user.password}")
