"""An administration of records that writes down every change."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from conversations import audit
from conversations.admin.as_drawn import as_drawn
from conversations.models import User

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


def actor_of(request: HttpRequest) -> User:
    """Who is signed in; the administration has let nobody else come this far."""
    return cast("User", request.user)


class AuditedAdmin(_ModelAdmin):
    """A ModelAdmin whose every save and deletion, inlines included, leaves an audit entry.

    Actions and pages of their own call :func:`conversations.audit.record` or ``change``.
    """

    # What the trail says of a record that was made here.
    added_as = "added"

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form, which is not saved over what somebody else did since it was drawn."""
        form = super().get_form(request, obj, change=change, **kwargs)
        # Without fields it is only asked which there are.
        if obj is None or kwargs.get("fields") is None:
            return form
        return as_drawn(form, self.get_readonly_fields(request, obj))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # The many-to-many fields are saved later, by save_related, which closes the entry.
        form.audited_before = audit.stored(obj) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        before = form.audited_before
        after = audit.stored(form.instance)
        if before != after:
            action = "changed" if change else self.added_as
            audit.record(actor_of(request), action, form.instance, before, after)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        known = [each.instance for each in formset.forms if each.has_changed() and each.instance.pk]
        before = {each.pk: audit.stored(each) for each in known}
        gone = {id(each): each.pk for each in known}
        super().save_formset(request, form, formset, change)
        for each in formset.new_objects:
            audit.record(actor_of(request), "added", each, {}, audit.stored(each))
        for each, _fields in formset.changed_objects:
            audit.record(actor_of(request), "changed", each, before[each.pk], audit.stored(each))
        for each in formset.deleted_objects:
            each.pk = gone[id(each)]
            audit.record(actor_of(request), "deleted", each, before[each.pk], {})

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        before, key = audit.stored(obj), obj.pk
        super().delete_model(request, obj)
        obj.pk = key
        audit.record(actor_of(request), "deleted", obj, before, {})

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        gone = [(each, audit.snapshot(each)) for each in queryset]
        super().delete_queryset(request, queryset)
        for each, before in gone:
            audit.record(actor_of(request), "deleted", each, before, {})
