"""Providers: the servers that answer."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from conversations.admin.audited_admin import AuditedAdmin
from conversations.admin.bulk_flags import flag_action
from conversations.admin.provider_form import CLOCKS, ProviderForm
from conversations.admin.provider_models import ModelsPage, connection_report
from conversations.catalog import listing
from conversations.models import Provider


@admin.register(Provider)
class ProviderAdmin(AuditedAdmin):
    """Providers, with buttons to test the connection and to sync the models."""

    form = ProviderForm
    change_form_template = "admin/conversations/provider/change_form.html"
    list_display = ("name", "base_url", "dialect", "model_count", "enabled", "paused")
    list_filter = ("enabled", "paused", "dialect")
    search_fields = ("name", "base_url")
    actions = (
        flag_action("enable", gettext_lazy("Enable"), enabled=True),
        flag_action("disable", gettext_lazy("Disable"), enabled=False),
        flag_action("pause", gettext_lazy("Pause: accept no new messages"), paused=True),
        flag_action("resume", gettext_lazy("Resume"), paused=False),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The providers, with the numbers of their models."""
        found: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = found.annotate(models_here=Count("models"))
        return counted

    @admin.display(description=gettext_lazy("models"), ordering="models_here")
    def model_count(self, provider: Any) -> int:
        """The number of its models on this site."""
        count: int = provider.models_here
        return count

    def get_fieldsets(self, request: HttpRequest, obj: Provider | None = None) -> Any:
        """The fields in groups; the boxes to remove a secret only where one is stored."""
        key, headers = ["api_key"], ["extra_headers"]
        if obj and (obj.api_key or "api_key" in obj.unreadable_secrets()):
            key.append("remove_api_key")
        if obj and (obj.extra_headers or "extra_headers" in obj.unreadable_secrets()):
            headers.append("remove_extra_headers")
        bounds = _("Timeouts and concurrency")
        return (
            (None, {"fields": ("name", "base_url", "dialect", "enabled", "paused")}),
            (
                _("Secrets"),
                {
                    "fields": key + headers,
                    "description": _("They are stored encrypted and never shown."),
                },
            ),
            (bounds, {"fields": (*CLOCKS, "max_concurrent")}),
        )

    def get_urls(self) -> list[URLPattern]:
        """The addresses of the buttons and those of Django."""
        buttons = {"test": self.test_connection, "sync": self.sync, "load": self.load_catalogue}
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"conversations_provider_{name}",
            )
            for name, view in buttons.items()
        ]
        return [*own, *super().get_urls()]

    def test_connection(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Ask the server for its models and report the result."""
        provider = self._provider(request, object_id)
        fetched = listing.fetch(provider)
        level = messages.ERROR if fetched.error else messages.SUCCESS
        self.message_user(request, connection_report(provider, fetched), level)
        return redirect("admin:conversations_provider_change", provider.pk)

    def sync(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Preview the changes from the server's list, or apply the ticked ones."""
        return ModelsPage(self, self._provider(request, object_id), "sync").respond(request)

    def load_catalogue(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Preview the models of the catalogue, or add the ticked ones."""
        provider = self._provider(request, object_id)
        if provider.dialect != Provider.Dialect.SILICONFLOW:
            raise Http404
        return ModelsPage(self, provider, "catalogue").respond(request)

    def _provider(self, request: HttpRequest, object_id: str) -> Provider:
        provider: Provider | None = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, provider):
            raise PermissionDenied
        if provider is None:
            raise Http404
        return provider
