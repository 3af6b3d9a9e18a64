"""Optimistic locking for admin forms: refuse to overwrite somebody else's change."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conversations import audit
from conversations.models import AuditEntry


class EditConflictForm(forms.Form):
    """A form with a hidden digest of the record as it was when the page was rendered.

    A script that posts only its own fields sends no digest, and its values are saved as they are.
    A form that also writes another record has its values in ``stored_beside``.
    """

    drawn_from = forms.CharField(required=False, widget=forms.HiddenInput)

    # Fields that the page shows but does not write. They may change meanwhile.
    shown_only: frozenset[str]
    instance: Model

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["drawn_from"] = f"{int(timezone.now().timestamp())}:{self._signature()}"

    def clean(self) -> dict[str, Any]:
        """Refuse if the record has changed; the entered values stay in the form."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.add_prefix("drawn_from") not in self.data:
            return values
        moment, _colon, signature = values.pop("drawn_from", "").partition(":")
        # Locked, so that of two forms that are saved at once the second sees the first one's
        # change. Without the key, so that rows that refer to it, such as holds, need not wait.
        records = type(self.instance)._default_manager.select_for_update(no_key=True)
        records.filter(pk=self.instance.pk).first()
        if not constant_time_compare(signature, self._signature()):
            raise ValidationError(_refusal(self.instance, moment))
        return values

    def _signature(self) -> str:
        """A keyed digest of the stored values, because secrets are among them."""
        disabled = {name for name, field in self.fields.items() if field.disabled}
        hidden = self.shown_only | disabled
        beside: dict[str, Any] = getattr(super(), "stored_beside", dict)()
        values = {**audit.stored(self.instance), **beside}
        compared = {name: value for name, value in values.items() if name not in hidden}
        text = json.dumps(compared, sort_keys=True, default=_digest_of)
        return salted_hmac(
            "conversations.admin.edit_conflict", text, algorithm="sha256"
        ).hexdigest()


def with_edit_conflict(form: Any, shown_only: Iterable[Any]) -> Any:
    """The form class with the check for edit conflicts."""
    names = frozenset(getattr(each, "__name__", each) for each in shown_only)
    return type(form)(form.__name__, (EditConflictForm, form), {"shown_only": names})


def _digest_of(secret: audit.Secret) -> str:
    return secret.digest


def _refusal(target: Model, moment: str) -> str:
    entry = _last_change(target, moment)
    advice = _("Nothing was saved. Open the page in another tab to see the current values.")
    if entry is None:
        return _("This has changed since you opened the page.") + " " + advice
    text = _("%(user)s changed this at %(time)s, after you opened the page: %(fields)s.")
    values = {
        "user": entry.actor_name,
        "time": date_format(timezone.localtime(entry.at), "H:i T"),
        "fields": ", ".join(_labels(target, entry)) or entry.action,
    }
    return text % values + " " + advice


def _last_change(target: Model, moment: str) -> AuditEntry | None:
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 10):
        return None
    entries = AuditEntry.objects.filter(
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        at__gte=datetime.fromtimestamp(int(moment), UTC),
    )
    return entries.first()


def _labels(target: Model, entry: AuditEntry) -> list[str]:
    known = {each.name: str(each.verbose_name) for each in target._meta.fields}
    known |= {each.name: str(each.verbose_name) for each in target._meta.many_to_many}
    return [known.get(name, name) for name in {**entry.before, **entry.after}]
