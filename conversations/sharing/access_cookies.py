"""Access cookies: signed notes that a reader unlocked or viewed one link; keys of its forms."""

import hashlib
from enum import StrEnum

from django.core import signing

from conversations.models import ShareLink, User

COOKIE_SECONDS = 12 * 3600
FORM_KEY_SECONDS = 24 * 3600
_COOKIE_SALT = "conversations.sharing.access_cookie"
_FORM_KEY_SALT = "conversations.sharing.form"


class Access(StrEnum):
    """The access that a cookie grants to a link."""

    NONE = "none"
    UNLOCKED = "unlocked"  # gave the right pass-phrase
    VIEWED = "viewed"  # saw the page, and was counted


def cookie_for(link: ShareLink, access: Access) -> str:
    """The value of a cookie, valid for 12 hours and until the pass-phrase changes."""
    return signing.dumps([access, _fingerprint(link)], salt=_COOKIE_SALT)


def access_in(link: ShareLink, cookie: str) -> Access:
    """The access that a cookie grants; none where it is for another link, too old or forged."""
    try:
        access, fingerprint = signing.loads(cookie, salt=_COOKIE_SALT, max_age=COOKIE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return Access.NONE
    return Access(access) if fingerprint == _fingerprint(link) else Access.NONE


def form_key(token: str, reader: User) -> str:
    """A key that proves that a form came from our page, made for this reader.

    Django's CSRF check would refuse the form: a page without referrer sends forms from the origin
    ``null`` (Fetch Standard, "append a request `Origin` header").
    """
    return signing.dumps([reader.pk, _digest(token)], salt=_FORM_KEY_SALT)


def is_form_key(key: str, token: str, reader: User) -> bool:
    """True if :func:`form_key` made the key for this token and reader."""
    try:
        signed = signing.loads(key, salt=_FORM_KEY_SALT, max_age=FORM_KEY_SECONDS)
    except signing.BadSignature:
        return False
    return bool(signed == [reader.pk, _digest(token)])


def _fingerprint(link: ShareLink) -> str:
    return _digest(f"{link.pk}:{link.passphrase_hash}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
