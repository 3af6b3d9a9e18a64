"""Stored API completions, of models that store them: read and deleted here, never changed."""

import json
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from conversations import audit
from conversations.admin import moments
from conversations.admin.audited_admin import AuditedAdmin, actor_of
from conversations.models import KeptCompletion, SecurityEvent

STARTED = moments.column(KeptCompletion, "created_at")


@admin.register(KeptCompletion)
class KeptCompletionAdmin(AuditedAdmin):
    """Requests and answers as JSON, the newest first."""

    list_display = (STARTED, "user", "api_key_name", "model_name")
    list_filter = ("created_at", "model_name")
    list_select_related = ("user",)
    list_per_page = 50
    list_max_show_all = 100
    show_full_result_count = False
    date_hierarchy = "created_at"
    search_fields = ("user__username", "api_key_name", "model_name")
    search_help_text = gettext_lazy("A user, an API key, or a model.")
    fields = (STARTED, "user", "api_key_name", "model_name", "request_json", "reply_json")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of a call. The user whose call it is sees by whom it was opened, and when."""
        stored = self.get_object(request, unquote(object_id))
        if stored and self.has_view_permission(request, stored):
            audit.record_event(
                SecurityEvent.KEPT_CALL_READ,
                stored.user,
                by=actor_of(request),
                model=stored.model_name,
                started=f"{stored.created_at:%Y-%m-%d %H:%M:%S} UTC",
            )
        return super().change_view(request, object_id, form_url, extra_context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """False: the API stores them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: content is never rewritten."""
        return False

    @admin.display(description=gettext_lazy("request"))
    def request_json(self, stored: KeptCompletion) -> str:
        """The body of the request, indented."""
        return _readable(stored.request)

    @admin.display(description=gettext_lazy("answer"))
    def reply_json(self, stored: KeptCompletion) -> str:
        """The completion, indented, with the error if it broke off."""
        return _readable(stored.answer)


def _readable(text: str) -> str:
    if not text:
        return "–"
    indented = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return format_html('<pre class="stored-content" tabindex="0">{}</pre>', indented)
