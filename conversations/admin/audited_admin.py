"""A ModelAdmin that writes an audit entry for every change."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django.contrib import admin
from django.db.models import CASCADE, Model, QuerySet
from django.http import HttpRequest

from conversations import audit
from conversations.admin.edit_conflict import with_edit_conflict
from conversations.admin.typed_choices import Searched, SearchedMultiple
from conversations.models import LanguageModel, Rule, User

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

# Records of administrators that are deleted along with another one. A user's own records are not
# listed in the log.
_AUDITED_DEPENDENTS = (LanguageModel, Rule)


def actor_of(request: HttpRequest) -> User:
    """The signed-in user; every page of the administration requires one."""
    return cast("User", request.user)


class AuditedAdmin(_ModelAdmin):
    """A ModelAdmin whose saves and deletions, inlines included, write audit entries.

    Actions and pages of their own call :func:`conversations.audit.record` or ``change``.
    """

    # The action in the audit entry of a new record.
    added_as = "added"

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """The field of a relation, which may be sent what is no id."""
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = Searched(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        """The field of a relation with several, which may be sent what is no id."""
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            using = kwargs.get("using")
            kwargs["widget"] = SearchedMultiple(db_field, self.admin_site, using=using)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form, which refuses to overwrite a change made since the page was rendered."""
        form = super().get_form(request, obj, change=change, **kwargs)
        # Django asks without fields for their names alone.
        if obj is None or kwargs.get("fields") is None:
            return form
        return with_edit_conflict(form, self.get_readonly_fields(request, obj))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # save_related writes the entry, because it saves the many-to-many fields.
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
        gone = _with_dependents([obj])
        super().delete_model(request, obj)
        _record_deleted(request, gone)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        gone = _with_dependents(queryset)
        super().delete_queryset(request, queryset)
        _record_deleted(request, gone)


class DeletedRecord(NamedTuple):
    """A record that is being deleted, with its key, which Django removes from it."""

    target: Model
    key: Any
    before: dict[str, Any]


def _with_dependents(targets: Iterable[Model]) -> list[DeletedRecord]:
    """The records, and the models and limits that are deleted along with them."""
    found: list[DeletedRecord] = []
    for target in targets:
        found.append(DeletedRecord(target, target.pk, audit.snapshot(target)))
        found += _with_dependents(_dependents_of(target))
    # A limit of a group for a model may go with either.
    return list({(type(each.target), each.key): each for each in found}.values())


def _dependents_of(target: Model) -> list[Model]:
    return [
        record
        for relation in target._meta.related_objects
        if relation.related_model in _AUDITED_DEPENDENTS and relation.on_delete is CASCADE
        for record in getattr(target, str(relation.get_accessor_name())).all()
    ]


def _record_deleted(request: HttpRequest, gone: list[DeletedRecord]) -> None:
    for target, key, before in gone:
        target.pk = key
        audit.record(actor_of(request), "deleted", target, before, {})
