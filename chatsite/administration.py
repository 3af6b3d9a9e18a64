"""The administration site, with its records in sections by purpose instead of by app."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

SECTIONS = (
    (_("Models"), ("Provider", "LanguageModel", "Preset")),
    (_("Users"), ("User", "Group", "Invitation")),
    (_("Limits and usage"), ("Rule", "LedgerEntry")),
    (_("Sharing and API"), ("ShareLink", "ApiKey", "KeptCompletion")),
    (_("Site"), ("Policy", "AuditEntry")),
)


class AdministrationConfig(AdminConfig):
    """Django's administration with our site as its default."""

    default_site = "chatsite.administration.Administration"


class Administration(AdminSite):
    """Django's site with its index and its sidebar in our sections."""

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
