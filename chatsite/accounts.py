"""Who may sign up: nobody, the invited, the people of one e-mail domain, or anybody."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

INVITATION_SECONDS = 7 * 24 * 3600
_SALT = "chatsite.invitation"
_SESSION_KEY = "invited_email"


def invitation_url(email: str) -> str:
    """A link that lets `email` sign up, for a week; an account of that address uses it up."""
    token = signing.dumps(email.lower(), salt=_SALT)
    return f"{settings.SITE_URL}{reverse('account_signup')}?invitation={token}"


class AccountAdapter(DefaultAccountAdapter):
    """allauth's rules for accounts, with the site's SIGNUP setting on top."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this visitor may see and send the sign-up form."""
        if settings.SIGNUP == "invite":
            return _invited_email(request) is not None
        return settings.SIGNUP == "open" or bool(settings.SIGNUP_DOMAIN)

    def clean_email(self, email: str) -> str:
        """The address, if the site's setting admits it; raises ValidationError otherwise."""
        email = super().clean_email(email)
        if settings.SIGNUP_DOMAIN and _domain(email) != settings.SIGNUP_DOMAIN:
            raise ValidationError(
                _("Use an address at %(domain)s.") % {"domain": settings.SIGNUP_DOMAIN}
            )
        if settings.SIGNUP == "invite" and not self._may_use(email):
            raise ValidationError(_("Use the address that was invited."))
        return email

    def _may_use(self, email: str) -> bool:
        # Somebody who is signed in already changes an own address here; only sign-up is by
        # invitation.
        if self.request is None or self.request.user.is_authenticated:
            return True
        return email.lower() == _invited_email(self.request)


def _domain(email: str) -> str:
    return email.rpartition("@")[2].lower()


def _invited_email(request: HttpRequest) -> str | None:
    """The address of the invitation in the link, or in the session that followed one."""
    token = request.GET.get("invitation")
    if token:
        try:
            request.session[_SESSION_KEY] = signing.loads(
                token, salt=_SALT, max_age=INVITATION_SECONDS
            )
        except signing.BadSignature:
            return None
    return request.session.get(_SESSION_KEY)
