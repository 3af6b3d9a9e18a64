"""Re-checks the permissions of running generations and open pages."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.generation.processes import OWNER
from conversations.models import ApiKey, BrowserSession, Generation, LanguageModel, User
from conversations.transcript import Failure

NO_RUNS: Mapping[UUID, str] = MappingProxyType({})


def revoked(known: Mapping[UUID, str] = NO_RUNS) -> dict[UUID, Failure]:
    """Return the generations of this process that are no longer permitted, each with the reason.

    ``known`` are those that run here, with the address of the API client. The result includes
    those of them that have ended in the database, such as by deletion of the account.
    """
    ours = Generation.objects.running().filter(owner=OWNER)
    running = list(ours.select_related("user", "api_key"))
    allowed = LanguageModel.objects.open_to_each({each.user_id for each in running})
    reasons = {
        each.pk: _reason(each, allowed[each.user_id], known.get(each.pk)) for each in running
    }
    ended = Failure("deactivated", _("The answer was ended, or its account deleted."))
    gone = dict.fromkeys(set(known) - set(reasons), ended)
    return gone | {pk: why for pk, why in reasons.items() if why}


def _reason(generation: Generation, allowed: set[int], address: str | None) -> Failure | None:
    if not generation.user.is_active:
        return Failure("deactivated", _("The account was deactivated."))
    if generation.language_model_id not in allowed:
        return Failure("model_taken_away", _("This model is no longer available to you."))
    key = generation.api_key
    return _reason_of_key(generation, key, address) if key else None


def _reason_of_key(generation: Generation, key: ApiKey, address: str | None) -> Failure | None:
    if key.revoked_at:
        return Failure("key_revoked", _("The API key was revoked."))
    if key.is_expired:
        return Failure("key_expired", _("The API key has expired."))
    if not (key.allows(ApiKey.Endpoint.CHAT) and key.is_for(generation.language_model_id)):
        return Failure("key_narrowed", _("The API key is no longer for this."))
    if address and not key.admits(address):
        return Failure("key_narrowed", _("The API key may no longer be used from there."))
    return None


class Visitor(NamedTuple):
    """A user, and the key of the session in which they visit the site."""

    user_id: int
    session_key: str


def signed_in(user_id: int, session_key: str) -> User | None:
    """Return the current user if the account is active and the session still valid.

    A session ends by signing out, for want of use, by its age, and by a changed password.
    """
    visitor = Visitor(user_id, session_key)
    return all_signed_in([visitor]).get(visitor)


def all_signed_in(visitors: Collection[Visitor]) -> dict[Visitor, User]:
    """Those of the visitors whose accounts are active and whose sessions are valid."""
    active = User.objects.filter(is_active=True)
    users = active.in_bulk({each.user_id for each in visitors})
    sessions = BrowserSession.objects.in_bulk({each.session_key for each in visitors})
    return {
        each: user
        for each in visitors
        if (user := users.get(each.user_id))
        and (session := sessions.get(each.session_key))
        and session.signs_in(user)
    }
