"""Throttles: how many attempts may fail before the next one has to wait.

The counts are rows of the database: the same for all processes and addresses, and they survive a
restart. There are two families, which cannot push each other out:

- What exists has a slot of its own: an account, a device that an account knows, a share link.
- What anybody can make up shares ``SLOTS`` slots: addresses, and names that belong to no account.
  A million of them need no more rows. An address takes the slot that another one had, so that
  nobody waits for what another address did. Names that share a slot are counted together, so that
  a lock on a name that belongs to no account lasts as surely as one on an account.

An attempt is counted before the secret is compared, so that guesses sent at the same time are all
counted. The delay after the last permitted failure doubles with each further one, to four times
the first, and never becomes permanent.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Case, F, Value, When
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from conversations.database import rows
from conversations.models import FailedAttempts, network_of

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# The most rows of addresses, and as many again of names: measured, 28 and 18 MB.
SLOTS = 2**17
_LONGEST_DELAY = 4
# SQLite may be built for no more than 999 parameters, or conditions, in a statement.
_MOST_AT_ONCE = 500
# For so long after a lock the next one is longer.
_LOCKS_REMEMBERED = _DAY


class TooManyAttempts(Exception):
    """Too many attempts have failed; the next one is permitted after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    @property
    def wait(self) -> str:
        """The delay in words, rounded up to minutes."""
        minutes = math.ceil(self.seconds / 60)
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}


class Count(NamedTuple):
    """The number of failures, when the next attempt is permitted, and when all is forgotten."""

    failures: int
    free_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Throttle:
    """A limit: ``most`` failures ``within`` a time, and then a delay that begins with ``wait``.

    Where all attempts are for one secret (``is_one_secret``), each further failure is followed by a
    longer delay, and a success clears the count: nobody guesses what they know. Where many share a
    count, ``most`` further failures are permitted after each delay, and a success takes back only
    itself.
    """

    name: str
    most: int
    within: timedelta
    wait: timedelta
    is_one_secret: bool = False

    def of(self, kind: str, key: object) -> "Guarded":
        """The count of something that exists: an account, a device of one, a link."""
        return Guarded(self, f"{self.name}/{kind}/{key}")

    def of_address(self, address: str, *about: str) -> "Guarded":
        """The count of a network, or of what it does about one thing, such as a link."""
        subject = _digest(self.name, network_of(address), *about)
        return Guarded(self, f"address/{_place(subject)}", subject)

    def of_name(self, name: str) -> "Guarded":
        """The count of a name to which nothing belongs; the caller has looked for it."""
        return Guarded(self, f"name/{_place(_digest(self.name, name))}")

    def after(self, before: Count | None, now: datetime) -> Count:
        """The count with one more failure."""
        if before is None or before.ends_at <= now:
            before = Count(0, now, now + self.within)
        failures = before.failures + 1
        beyond, rest = divmod(failures - self.most, 1 if self.is_one_secret else self.most)
        if beyond < 0 or rest:
            return Count(failures, now, before.ends_at)
        free_at = now + self.wait * min(2**beyond, _LONGEST_DELAY)
        return Count(failures, free_at, free_at + _LOCKS_REMEMBERED)


@dataclass(frozen=True)
class Guarded:
    """Something whose failures are counted under a throttle.

    ``subject`` tells apart those that may take the slot from each other.
    """

    throttle: Throttle
    slot: str
    subject: str = ""


@dataclass
class Attempt:
    """An attempt that is counted as failed until it has succeeded."""

    counts: dict[Guarded, Count]
    has_succeeded: bool = False

    @property
    def locked(self) -> list[Guarded]:
        """The counts that this attempt has locked, should it fail."""
        now = timezone.now()
        return [guarded for guarded, count in self.counts.items() if count.free_at > now]

    def succeeded(self) -> None:
        """Clear what is counted for one secret, and take this attempt back from the rest."""
        self.has_succeeded = True
        for guarded, count in self.counts.items():
            if guarded.throttle.is_one_secret:
                clear(guarded)
            else:
                _take_back(guarded, count)


def attempt(*all_guarded: Guarded) -> Attempt:
    """Count an attempt for each of these. Raises :class:`TooManyAttempts` where one has to wait.

    One that has to wait is counted for none of them: it tells nobody anything, and a network that
    is locked locks no account.
    """
    stored = _stored(all_guarded)
    _refuse_locked(all_guarded, stored)
    return Attempt({each: _count(each, stored.get(each.slot)) for each in all_guarded})


def refuse_locked(*all_guarded: Guarded) -> None:
    """Raise :class:`TooManyAttempts` where one of these has to wait. Nothing is counted."""
    _refuse_locked(all_guarded, _stored(all_guarded))


def delays(all_guarded: Sequence[Guarded]) -> dict[Guarded, int]:
    """The seconds that each of these has to wait; those that need not are left out."""
    now, stored = timezone.now(), _stored(all_guarded)
    waits = {each: _seconds(each, stored.get(each.slot), now) for each in all_guarded}
    return {each: seconds for each, seconds in waits.items() if seconds}


