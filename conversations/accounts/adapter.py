"""allauth's rules for accounts: who may sign up, and how often guesses may fail.

Sign-up without an invitation is closed, for one e-mail domain, or open. Invitations work with every
setting; see conversations.accounts.people.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.accounts import guessing, mail
from conversations.accounts.provider_only import is_provider_only
from conversations.audit.devices import device_in_words
from conversations.models import SignInName, User


class AccountAdapter(DefaultAccountAdapter):
    """allauth's rules, restricted by the SIGNUP setting, with counts that last."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        **dict.fromkeys(
            ("email_password_mismatch", "username_password_mismatch"),
            gettext_lazy("The name or the password is not right."),
        ),
        "incorrect_password": gettext_lazy("The password is not right."),
        "enter_current_password": gettext_lazy("The current password is not right."),
        "email_taken": gettext_lazy("An account with this address exists already."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """True if visitors may see and send the sign-up form."""
        return settings.SIGNUP == "open" or bool(settings.SIGNUP_DOMAIN)

    def is_safe_url(self, url: str) -> bool:
        """True for an address of this site; what is no address is none, such as `http://[::1`."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """The name that somebody chose, in the form in which Django stores names (NFKC)."""
        normal: str = super().clean_username(User.normalize_username(username), shallow)
        return normal

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The account, if its password is right. Raises ValidationError after many failures."""
        names = {value for key, value in credentials.items() if key != "password"}
        users, name = _named(names), min(names, default="")
        if not users and (owner := SignInName.objects.owner_of(name)):
            # A name signs in as it is compared: SQLite finds no "Иван" for "иван", and no
            # database a name that is typed in wide letters or with accents of their own.
            users = [owner]
            credentials = {"username": owner.username, "password": credentials.get("password")}
        if credentials.get("email") == credentials.get("username"):
            # allauth takes the username for an address as well. Given both, it would compare the
            # password of an account twice, and be slower where there is one.
            del credentials["email"]
        counted = guessing.password_attempt(request, users, name)
        with guessing.told_in_form(request), counted as attempt:
            user: AbstractBaseUser | None = super().authenticate(request, **credentials)
            if user is not None:
                attempt.succeeded()
        return user

    def pre_login(
        self,
        request: HttpRequest,
        user: AbstractBaseUser,
        *,
        signal_kwargs: dict[str, Any] | None,
        **rest: Any,
    ) -> HttpResponse | None:
        """The page in place of a sign-in: for closed accounts, and those of the provider alone."""
        response: HttpResponse | None = super().pre_login(
            request, user, signal_kwargs=signal_kwargs, **rest
        )
        by_provider = "sociallogin" in (signal_kwargs or {})
        if response is None and not by_provider and is_provider_only(user):
            messages.error(request, _("This account is opened by its sign-in service alone."))
            return redirect("account_login")
        return response

    def get_http_user_agent(self, request: HttpRequest) -> str:
        """The browser and the system that made a request, as mails name them.

        A User-Agent that names neither is left out: it may be any text of a stranger.
        """
        return device_in_words(super().get_http_user_agent(request))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; but of those that others can ask for, no more than one reads.

        No page waits for one, nor fails with it: a new API key is shown this once.
        """
        few = template_prefix in _ASKED_FOR
        send = self._send_few if few else super().send_mail
        mail.send_later(send, template_prefix, email, context)

    def _send_few(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if guessing.may_be_sent(template_prefix, email, _named({email})):
            super().send_mail(template_prefix, email, context)


# All others tell the user what was done to the account, and are never left out.
_ASKED_FOR = {
    f"account/email/{name}"
    for name in (
        "account_already_exists",
        "email_confirmation",
        "email_confirmation_signup",
        "password_reset_key",
        "unknown_account",
    )
}


def _named(names: set[str]) -> list[User]:
    """The accounts that sign in by one of these names, as allauth finds them."""
    found: dict[int, User] = {}
    for name in names:
        by_address = filter_users_by_email(name, prefer_verified=True, for_login=True)
        users = [get_user_by_username(name), *by_address]
        found |= {user.pk: user for user in users if user is not None}
    return list(found.values())
