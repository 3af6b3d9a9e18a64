"""The administration site, with its records in sections by purpose instead of by app."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

SECTIONS = (
    (_("Models"), ("Provider", "LanguageModel", "Preset")),
    (_("Users"), ("User", "Group", "Invitation")),
    (_("Limits and usage"), ("Rule", "LedgerEntry")),
    (_("Sharing and API"), ("ShareLink", "ApiKey", "KeptCompletion")),
    (_("Site"), ("Policy", "AuditEntry")),
)


View = Callable[..., HttpResponseBase]


def demanding_second_factor(view: View) -> View:
    """The view of the administration, behind the page on which a missing second factor is added."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Imported here, since the records are not loaded when this file is.
        from conversations.views.second_factor import redirect_if_missing  # noqa: PLC0415

        return redirect_if_missing(request) or view(request, *args, **kwargs)

    return guarded


class AdministrationConfig(AdminConfig):
    """Django's administration with our site as its default."""

    default_site = "chatsite.administration.Administration"


class Administration(AdminSite):
    """Django's site with its index and its sidebar in our sections.

    It has no pages of its own for signing in and out and for the own password: allauth's count
    guesses, send mail and end what has to end.
    """

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Go to the one page that signs out; a form is sent on to it."""
        return redirect("account_logout", preserve_request=True)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Go to the one page that changes the own password."""
        return redirect("account_change_password")

    def password_change_done(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Go where the page of the password leads."""
        return redirect("account_change_password")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """The page, for staff who have shown all that the site policy asks of them."""
        opened = super().admin_view(view, cacheable)
        return opened if view == self.logout else demanding_second_factor(opened)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """The records that the user may see, in sections; the unlisted ones come last."""
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        rest = {each["object_name"]: each for app in apps for each in app["models"]}
        sections = [
            _section(title, [rest.pop(name) for name in names if name in rest])
            for title, names in SECTIONS
        ]
        sections.append(_section(_("More"), list(rest.values())))
        return [section for section in sections if section["models"]]


def _section(title: Any, records: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": title, "models": records}
