"""Groups: their members, the models they open and their limits."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet, Subquery
from django.db.models.expressions import OuterRef
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations import audit
from conversations.admin.asking_again import AskingAdmin
from conversations.admin.audited_admin import actor_of
from conversations.models import (
    MOST_ANSWERS_AT_ONCE,
    GroupPolicy,
    LanguageModel,
    Policy,
    Rule,
    User,
)

# A group's page lists this many models and limits and counts the others.
_LISTED = 20

admin.site.unregister(Group)


class GroupForm(forms.ModelForm):
    """A group whose name is unique without regard to case, and the policy for its members."""

    answers_at_once = forms.IntegerField(
        label=gettext_lazy("Answers at once"),
        required=False,
        min_value=1,
        max_value=MOST_ANSWERS_AT_ONCE,
        help_text=gettext_lazy(
            "Of each member: on the page, and as many again for programs. Empty: as for the site."
        ),
    )

    class Meta:
        model = Group
        fields = ("name", "permissions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["answers_at_once"] = _policy_of(self.instance).answers_at_once

    def stored_beside(self) -> dict[str, Any]:
        """The values of the policy, for the check for edit conflicts."""
        return {"answers_at_once": _policy_of(self.instance).answers_at_once}

    def clean_name(self) -> str:
        """The name, if no other group has it."""
        name: str = self.cleaned_data["name"]
        if Group.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a group with this name already."))
        return name


@admin.register(Group)
class AuditedGroupAdmin(AskingAdmin, GroupAdmin):
    """Groups of users."""

    asked_for = frozenset({"permissions"})

    form = GroupForm
    list_display = ("name", "members", "models", "rules")
    list_per_page = 50
    list_max_show_all = 100
    fieldsets = (
        (None, {"fields": ("name", "answers_at_once", "contents")}),
        (
            gettext_lazy("Permissions in the administration"),
            {
                "classes": ("collapse",),
                "fields": ("permissions",),
                "description": gettext_lazy("They apply only to members with staff status."),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The groups, with the numbers of their members, models and limits."""
        counted = (
            super()
            .get_queryset(request)
            .annotate(
                member_count=_count_of(User.objects.filter(groups=OuterRef("pk")), "groups"),
                model_count=_count_of(
                    LanguageModel.objects.filter(groups=OuterRef("pk")), "groups"
                ),
                rule_count=_count_of(Rule.objects.filter(group=OuterRef("pk")), "group"),
            )
        )
        return cast("QuerySet[Any]", counted)

    @admin.display(description=gettext_lazy("members"), ordering="member_count")
    def members(self, group: Any) -> int:
        """The number of members."""
        return int(group.member_count)

    @admin.display(description=gettext_lazy("models"), ordering="model_count")
    def models(self, group: Any) -> int:
        """The number of models that the group opens."""
        return int(group.model_count)

    @admin.display(description=gettext_lazy("limits"), ordering="rule_count")
    def rules(self, group: Any) -> int:
        """The number of limits."""
        return int(group.rule_count)

    @admin.display(description=gettext_lazy("Contents"))
    def contents(self, group: Any) -> str:
        """The members, models and limits, with links, as HTML."""
        currency = Policy.current().currency
        rules = Rule.objects.filter(group=group).select_related("language_model")[:_LISTED]
        context = {
            "group": group,
            "models": LanguageModel.objects.filter(groups=group)[:_LISTED],
            "rules": [(rule, rule.in_words(currency)) for rule in rules],
        }
        return render_to_string("admin/auth/group/contents.html", context)

    def get_fieldsets(self, request: HttpRequest, obj: Group | None = None) -> Any:
        """Without contents for a new group."""
        if obj:
            return self.fieldsets
        return ((None, {"fields": ("name", "answers_at_once")}), *self.fieldsets[1:])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save, and the policy for the members with an entry of its own."""
        super().save_related(request, form, formsets, change)
        policy, most = _policy_of(form.instance), form.cleaned_data["answers_at_once"]
        if policy.answers_at_once != most:
            before = {"answers_at_once": policy.answers_at_once}
            policy.answers_at_once = most
            policy.save()
            after = {"answers_at_once": most}
            audit.record(actor_of(request), "changed", form.instance, before, after)

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        """Permissions too, except for superusers: others could give themselves more."""
        own = ["contents"]
        return own if actor_of(request).is_superuser else [*own, "permissions"]


def _policy_of(group: Group) -> GroupPolicy:
    """The stored policy of a group, or one that decides nothing."""
    stored = GroupPolicy.objects.filter(group=group.pk).first()
    return stored or GroupPolicy(group=group)


def _count_of(related: QuerySet[Any], by: str) -> Coalesce:
    counts = related.order_by().values(by).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counts), 0)
