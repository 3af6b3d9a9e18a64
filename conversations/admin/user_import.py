"""The import of users from a CSV file: upload, preview, confirmation."""

import base64
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.accounts import csv_import
from conversations.accounts.csv_import import Invited, NotReadable, Plan
from conversations.admin import csv
from conversations.admin.audited_admin import actor_of

if TYPE_CHECKING:
    _Admin = ModelAdmin[Any]

# The preview shows this many rows, those with problems first, and counts the others.
PREVIEW_ROWS = 50


class UploadForm(forms.Form):
    """The form for the file."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )


class ImportPage:
    """The steps of an import. The preview page holds the file's text; the server stores nothing."""

    def __init__(self, admin: "_Admin") -> None:
        self.admin = admin

    def respond(self, request: HttpRequest) -> HttpResponse:
        """The upload form, the preview of a file, or the result of a confirmed preview."""
        if not (
            self.admin.has_add_permission(request) and self.admin.has_change_permission(request)
        ):
            raise PermissionDenied
        if request.method != "POST":
            return self._form(request, UploadForm())
        form = UploadForm(request.POST, request.FILES)
        confirmed = "text" in request.POST
        if not confirmed and not form.is_valid():
            return self._form(request, form)
        try:
            text = request.POST["text"] if confirmed else _uploaded(form)
            plan = csv_import.plan_of(text)
        except NotReadable as problem:
            form = UploadForm()
            return self._form(request, form, str(problem))
        if not confirmed or plan.bad:
            return self._preview(request, plan, text)
        if plan.needs_rules and not request.user.has_perm("conversations.add_rule"):
            raise PermissionDenied
        return self._done(request, csv_import.carry_out(actor_of(request), plan))

    def _form(self, request: HttpRequest, form: forms.Form, problem: str = "") -> HttpResponse:
        context = {
            "form": form,
            "problem": problem,
            "most_rows": csv_import.MOST_ROWS,
            "example": "data:text/csv;base64," + _base64(_EXAMPLE),
        }
        return self._page(request, "import_form", context, 422 if problem or form.errors else 200)

    def _preview(self, request: HttpRequest, plan: Plan, text: str) -> HttpResponse:
        rows = sorted(plan.rows, key=lambda row: (not row.problems, row.line))
        context = {
            "plan": plan,
            "rows": rows[:PREVIEW_ROWS],
            "more": max(0, len(rows) - PREVIEW_ROWS),
            "text": text,
        }
        return self._page(request, "import_preview", context, 422 if plan.bad else 200)

    def _done(self, request: HttpRequest, invited: list[Invited]) -> HttpResponse:
        cells = ((each.username, each.email, each.link) for each in invited)
        table = "".join(csv.lines(("username", "email", "link"), cells))
        context = {"count": len(invited), "links": "data:text/csv;base64," + _base64(table)}
        return self._page(request, "import_done", context, 200)

    def _page(
        self, request: HttpRequest, name: str, context: dict[str, Any], status: int
    ) -> HttpResponse:
        common = {
            **self.admin.admin_site.each_context(request),
            "title": _("Import users"),
            "opts": self.admin.opts,
        }
        template = f"admin/conversations/user/{name}.html"
        return TemplateResponse(request, template, {**common, **context}, status=status)


_EXAMPLE = (
    "username,email,groups,limits\r\n"
    "erin,erin@example.org,staff,tokens/day=100k\r\n"
    "frank,frank@example.org,staff|guests,requests/hour=20|cost/month=12.50\r\n"
)


def _uploaded(form: forms.Form) -> str:
    # One byte more than the maximum shows that the file is too large.
    return csv_import.decoded(form.cleaned_data["file"].read(csv_import.MOST_BYTES + 1))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
