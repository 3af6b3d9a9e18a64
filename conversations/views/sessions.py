"""The page of the signed-in user's sessions: where they are signed in, and ending that."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from conversations.accounts import sessions as domain
from conversations.audit.devices import device_in_words
from conversations.models import BrowserSession
from conversations.views.signed_in import SignedInRequest


@require_http_methods(["GET", "POST"])
def sessions(request: SignedInRequest) -> HttpResponse:
    """The list; a POST ends one session, this one included, or all others."""
    present = domain.sessions_of(request.user)
    if request.method == "POST":
        return _ended(request, present)
    rows = [_Row.of(each, request.session.session_key) for each in present]
    context = {
        # This one first, whichever was used last.
        "rows": sorted(rows, key=lambda row: not row.is_this),
        "idle": domain.idle_in_words(),
        "age": domain.age_in_words(),
    }
    return render(request, "account_page/sessions.html", context)


def _ended(request: SignedInRequest, present: list[BrowserSession]) -> HttpResponse:
    if "others" in request.POST:
        count = domain.end_others(request, request.user)
        text = ngettext("%s other session was ended.", "%s other sessions were ended.", count)
        messages.success(request, text % count)
        return redirect("account_sessions")
    chosen = [each for each in present if each.public_id == request.POST.get("session")]
    if any(each.session_key == request.session.session_key for each in chosen):
        logout(request)
        return redirect("/")
    domain.end(request.user, chosen)
    messages.success(request, _("The session was ended.") if chosen else _("It had ended already."))
    return redirect("account_sessions")


@dataclass(frozen=True)
class _Row:
    id: str
    device: str
    address: str
    signed_in_at: datetime | None
    last_seen_at: datetime | None
    is_this: bool

    @classmethod
    def of(cls, session: BrowserSession, this: str | None) -> "_Row":
        return cls(
            id=session.public_id,
            device=device_in_words(session.user_agent),
            address=session.address,
            signed_in_at=session.signed_in_at,
            last_seen_at=session.last_seen_at,
            is_this=session.session_key == this,
        )
