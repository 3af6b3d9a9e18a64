"""The administration as one place: its records by what they are for, not by the app they are in."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

SECTIONS = (
    (_("Models"), ("Provider", "LanguageModel", "Preset")),
    (_("People"), ("User", "Group", "Invitation", "SocialApp")),
    (_("Limits and use"), ("Rule", "LedgerEntry")),
    (_("Shared and called"), ("ShareLink", "ApiKey", "KeptCompletion")),
    (_("Site"), ("Policy", "AuditEntry")),
)


class AdministrationConfig(AdminConfig):
    """Django's administration, with our site for its own."""

    default_site = "chatsite.administration.Administration"


class Administration(AdminSite):
    """Django's site with its index and its side list in our sections."""

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """The records that the person may see, in sections; what no section names comes last."""
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
