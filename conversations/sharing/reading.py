"""Opens a share link: checks the audience and the pass-phrase, and counts the view."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.db.models import F
from django.utils import timezone

from conversations import access, audit, throttle
from conversations.models import SecurityEvent, ShareLink, User
from conversations.sharing import access_cookies
from conversations.sharing.access_cookies import Access
from conversations.throttle import (
    MISSES,
    PASSPHRASES,
    PASSPHRASES_OF_LINK,
    Guarded,
    TooManyAttempts,
)


class PassphraseNeeded(Exception):
    """The link asks for a pass-phrase; ``is_wrong`` where the one that was given is not it."""

    def __init__(self, *, is_wrong: bool = False) -> None:
        super().__init__()
        self.is_wrong = is_wrong


@dataclass(frozen=True)
class Reading:
    """One request for a shared page. ``reader`` is None where nobody is signed in.

    ``cookie`` is the reader's access cookie. The page itself counts as a view (``counts``). A
    copy of it (``is_copy``) counts only for a link with limited views, and only where the reader
    has not seen its page.
    """

    token: str
    address: str
    reader: User | None = None
    cookie: str = ""
    counts: bool = True
    is_copy: bool = False


Outcome = ShareLink | Exception
# The queries of one batch, by token, reader, and whether a copy is wanted.
_Lookups = dict[tuple[str, User | None, bool], ShareLink | None]


def read_all(readings: Sequence[Reading]) -> list[Outcome]:
    """Answer each reading with its link, or with the exception that says why it is not shown:
    :class:`access.NotFound`, :class:`PassphraseNeeded` or :class:`TooManyAttempts`.

    A batch, because a busy link then costs one query and one UPDATE for all its readers. Every
    view is counted before it is shown, and none is shown beyond the last that is permitted.
    """
    lookups: _Lookups = {}
    delays = throttle.delays([MISSES.of_address(each.address) for each in readings])
    outcomes = [_admit(reading, lookups, delays) for reading in readings]
    counted: dict[ShareLink, list[int]] = {}
    for place, (reading, link) in enumerate(zip(readings, outcomes, strict=True)):
        if isinstance(link, ShareLink) and _is_counted(reading, link):
            counted.setdefault(link, []).append(place)
    for link, places in counted.items():
        for place in places[_count_views(link, len(places)) :]:
            outcomes[place] = _count_miss(readings[place])
    return outcomes


def unlock(reading: Reading, passphrase: str) -> ShareLink:
    """The link, if the pass-phrase is right. Raises the exceptions that :func:`read_all` gives."""
    link = _admit(reading, {}, throttle.delays([MISSES.of_address(reading.address)]))
    if isinstance(link, ShareLink):
        return link
    if not isinstance(link, PassphraseNeeded):
        raise link
    link = access.shared_for(reading.token, reading.reader)
    attempt = throttle.attempt(
        PASSPHRASES.of_address(reading.address, str(link.pk)),
        PASSPHRASES_OF_LINK.of("link", link.pk),
    )
    if not check_password(passphrase, link.passphrase_hash):
        if any(each.throttle is PASSPHRASES_OF_LINK for each in attempt.locked):
            audit.record_event(SecurityEvent.LINK_LOCKED, link.user, link=link.pk)
        raise PassphraseNeeded(is_wrong=True)
    attempt.succeeded()
    return link


def article_of(link_id: UUID) -> str:
    """The HTML of the link's snapshot."""
    return ShareLink.objects.values_list("article", flat=True).get(pk=link_id)


def _admit(reading: Reading, lookups: _Lookups, delays: dict[Guarded, int]) -> Outcome:
    """The link, if the reader may open it. ``lookups`` caches the queries of one batch."""
    if seconds := delays.get(MISSES.of_address(reading.address)):
        return TooManyAttempts(seconds)
    key = (reading.token, reading.reader, reading.is_copy)
    if key not in lookups:
        lookups[key] = _look_up(reading)
    link = lookups[key]
    if link is None:
        return _count_miss(reading)
    granted = access_cookies.access_in(link, reading.cookie) if reading.cookie else Access.NONE
    if link.state == ShareLink.State.USED_UP and granted != Access.VIEWED:
        return _count_miss(reading)
    if link.passphrase_hash and granted == Access.NONE and not _is_author(reading, link):
        return PassphraseNeeded()
    return link


def _look_up(reading: Reading) -> ShareLink | None:
    try:
        return access.shared_for(reading.token, reading.reader, include_used_up=reading.is_copy)
    except access.NotFound:
        return None


def _count_miss(reading: Reading) -> Exception:
    try:
        throttle.attempt(MISSES.of_address(reading.address))
    except TooManyAttempts as error:
        return error
    return access.NotFound()


def _is_author(reading: Reading, link: ShareLink) -> bool:
    return reading.reader is not None and reading.reader.pk == link.user_id


def _is_counted(reading: Reading, link: ShareLink) -> bool:
    if not reading.counts or _is_author(reading, link):
        return False
    if not reading.is_copy:
        return True
    return (
        link.max_views is not None
        and access_cookies.access_in(link, reading.cookie) != Access.VIEWED
    )


def _count_views(link: ShareLink, wanted: int) -> int:
    """Count up to ``wanted`` views of a link; returns how many were permitted.

    The conditions are on the row itself: with a join, PostgreSQL would not check them again
    when two views wait for the same row.
    """
    row = ShareLink.objects.filter(pk=link.pk).unended()
    now = timezone.now()
    if link.max_views is None:
        views = F("views") + wanted
        return wanted if row.filter(max_views=None).update(views=views, last_viewed_at=now) else 0
    left = row.with_views_left()
    for permitted in range(wanted):
        if not left.update(views=F("views") + 1, last_viewed_at=now):
            return permitted
    return wanted
