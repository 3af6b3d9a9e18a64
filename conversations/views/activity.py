"""Recent activity: the security events of the signed-in user's account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conversations.audit.activity import activity_of
from conversations.audit.devices import device_in_words
from conversations.models import AuditEntry, SecurityEvent, User
from conversations.views.signed_in import SignedInRequest

# On the account page.
MOST_RECENT = 5
_PER_PAGE = 50


@require_safe
@login_required
def activity(request: SignedInRequest) -> HttpResponse:
    """All activity, in pages."""
    page = Paginator(activity_of(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "activity": _rows(list(page), request.user)}
    return render(request, "account_page/activity.html", context)


def recent_activity(user: User) -> list["ActivityRow"]:
    """The newest rows."""
    return _rows(list(activity_of(user)[:MOST_RECENT]), user)


def _rows(entries: Sequence[AuditEntry], user: User) -> list["ActivityRow"]:
    titles = _titles_of_links(entries, user)
    return [ActivityRow.of(each, user, titles) for each in entries]


def _titles_of_links(entries: Sequence[AuditEntry], user: User) -> Mapping[str, str]:
    """The titles of the user's links by id. The log has the id alone: administrators read it."""
    ids = [each.after[_LINK] for each in entries if _LINK in each.after]
    titles = user.share_links.filter(pk__in=ids).values_list("pk", "title")
    return {str(key): title or _("Untitled") for key, title in titles}


@dataclass(frozen=True)
class ActivityRow:
    """An entry in words. The address of an administrator is not the user's to know."""

    at: datetime
    what: str
    details: str
    by: str
    origin: str
    is_refused: bool

    @classmethod
    def of(cls, entry: AuditEntry, user: User, titles: Mapping[str, str]) -> "ActivityRow":
        """The row for the user whom the entry is about."""
        is_refused = entry.action in _REFUSED
        is_own = is_refused or entry.actor_id == user.pk
        device = [device_in_words(entry.user_agent)] if entry.user_agent else []
        what = capfirst(entry.action_in_words)
        return cls(
            at=entry.last_at or entry.at,
            what=what if entry.times == 1 else f"{what} × {entry.times:,}",
            details=_details(entry, titles),
            by="" if is_own else entry.actor_name,
            origin=" · ".join(filter(None, [*device, entry.address])) if is_own else "",
            is_refused=is_refused,
        )


# The detail of an event about a link: its id.
_LINK = "link"
_REFUSED = {event.value for event in SecurityEvent if event.is_failure}


def _details(entry: AuditEntry, titles: Mapping[str, str]) -> str:
    if entry.is_security_event:
        return ", ".join(_in_words(name, value, titles) for name, value in entry.after.items())
    # Of a change by an administrator its fields: the values are on the account page.
    return ", ".join(name.replace("_", " ") for name in {**entry.before, **entry.after})


def _in_words(name: str, value: object, titles: Mapping[str, str]) -> str:
    if name == _LINK:
        return titles.get(str(value), _("a link that was removed"))
    names = {"totp": _("authenticator app"), "webauthn": _("passkey")}
    if settings.OIDC:
        names[settings.OIDC.issuer] = settings.OIDC.name
    # The proofs of a sign-in are one value.
    return ", ".join(names.get(part, part) for part in str(value).split(", "))
