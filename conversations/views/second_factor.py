"""Leads administrators to a second factor that the site policy asks of them."""

from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from conversations.accounts import second_factors


def redirect_if_missing(request: HttpRequest) -> HttpResponseRedirect | None:
    """A redirect to the page of second factors; None for those who need none or have one."""
    if not request.user.is_authenticated or not second_factors.is_missing(request):
        return None
    messages.warning(
        request,
        _("The administration is open to you after you have added a passkey or an app here."),
    )
    return redirect("mfa_index")


class RemovePasskey(RemoveWebAuthnView):
    """Removes a passkey, unless its user needs it. allauth asks that only about apps."""

    def form_valid(self, form: object) -> HttpResponse:
        """Remove it, or say why not."""
        rules = second_factors.SecondFactors()
        if not rules.can_delete_authenticator(self.get_object()):
            messages.error(self.request, rules.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_list_webauthn")
        response: HttpResponse = super().form_valid(form)
        return response
