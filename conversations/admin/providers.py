"""Providers: where answers come from."""

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
from conversations.admin.bulk_flags import switch
from conversations.admin.provider_form import CLOCKS, ProviderForm
from conversations.admin.provider_models import ModelsPage, in_words
from conversations.catalog import listing
from conversations.models import Provider


@admin.register(Provider)
class ProviderAdmin(AuditedAdmin):
    """Providers, with the means to test one and to take over its list of models."""

    form = ProviderForm
    change_form_template = "admin/conversations/provider/change_form.html"
    list_display = ("name", "base_url", "dialect", "model_count", "enabled", "paused")
    list_filter = ("enabled", "paused", "dialect")
    search_fields = ("name", "base_url")
    actions = (
        switch("enable", gettext_lazy("Enable"), enabled=True),
        switch("disable", gettext_lazy("Disable"), enabled=False),
        switch("pause", gettext_lazy("Pause: take no new messages"), paused=True),
        switch("resume", gettext_lazy("Resume"), paused=False),
    )

    class Media:
        css = {"all": ("css/admin_providers.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The providers, with how many models each has."""
        found: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = found.annotate(models_here=Count("models"))
        return counted

    @admin.display(description=gettext_lazy("models"), ordering="models_here")
    def model_count(self, provider: Any) -> int:
        """How many models of it the site knows."""
        count: int = provider.models_here
        return count

    def get_fieldsets(self, request: HttpRequest, obj: Provider | None = None) -> Any:
        """The fields in groups. A box to remove something stands only where something is stored."""
        key, headers = ["api_key"], ["extra_headers"]
        if obj and obj.api_key:
            key.append("remove_api_key")
        if obj and obj.extra_headers:
            headers.append("remove_extra_headers")
        limits = _("How long it may take, and how much at once")
        return (
            (None, {"fields": ("name", "base_url", "dialect", "enabled", "paused")}),
            (_("Secrets: they can be written here and are never shown"), {"fields": key + headers}),
            (limits, {"fields": (*CLOCKS, "max_concurrent")}),
        )

    def get_urls(self) -> list[URLPattern]:
        """The addresses of the buttons, before those of the records."""
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
        """Ask the server for its models and say how that went."""
        provider = self._provider(request, object_id)
        asked = listing.fetch(provider)
        level = messages.ERROR if asked.error else messages.SUCCESS
        self.message_user(request, in_words(provider, asked), level)
        return redirect("admin:conversations_provider_change", provider.pk)

    def sync(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Show what the server's list would change here, or change what was ticked."""
        return ModelsPage(self, self._provider(request, object_id), "sync").answer(request)

    def load_catalogue(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Show what the catalogue would add here, or add what was ticked."""
        provider = self._provider(request, object_id)
        if provider.dialect != Provider.Dialect.SILICONFLOW:
            raise Http404
        return ModelsPage(self, provider, "catalogue").answer(request)

    def _provider(self, request: HttpRequest, object_id: str) -> Provider:
        provider: Provider | None = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, provider):
            raise PermissionDenied
        if provider is None:
            raise Http404
        return provider
