"""Bulk actions that ask for confirmation, and perhaps for values, on a page of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

# The page names this many records and counts the others.
_NAMES = 10


@dataclass(frozen=True)
class Confirmation:
    """The texts and the form of the page; ``action`` is the name of the action's method."""

    action: str
    title: "Text"
    explanation: "Text"
    button: "Text"
    form: type[forms.Form] = forms.Form


def ask(
    admin: "ModelAdmin[Any]",
    request: HttpRequest,
    confirmation: Confirmation,
    records: QuerySet[Any],
    carry_out: Callable[[dict[str, Any]], str],
) -> HttpResponse | None:
    """The page; once it is confirmed, None and the message that ``carry_out`` returns, if any.

    The page sends the list's own form again, so that "select all" selects the same records, and
    the page never holds more than one page of keys.
    """
    confirmed = "confirmed" in request.POST
    form = confirmation.form(request.POST if confirmed else None)
    if form.is_valid():
        if text := carry_out(form.cleaned_data):
            admin.message_user(request, text, messages.SUCCESS)
        return None
    selected = request.POST.getlist(ACTION_CHECKBOX_NAME)[: admin.list_max_show_all]
    context = {
        **admin.admin_site.each_context(request),
        "title": confirmation.title,
        "opts": admin.opts,
        "confirmation": confirmation,
        "form": form,
        "media": admin.media + form.media,
        "count": records.count(),
        "names": [str(each) for each in records[:_NAMES]],
        "selected": selected,
        "select_across": request.POST.get("select_across", "0"),
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/conversations/user/confirmation.html", context)
