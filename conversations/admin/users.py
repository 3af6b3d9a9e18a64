"""User accounts."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations import audit, days
from conversations.accounts import deletion, passwords, people
from conversations.accounts.reauthentication import (
    raise_unless_recent,
    reauthentication_possible,
)
from conversations.admin import moments
from conversations.admin.api_keys import keys_of_user
from conversations.admin.asking_again import AskingAdmin
from conversations.admin.audited_admin import actor_of
from conversations.admin.choices import GroupFilter
from conversations.admin.user_actions import UserActions
from conversations.admin.user_forms import (
    WRITABLE_BY_STAFF,
    WRITABLE_BY_SUPERUSERS,
    NewUserForm,
    PasswordForm,
    UserForm,
)
from conversations.admin.user_import import ImportPage
from conversations.admin.user_sessions import sessions_of_user
from conversations.models import Conversation, NameTaken, Policy, UsageDay, User, money
from conversations.quotas import concurrency, reservation
from conversations.quotas.status import Standing, amount_in_words

LAST_SIGN_IN = moments.column(User, "last_login", label=gettext_lazy("last sign-in"))
JOINED = moments.column(User, "date_joined")


@admin.register(User)
@method_decorator(reauthentication_possible, name="changelist_view")
class AccountAdmin(UserActions, AskingAdmin, UserAdmin):
    """Accounts, with their groups, limits, API keys and permissions."""

    # An address is as good as a password: a link to set a new one is sent to it.
    asked_for = frozenset({"email", "is_staff", "is_superuser", "user_permissions"})
    change_password_form = PasswordForm
    change_user_password_template = "admin/conversations/user/change_password.html"  # noqa: S105

    form = UserForm
    add_form = NewUserForm
    add_form_template = "admin/conversations/user/add_form.html"
    list_display = (
        "username", "email", "group_names", "is_active", "is_staff", LAST_SIGN_IN, "this_month",
    )  # fmt: skip
    list_filter = (
        "is_active", "is_staff", "is_superuser", ("groups", GroupFilter), "last_login",
    )  # fmt: skip
    list_per_page = 50
    list_max_show_all = 100
    search_fields = ("username", "email", "first_name", "last_name")
    ordering = ("username",)
    filter_horizontal = ("user_permissions",)
    autocomplete_fields = ("groups",)
    actions = (
        "deactivate", "activate", "change_groups", "set_limit", "end_sessions",
        "remove_second_factors", "unlock",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("username", "password", "email", "first_name", "last_name")}),
        (gettext_lazy("Access"), {"fields": ("is_active", "groups")}),
        (gettext_lazy("Current limits"), {"fields": ("answers_at_once", "limit_status")}),
        (gettext_lazy("API keys"), {"fields": ("api_key_list",)}),
        (gettext_lazy("Sessions"), {"fields": ("session_list",)}),
        (
            gettext_lazy("Administration"),
            {"classes": ("collapse",), "fields": ("is_staff", "is_superuser", "user_permissions")},
        ),
        (gettext_lazy("Dates"), {"fields": (LAST_SIGN_IN, JOINED)}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "email", "groups")}),
        (
            gettext_lazy("Password"),
            {"classes": ("wide",), "fields": ("usable_password", "password1", "password2")},
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        """The page of the import, and Django's own."""
        view = self.admin_site.admin_view(ImportPage(self).respond)
        return [path("import/", view, name="conversations_user_import"), *super().get_urls()]

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        """The form of a user.

        A name that somebody takes between the check of the form and its storage is a fault of the
        form, like one that was taken before: it is checked once more.
        """
        try:
            return super().changeform_view(request, *args, **options)
        except NameTaken:
            return super().changeform_view(request, *args, **options)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The users with their groups and this month's usage, in two queries a page."""
        first = days.today().replace(day=1)
        used = UsageDay.objects.filter(user=OuterRef("pk"), day__gte=first)
        of_month = used.order_by().values("user")
        tokens = of_month.annotate(sum=Sum(F("prompt_tokens") + F("completion_tokens")))
        cost = of_month.annotate(sum=Sum("cost_micros"))
        found = super().get_queryset(request).filter(deleted_at=None).prefetch_related("groups")
        annotated: QuerySet[Any] = found.annotate(
            month_tokens=Coalesce(Subquery(tokens.values("sum")), 0),
            month_cost=Coalesce(Subquery(cost.values("sum")), 0),
            currency=Coalesce(
                Subquery(Policy.objects.values("currency")[:1]), Value(Policy().currency)
            ),
        )
        return annotated

    @admin.display(description=gettext_lazy("groups"))
    def group_names(self, user: User) -> str:
        """The names of the prefetched groups."""
        return ", ".join(sorted(group.name for group in user.groups.all()))

    @admin.display(description=gettext_lazy("this month"), ordering="month_tokens")
    def this_month(self, user: Any) -> str:
        """This month's tokens, and the cost if there is one."""
        tokens = _("%s tokens") % f"{user.month_tokens:,}"
        if not user.month_cost:
            return tokens
        return f"{tokens} · {money(user.month_cost)} {user.currency}"

    @admin.display(description=gettext_lazy("Current limits"))
    def limit_status(self, user: User) -> str:
        """The deciding rule of each slot and its status, as HTML."""
        rows = [_row(each) for each in reservation.standings(user, None)]
        context = {"rows": rows, "at_once": concurrency.answers_at_once(user)}
        return render_to_string("admin/conversations/user/limit_status.html", context)

    @admin.display(description=gettext_lazy("API keys"))
    def api_key_list(self, user: User) -> str:
        """The keys that are not revoked, as HTML."""
        return keys_of_user(user)

    @admin.display(description=gettext_lazy("Sessions"))
    def session_list(self, user: User) -> str:
        """Where the user is signed in, as HTML."""
        return sessions_of_user(user)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[Any]:
        """The fields that this administrator may not change."""
        if obj is None:
            return []
        writable = WRITABLE_BY_SUPERUSERS if actor_of(request).is_superuser else WRITABLE_BY_STAFF
        return [name for name in flatten_fieldsets(self.fieldsets) if name not in writable]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form, with the acting administrator."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.actor = actor_of(request)
        return form

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Django's permission, and for one account whether the actor may manage it."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or people.is_manageable_by(actor_of(request), obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """The same as for changing, except for the actor's own account."""
        allowed = super().has_delete_permission(request, obj)
        actor = actor_of(request)
        return allowed and (
            obj is None or (obj.pk != actor.pk and people.is_manageable_by(actor, obj))
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save, then apply the new groups, address and activity."""
        with people.limits_of_groups_begin([form.instance]):
            super().save_related(request, form, formsets, change)
        if not change or "email" in form.changed_data:
            people.trust_address(form.instance)
        if change and "email" in form.changed_data and form.initial["email"]:
            _tell_former_address(request, form.instance, form.initial["email"])
        if change and "is_active" in form.changed_data and not form.instance.is_active:
            people.end_access([form.instance.pk])

    @method_decorator(reauthentication_possible)
    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - Django names it
        form_url: str = "",
    ) -> HttpResponse:
        """Django's page for the password of somebody else, which ends what the former one opened.

        The own one is changed where the former one is asked for.
        """
        user, actor = self.get_object(request, unquote(id)), actor_of(request)
        if user is None:
            raise Http404
        if user.pk == actor.pk:
            return redirect("account_change_password")
        if request.method == "POST" and self.has_change_permission(request, user):
            raise_unless_recent(request)
        with transaction.atomic(), audit.change(actor, "changed", user):
            response = super().user_change_password(request, id, form_url)
            if passwords.is_replaced(user):
                keys = "revoke_api_keys" in request.POST
                passwords.end_former_access(user, by=actor, revoke_keys=keys)
                mails = get_adapter(request)
                mails.send_notification_mail("account/email/password_changed", user)
        return response

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The accounts to delete, and the number of their conversations; titles are private."""
        gone = list(objs)
        counts = {
            _("users"): len(gone),
            _("conversations"): Conversation.objects.filter(user__in=gone).count(),
        }
        allowed = all(self.has_delete_permission(request, each) for each in gone)
        lacking = set() if allowed else {self.opts.verbose_name}
        return [str(each) for each in gone], counts, lacking, []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete the account as its user would: :mod:`conversations.accounts.deletion`."""
        deletion.delete(actor_of(request), [obj])

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete the accounts as their users would."""
        deletion.delete(actor_of(request), queryset)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """None of Django's own entries, which would keep the names; the audit log has one."""
        return []


def _tell_former_address(request: HttpRequest, user: User, former: str) -> None:
    words = {"from_email": former, "to_email": user.email}
    mails = get_adapter(request)
    mails.send_notification_mail("account/email/email_changed", user, words, email=former)


def _row(standing: Standing) -> dict[str, Any]:
    rule = standing.rule
    amounts = {
        name: amount_in_words(rule.measure, amount)
        for name, amount in (
            ("limit", rule.limit),
            ("used", standing.used),
            ("held", standing.held),
            ("left", standing.left),
        )
    }
    return amounts | {
        "rule": rule,
        "subject": rule.subject,
        "period": rule.get_period_display(),
        "model": rule.language_model or _("all models"),
        "resets_at": standing.resets_at,
    }
