"""Recent activity: the security events of the signed-in user's account."""

from dataclasses import dataclass
from datetime import datetime

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
    context = {"page": page, "activity": [ActivityRow.of(each, request.user) for each in page]}
    return render(request, "account_page/activity.html", context)


def recent_activity(user: User) -> list["ActivityRow"]:
    """The newest rows."""
    return [ActivityRow.of(each, user) for each in activity_of(user)[:MOST_RECENT]]


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
    def of(cls, entry: AuditEntry, user: User) -> "ActivityRow":
        """The row for the user whom the entry is about."""
        is_refused = entry.action in _REFUSED
        is_own = is_refused or entry.actor_id == user.pk
        device = [device_in_words(entry.user_agent)] if entry.user_agent else []
        what = capfirst(entry.action_in_words)
        return cls(
            at=entry.last_at or entry.at,
            what=what if entry.times == 1 else f"{what} × {entry.times:,}",
            details=_details(entry),
            by="" if is_own else entry.actor_name,
            origin=" · ".join(filter(None, [*device, entry.address])) if is_own else "",
            is_refused=is_refused,
        )


_REFUSED = {event.value for event in SecurityEvent if event.is_failure}


def _in_words(value: str) -> str:
    names = {"totp": _("authenticator app"), "webauthn": _("passkey")}
    # The proofs of a sign-in are one value.
    return ", ".join(names.get(part, part) for part in value.split(", "))


def _details(entry: AuditEntry) -> str:
    if entry.is_security_event:
        return ", ".join(_in_words(str(value)) for value in entry.after.values())
    # Of a change by an administrator its fields: the values are on the account page.
    return ", ".join(name.replace("_", " ") for name in {**entry.before, **entry.after})
