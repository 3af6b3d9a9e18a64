"""Bulk actions that set fields of the selected records, with an audit entry for each change."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from conversations import audit
from conversations.admin.audited_admin import actor_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Action = Callable[[Any, HttpRequest, QuerySet[Any]], None]


def flag_action(name: str, label: "str | _StrPromise", **values: Any) -> Action:
    """A bulk action of that name that sets these values."""

    @admin.action(description=label, permissions=["change"])
    def act(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        changed = sum(_set(request, each, values) for each in queryset)
        model_admin.message_user(request, _("Changed: %s.") % changed, messages.SUCCESS)

    act.__name__ = name
    return act


def _set(request: HttpRequest, target: Model, values: dict[str, Any]) -> bool:
    if all(getattr(target, field) == value for field, value in values.items()):
        return False
    with audit.change(actor_of(request), "changed", target):
        for field, value in values.items():
            setattr(target, field, value)
        target.save()
    return True
