"""Pages for all data of a user: to take it along, and to have it erased."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from conversations import audit
from conversations.accounts import deletion
from conversations.accounts.export.everything import export_of
from conversations.accounts.reauthentication import (
    raise_unless_recent,
    reauthentication_possible,
    reauthentication_required,
)
from conversations.database.threads import in_thread
from conversations.models import AuditEntry, SecurityEvent, User
from conversations.refusal import Refused
from conversations.views.signed_in import SignedInRequest

EXPORTS_AN_HOUR = 4
_EXPORT_PAGE = "account_page/export.html"
_DELETE_PAGE = "account_page/delete.html"
# The users whose archives are being sent.
_exporting: set[int] = set()


@login_required
@reauthentication_required
@require_http_methods(["GET", "POST"])
def export(request: SignedInRequest) -> HttpResponseBase:
    """The page about the archive; its form sends it, piece by piece.

    The page asks for the password by itself: after a download the browser would stay where it is,
    on the page that asked.
    """
    if request.method == "GET":
        raise_unless_recent(request)
        return render(request, _EXPORT_PAGE)
    if problem := _refusal(request.user):
        return render(request, _EXPORT_PAGE, {"problem": problem}, status=429)
    audit.record_event(SecurityEvent.DATA_EXPORTED, request.user)
    response = StreamingHttpResponse(_sent(request.user), content_type="application/zip")
    name = f"{settings.SITE_NAME}-{timezone.now():%Y-%m-%d}"
    safe = "".join(each if each.isalnum() and each.isascii() else "-" for each in name)
    response["Content-Disposition"] = f'attachment; filename="{safe}.zip"'
    return response


def _refusal(user: User) -> str:
    """The reason why no further export begins; empty where one may."""
    if user.pk in _exporting:
        return _("An export is being sent to you. Wait until it has ended.")
    lately = AuditEntry.objects.filter(
        actor=user,
        action=SecurityEvent.DATA_EXPORTED,
        at__gt=timezone.now() - timedelta(hours=1),
    )
    if lately.count() >= EXPORTS_AN_HOUR:
        return _("You have exported your data several times. Try again in an hour.")
    return ""


async def _sent(user: User) -> AsyncIterator[bytes]:
    """The archive. Each piece is made on a thread when the one before it was sent."""
    if user.pk in _exporting:
        # Two forms were sent within the same moment.
        raise RuntimeError("An export is being sent to this user.")
    _exporting.add(user.pk)
    try:
        pieces = export_of(user)
        while piece := await in_thread(_next, pieces):
            yield piece
    finally:
        _exporting.discard(user.pk)


def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")


class DeleteForm(forms.Form):
    """The name of the account, typed by its user: a click alone deletes nothing."""

    username = forms.CharField(
        label=gettext_lazy("Your username"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, user: User, data: object = None) -> None:
        super().__init__(data, label_suffix="")  # type: ignore[arg-type]
        self._user = user

    def clean_username(self) -> str:
        """Refuse any other name."""
        name: str = self.cleaned_data["username"]
        if name != self._user.get_username():
            raise forms.ValidationError(_("Write your username: %s") % self._user.get_username())
        return name


@login_required
@reauthentication_possible
@require_http_methods(["GET", "POST"])
def delete(request: SignedInRequest) -> HttpResponse:
    """The page that says what goes; its form deletes the account at once."""
    user = request.user
    form = DeleteForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        raise_unless_recent(request)
        try:
            deletion.delete(user, [user])
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            # To the address that it had, because somebody else may have done it.
            get_adapter(request).send_notification_mail("account/email/account_deleted", user)
            # Not Django's sign-out, which tells everybody of a user who is gone.
            request.session.flush()
            request.user = AnonymousUser()  # type: ignore[assignment]
            response = render(request, "account_page/deleted.html")
            # Drafts, as at every sign-out (static/js/pages/sign_out.js).
            response["Clear-Site-Data"] = '"storage"'
            return response
    context = {"form": form, "conversations": user.conversations.undeleted().count()}
    return render(request, _DELETE_PAGE, context, status=422 if form.is_bound else 200)
