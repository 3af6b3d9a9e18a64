"""Stored API completions, of models that store them: read and deleted here, never changed."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from conversations.admin.audited_admin import AuditedAdmin
from conversations.models import KeptCompletion


@admin.register(KeptCompletion)
class KeptCompletionAdmin(AuditedAdmin):
    """Requests and answers as JSON, the newest first."""

    list_display = ("created_at", "user", "api_key_name", "model_name")
    list_filter = ("created_at", "model_name")
    list_select_related = ("user",)
    list_per_page = 50
    list_max_show_all = 100
    show_full_result_count = False
    date_hierarchy = "created_at"
    search_fields = ("user__username", "api_key_name", "model_name")
    search_help_text = gettext_lazy("A user, an API key, or a model.")
    fields = ("created_at", "user", "api_key_name", "model_name", "request_json", "reply_json")

    class Media:
        css = {"all": ("css/admin_completions.css",)}

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
