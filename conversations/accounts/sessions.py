"""Sessions: who is signed in where, until when, and how a session is ended.

``SESSION_ENGINE`` names this module. A session ends ``SESSION_IDLE_HOURS`` after its last use and
``SESSION_MAX_DAYS`` after the sign-in. Pages and open sockets ask the same record.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from conversations import audit
from conversations.accounts import api_keys, known_devices
from conversations.audit.origin import Origin, current_origin
from conversations.models import BrowserSession, SecurityEvent, SessionEnd, User

# The last use is written at most this often, so that reading pages costs no writing.
USE_NOTED_EVERY = timedelta(minutes=5)
_SIGNED_IN_AT = "signed_in_at"


class SessionStore(DatabaseStore):
    """Django's store of sessions, which fills the columns of :class:`BrowserSession`."""

    # The last use as it was read, and the record that was found to have ended.
    last_seen_at: datetime | None = None
    ended: BrowserSession | None = None

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        """The record of a session."""
        return BrowserSession

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        """The record, to be saved."""
        record = cast("BrowserSession", super().create_model_instance(data))
        return self._described(record, data)

    async def acreate_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        """See create_model_instance()."""
        record = cast("BrowserSession", await super().acreate_model_instance(data))
        return self._described(record, data)

    def _get_session_from_db(self) -> BrowserSession | None:
        return self._checked(BrowserSession.objects.filter(session_key=self.session_key).first())

    async def _aget_session_from_db(self) -> BrowserSession | None:
        found = BrowserSession.objects.filter(session_key=self.session_key)
        return self._checked(await found.afirst())

    def _checked(self, found: BrowserSession | None) -> BrowserSession | None:
        if found is not None and not found.end:
            self.last_seen_at = found.last_seen_at
            return found
        self.ended = found
        self._session_key = None
        return None

    def _described(self, record: BrowserSession, data: dict[str, Any]) -> BrowserSession:
        if SESSION_KEY in data:
            now, origin = timezone.now(), current_origin() or Origin()
            # In the data, because it outlives the key, which changes with the password.
            signed_in_at = data.get(_SIGNED_IN_AT) or now.timestamp()
            record.user_id = int(data[SESSION_KEY])
            record.signed_in_at = datetime.fromtimestamp(signed_in_at, UTC)
            record.last_seen_at = self.last_seen_at = now
            record.address, record.user_agent = origin.address, origin.user_agent
        return record


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_: object) -> None:
    request.session[_SIGNED_IN_AT] = timezone.now().timestamp()


def idle_in_words() -> str:
    """The time without use after which a session ends, in whole days where it can be."""
    hours = settings.SESSION_IDLE_HOURS
    return _hours(hours) if hours % 24 else _days(hours // 24)


def age_in_words() -> str:
    """The time after the sign-in after which a session ends."""
    return _days(settings.SESSION_MAX_DAYS)


def _hours(count: int) -> str:
    return ngettext("%s hour", "%s hours", count) % f"{count:,}"


def _days(count: int) -> str:
    return ngettext("%s day", "%s days", count) % f"{count:,}"


def is_use_due(last_noted: datetime | None) -> bool:
    """True if the last use of a session was noted long enough ago to note it again."""
    return last_noted is not None and timezone.now() - last_noted >= USE_NOTED_EVERY


def note_use(session_key: str) -> None:
    """Note that a session is used now, and from where, if that is known."""
    origin = current_origin()
    seen = {"address": origin.address, "user_agent": origin.user_agent} if origin else {}
    used = BrowserSession.objects.filter(session_key=session_key)
    used.update(last_seen_at=timezone.now(), **seen)


def sessions_of(user: User) -> list[BrowserSession]:
    """The user's sessions that count, the one that was used last first."""
    present = user.browser_sessions.order_by("-last_seen_at")
    return [each for each in present if each.signs_in(user)]


def end(user: User, sessions: Iterable[BrowserSession]) -> int:
    """End some of the user's sessions. Their open pages are closed within seconds."""
    return _end(user, [each.session_key for each in sessions], by=user)


def end_others(request: HttpRequest, user: User) -> int:
    """End all sessions of the user but the one of this request, and forget all other devices."""
    key = request.session.session_key
    known_devices.forget(user)
    known_devices.mark(request, user)
    others = user.browser_sessions.exclude(session_key=key)
    return _end(user, list(others.values_list("session_key", flat=True)), by=user)


@transaction.atomic
def end_as(actor: User, users: Iterable[User], *, with_keys: bool) -> int:
    """End all sessions of users, and revoke their API keys too if asked; returns how many users."""
    count = 0
    for user in users:
        known_devices.forget(user)
        _end(user, list(user.browser_sessions.values_list("session_key", flat=True)), by=actor)
        if with_keys:
            api_keys.revoke_as(actor, user.api_keys.unrevoked())
        count += 1
    return count


def end_all(user_ids: Collection[int]) -> None:
    """Sign users out everywhere, as a part of something that is recorded itself."""
    BrowserSession.objects.filter(user__in=user_ids).delete()


def note_end(ended: BrowserSession) -> SessionEnd | None:
    """Remove a session that has ended by itself, and record that once; returns the reason."""
    reason, user = ended.end, ended.user
    removed, _kinds = BrowserSession.objects.filter(session_key=ended.session_key).delete()
    if removed and user and reason:
        audit.record_event(SecurityEvent.SESSION_EXPIRED, user, because=reason.label)
    return reason


def _end(user: User, keys: Collection[str], *, by: User) -> int:
    ended, _kinds = BrowserSession.objects.filter(session_key__in=keys).delete()
    if ended:
        audit.record_event(SecurityEvent.SESSIONS_ENDED, user, by=by, sessions=ended)
    return ended
