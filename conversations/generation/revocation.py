"""Re-checks the permissions of running generations and open pages."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from django.db.models import IntegerField
from django.utils.translation import gettext as _

from conversations.database.prepared import PreparedQuery
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
    running = ours.select_related("user", "api_key")
    by_user: dict[User, list[Generation]] = {}
    for generation in running:
        by_user.setdefault(generation.user, []).append(generation)
    ended = Failure("deactivated", _("The answer was ended, or its account deleted."))
    gone = set(known) - {generation.pk for generation in running}
    return dict.fromkeys(gone, ended) | {
        generation.pk: why
        for user, generations in by_user.items()
        for generation, why in _revoked_of(user, generations, known)
    }


def _revoked_of(
    user: User, generations: list[Generation], addresses: Mapping[UUID, str]
) -> list[tuple[Generation, Failure]]:
    if not user.is_active:
        why = Failure("deactivated", _("The account was deactivated."))
        return [(generation, why) for generation in generations]
    allowed = set(LanguageModel.objects.open_to(user).values_list("pk", flat=True))
    reasons = [(each, _reason(each, allowed, addresses.get(each.pk))) for each in generations]
    return [(each, why) for each, why in reasons if why]


def _reason(generation: Generation, allowed: set[int], address: str | None) -> Failure | None:
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


_active = PreparedQuery(lambda pk: User.objects.filter(pk=pk, is_active=True), pk=IntegerField())


def signed_in(user_id: int, session_key: str) -> User | None:
    """Return the current user if the account is active and the session still valid.

    A session ends by signing out, for want of use, by its age, and by a changed password.
    """
    user = _active.first(pk=user_id)
    session = BrowserSession.objects.filter(session_key=session_key).first()
    return user if user and session and session.signs_in(user) else None
