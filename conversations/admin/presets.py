"""Presets that are published to everyone or to groups; users' own presets are not listed."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations import audit
from conversations.admin.audited_admin import AuditedAdmin, actor_of
from conversations.catalog.parameters import WIDEST, checked_parameters
from conversations.chat.checks import checked_system_message
from conversations.chat.library import checked_name
from conversations.models import Preset
from conversations.refusal import Refused
from conversations.upstream import MOST_STOP_SEQUENCES, PARAMETERS

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Preset]
else:
    _ModelForm = forms.ModelForm

_PARAMETERS = {each.name: each for each in PARAMETERS if each.on_page and each.range}
NUMBERS = tuple(_PARAMETERS)
_CHOICES = {each.name: each for each in PARAMETERS if each.on_page and each.choices}
CHOICES = tuple(_CHOICES)
STOP = "stop"
PROMPTS = "prompts"
# The empty page has room for these, each on one line or two.
MOST_PROMPTS = 4
PROMPT_CHARACTERS = 200
_LISTED_GROUPS = 5
# A line break within a stop sequence, because each line of the box is one sequence.
_LINE_BREAK = r"\n"


def _number(name: str) -> forms.Field:
    allowed = WIDEST[name]
    is_whole = _PARAMETERS[name].kind == "integer"
    kind = forms.IntegerField if is_whole else forms.FloatField
    text = gettext_lazy("{low} to {high}. If empty, the model's default applies.")
    if allowed.open_low:
        text = gettext_lazy("Above {low}, up to {high}. If empty, the model's default applies.")
    ends = {"low": f"{allowed.low:g}", "high": f"{allowed.high:,.10g}"}
    return kind(label=name, required=False, help_text=format_lazy(text, **ends))


def _choice(name: str) -> forms.Field:
    offered = [
        ("", gettext_lazy("The model's default")),
        *((each, each) for each in _CHOICES[name].choices),
    ]
    return forms.ChoiceField(
        label=name,
        required=False,
        choices=offered,
        help_text=gettext_lazy("Only models that reason are sent it."),
    )


# A form with a box for each parameter: the administration wants them among the form's own fields.
_BOXES = {**{name: _number(name) for name in NUMBERS}, **{name: _choice(name) for name in CHOICES}}
_BoxesForm = type("_BoxesForm", (forms.Form,), _BOXES)


class PresetForm(_ModelForm, _BoxesForm):  # type: ignore[misc, valid-type]
    """A preset, with a field for each parameter instead of raw JSON."""

    stop = forms.CharField(
        label=STOP,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=format_lazy(
            gettext_lazy(
                r"Up to {most} texts at which an answer ends, one on each line. \n is a line break."
            ),
            most=MOST_STOP_SEQUENCES,
        ),
    )

    prompts = forms.CharField(
        label=gettext_lazy("Prompts"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=format_lazy(
            gettext_lazy(
                "Up to {most} first messages, one on each line, that the empty page offers. "
                "Choosing one begins a conversation with this preset."
            ),
            most=MOST_PROMPTS,
        ),
    )

    class Meta:
        model = Preset
        fields = ("name", "groups", "is_default", "system_message")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parameters = self.instance.parameters
        self.initial.update({name: parameters.get(name) for name in (*NUMBERS, *CHOICES)})
        stops = parameters.get(STOP) or []
        self.initial[PROMPTS] = "\n".join(self.instance.prompts)
        self.initial[STOP] = "\n".join(each.replace("\n", _LINE_BREAK) for each in stops)

    def clean_name(self) -> str:
        """A name that no other published preset has. The database cannot check it: user is null."""
        name = checked_name(self.cleaned_data["name"])
        others = Preset.objects.filter(user=None, name=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise ValidationError(_("Another published preset has this name."))
        return name

    def clean_system_message(self) -> str:
        """The system message, within the length that conversations allow."""
        try:
            return checked_system_message(self.cleaned_data["system_message"])
        except Refused as refused:
            raise ValidationError(refused.message) from None

    def clean_prompts(self) -> list[str]:
        """The prompts, which were entered one on each line."""
        text: str = self.cleaned_data[PROMPTS]
        prompts = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
        if len(prompts) > MOST_PROMPTS:
            raise ValidationError(_("At most %s prompts.") % MOST_PROMPTS)
        if any(len(each) > PROMPT_CHARACTERS for each in prompts):
            raise ValidationError(_("A prompt has at most %s characters.") % PROMPT_CHARACTERS)
        return prompts

    def clean(self) -> dict[str, Any]:
        """Check the parameters against the ranges that any model can have."""
        cleaned = super().clean() or self.cleaned_data
        entered = {name: cleaned.get(name) for name in NUMBERS}
        entered |= {name: cleaned.get(name) or None for name in CHOICES}
        lines = filter(None, cleaned.get(STOP, "").splitlines())
        entered[STOP] = [line.replace(_LINE_BREAK, "\n") for line in lines] or None
        try:
            self.instance.parameters = checked_parameters(self._with_hidden(entered))
        except Refused as refused:
            field = refused.field if refused.field in self.fields else None
            self.add_error(field, refused.message)
        return cleaned

    def _with_hidden(self, entered: dict[str, Any]) -> dict[str, Any]:
        """The entered parameters, and unchanged those that the form does not show."""
        combined = {**self.instance.parameters, **entered}
        return {name: value for name, value in combined.items() if value is not None}


def _other_defaults(preset: Preset) -> list[Preset]:
    """The other default presets of the same audience."""
    audience = set(preset.groups.all())
    others = Preset.objects.filter(user=None, is_default=True).exclude(pk=preset.pk)
    return [
        each for each in others.prefetch_related("groups") if set(each.groups.all()) == audience
    ]


@admin.register(Preset)
class PresetAdmin(AuditedAdmin):
    """Published presets."""

    form = PresetForm
    list_display = ("name", "published_to", "is_default")
    search_fields = ("name",)
    autocomplete_fields = ("groups",)
    fieldsets = (
        (None, {"fields": ("name", "groups", "is_default", "system_message", PROMPTS)}),
        (gettext_lazy("Parameters"), {"fields": (*NUMBERS, *CHOICES, STOP)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Preset]:
        """The published presets."""
        published: QuerySet[Preset] = super().get_queryset(request).filter(user=None)
        return published.prefetch_related("groups")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save, and take the default from the other presets of the same audience."""
        super().save_related(request, form, formsets, change)
        if form.instance.is_default:
            for other in _other_defaults(form.instance):
                with audit.change(actor_of(request), "changed", other):
                    other.is_default = False
                    other.save(update_fields=["is_default"])

    @admin.display(description=gettext_lazy("published to"))
    def published_to(self, preset: Preset) -> str:
        """The groups that it is published to."""
        names = [group.name for group in preset.groups.all()]
        more = ["…"] if len(names) > _LISTED_GROUPS else []
        return ", ".join(names[:_LISTED_GROUPS] + more) or _("everyone")
