"""What models that keep it were asked and answered by programs: read and deleted, never changed."""

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
    search_help_text = gettext_lazy("A person, an API key, or a model.")
    fields = ("created_at", "user", "api_key_name", "model_name", "asked", "answered")

    class Media:
        css = {"all": ("css/admin_completions.css",)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Programs make them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was said stays what was said."""
        return False

    @admin.display(description=gettext_lazy("request"))
    def asked(self, kept: KeptCompletion) -> str:
        """The body as it came, indented."""
        return _readable(kept.request)

    @admin.display(description=gettext_lazy("answer"))
    def answered(self, kept: KeptCompletion) -> str:
        """The completion, indented; with the error where it broke off."""
        return _readable(kept.answer)


def _readable(text: str) -> str:
    if not text:
        return "–"
    indented = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return format_html('<pre class="kept" tabindex="0">{}</pre>', indented)