def clear(*all_guarded: Guarded) -> int:
    """Forget the failures of these; returns of how many there were some."""
    found = [
        FailedAttempts.objects.filter(slot=each.slot, subject=each.subject) for each in all_guarded
    ]
    return sum(each.delete()[0] for each in found)


def forget_ended(now: datetime) -> int:
    """Remove some of the counts that are over; returns how many."""
    ended = FailedAttempts.objects.filter(ends_at__lte=now).values_list("slot", flat=True)
    # Looked at again: an attempt may have begun a new count meanwhile.
    some = FailedAttempts.objects.filter(slot__in=list(ended[:_MOST_AT_ONCE]))
    return some.filter(ends_at__lte=now).delete()[0]


def _stored(all_guarded: Sequence[Guarded]) -> dict[str, FailedAttempts]:
    # Every view of a shared page asks for this: the ORM would need three times as long.
    keys = [{"slot": slot} for slot in dict.fromkeys(each.slot for each in all_guarded)]
    parts = (keys[start : start + _MOST_AT_ONCE] for start in range(0, len(keys), _MOST_AT_ONCE))
    return {row.slot: row for part in parts for row in rows.found(FailedAttempts, part)}


def _refuse_locked(all_guarded: Sequence[Guarded], stored: dict[str, FailedAttempts]) -> None:
    now = timezone.now()
    if seconds := max(_seconds(each, stored.get(each.slot), now) for each in all_guarded):
        raise TooManyAttempts(seconds)


def _seconds(guarded: Guarded, row: FailedAttempts | None, now: datetime) -> int:
    """For how long the next attempt has to wait; 0 if it need not."""
    if row is None or row.subject != guarded.subject:
        return 0
    return max(0, math.ceil((row.free_at - now).total_seconds()))


def _count(guarded: Guarded, row: FailedAttempts | None) -> Count:
    """Count a failure; ``row`` is what was stored a moment ago.

    A loop, because others may count at the same time. Each round is lost to one that has counted,
    so there are not more rounds than permitted failures.
    """
    while True:
        now = timezone.now()
        if seconds := _seconds(guarded, row, now):
            raise TooManyAttempts(seconds)
        is_same = row is not None and row.subject == guarded.subject
        before = Count(row.failures, row.free_at, row.ends_at) if row and is_same else None
        after = guarded.throttle.after(before, now)
        if _has_stored(guarded, row, after):
            return after
        row = FailedAttempts.objects.filter(slot=guarded.slot).first()


def _has_stored(guarded: Guarded, row: FailedAttempts | None, count: Count) -> bool:
    """Store the count in place of ``row``, unless somebody has changed that."""
    values = {"subject": guarded.subject, **count._asdict()}
    if row is None:
        return rows.inserted(FailedAttempts, {"slot": guarded.slot, **values}) is not None
    same = FailedAttempts.objects.filter(
        slot=row.slot, subject=row.subject, failures=row.failures, free_at=row.free_at
    )
    return bool(same.update(**values))


def _take_back(guarded: Guarded, counted: Count) -> None:
    """Take one failure back, and with it the lock that it began."""
    free_at = Case(
        When(failures=counted.failures, then=Value(timezone.now())), default=F("free_at")
    )
    FailedAttempts.objects.filter(
        slot=guarded.slot, subject=guarded.subject, failures__gt=0
    ).update(failures=F("failures") - 1, free_at=free_at)


def _digest(*parts: str) -> str:
    # With the site's key, so that nobody can choose whose slot an address takes.
    return salted_hmac("conversations.throttle", "\n".join(parts), algorithm="sha256").hexdigest()


def _place(digest: str) -> int:
    return int(digest, 16) % SLOTS


# The secrets of one account, whichever form takes them. A day, so that guesses that are spread
# over the hours are counted together: 10 at once, and then at most one an hour.
PASSWORDS = Throttle("password", 10, _DAY, 15 * _MINUTE, is_one_secret=True)
CODES = Throttle("code", 10, _DAY, 15 * _MINUTE, is_one_secret=True)
# A code of an app works once (RFC 6238, 5.2), for as long as it can be right.
USED_CODES = Throttle("used code", 1, 2 * _MINUTE, 2 * _MINUTE)
# Any of them, from one network.
GUESSES = Throttle("guess", 50, 15 * _MINUTE, 15 * _MINUTE)
# Addresses of links that exist nowhere: of shared pages, set-up, invitations, new passwords.
MISSES = Throttle("miss", 30, _MINUTE, _MINUTE)
PASSPHRASES = Throttle("passphrase", 5, 5 * _MINUTE, 5 * _MINUTE, is_one_secret=True)
# For all networks together, so that guessing from many is bounded too.
PASSPHRASES_OF_LINK = Throttle("passphrases", 50, 5 * _MINUTE, 5 * _MINUTE)
# Forms that anybody may send, right or wrong: each costs a password hash, or sends mail.
SIGN_INS = Throttle("sign-in", 60, _MINUTE, _MINUTE)
REQUESTS = Throttle("request", 30, 15 * _MINUTE, 15 * _MINUTE)
# Mail of one kind to a mailbox that somebody asked for who is not signed in, or not to this one.
MAILS = Throttle("mail", 5, _HOUR, _HOUR)
