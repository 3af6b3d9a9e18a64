"""An invitation: whoever has the link chooses a name and a password, once."""

from allauth.account.utils import complete_signup
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from conversations.accounts import people
from conversations.accounts.forms import InvitedForm


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The form, and after it the site, signed in.

    A link that is wrong, used, withdrawn or expired gets the same page in every case.
    """
    try:
        invited = people.open_invitation(token)
        form = InvitedForm(invited, request.POST or None)
        if form.is_valid():
            person = people.accept(token, form.chosen())
            response: HttpResponse = complete_signup(
                request, person, settings.ACCOUNT_EMAIL_VERIFICATION, "/"
            )
            return response
    except people.InvitationGone:
        return render(request, "invitation_gone.html", status=404)
    except people.NameTaken:
        form.add_error(None, _("Somebody has just taken this name or address. Choose another."))
    context = {"form": form, "invitation": invited}
    return render(request, "invitation.html", context, status=422 if form.is_bound else 200)
