"""The page of an invitation, where the invited user creates an account, once."""

from allauth.account.utils import complete_signup
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from conversations.accounts import people
from conversations.accounts.forms import InvitedForm
from conversations.models import NameTaken
from conversations.views.attempts import counting_misses


@counting_misses
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The form; after it the user is signed in.

    A link that is unknown, used, withdrawn or expired gets the same page in every case.
    """
    try:
        invited = people.open_invitation(token)
        form = InvitedForm(invited, request.POST or None)
        if form.is_valid():
            user = people.accept(token, form.chosen())
            response: HttpResponse = complete_signup(
                request, user, settings.ACCOUNT_EMAIL_VERIFICATION, "/"
            )
            return response
    except people.InvitationGone:
        return render(request, "invitation_gone.html", status=404)
    except NameTaken:
        form.add_error(None, _("This name or address has just been taken. Choose another."))
    context = {"form": form, "invitation": invited}
    return render(request, "invitation.html", context, status=422 if form.is_bound else 200)
