"""Records whose sensitive fields are saved only for administrators who prove again who they are."""

from typing import Any

from django.http import HttpRequest
from django.utils.decorators import method_decorator

from conversations.accounts.reauthentication import (
    raise_unless_recent,
    reauthentication_possible,
)
from conversations.admin.audited_admin import AuditedAdmin


@method_decorator(reauthentication_possible, name="changeform_view")
class AskingAdmin(AuditedAdmin):
    """An AuditedAdmin that asks before one of ``asked_for`` of an existing record is changed.

    These are the fields that give rights in the administration, or somebody else's account. A new
    account, or a new group, has nothing of anybody's yet.
    """

    asked_for: frozenset[str] = frozenset()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save; Django rolls the transaction back where the user is asked first."""
        if change and self.asked_for.intersection(form.changed_data):
            raise_unless_recent(request)
        super().save_model(request, obj, form, change)
