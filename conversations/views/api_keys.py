"""The API keys of the signed-in user: create, change and revoke."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from conversations import access
from conversations.accounts import api_keys
from conversations.accounts.reauthentication import (
    raise_unless_recent,
    reauthentication_possible,
)
from conversations.models import ApiKey, LanguageModel, User
from conversations.refusal import Refused
from conversations.views.api_examples import KEY_VARIABLE, Example, base_address, examples
from conversations.views.api_key_form import ApiKeyForm
from conversations.views.signed_in import SignedInRequest

# The tag of messages about keys; other pages leave messages too, such as that of a sign-in.
_TAG = "api-key"
_FORM_PAGE = "account_page/api_key.html"


@login_required
@reauthentication_possible
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """The form of a new key; after it the key itself, which is shown only once."""
    form = ApiKeyForm(request.user, request.POST or None)
    if form.is_valid():
        raise_unless_recent(request)
        try:
            key, secret = api_keys.create(request.user, form.choices())
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            _tell(request, "made", key.name)
            shown = {"key": key, "secret": secret, **key_examples(access.models_for(key.user, key))}
            return render(request, "account_page/api_key_made.html", shown)
    return _form_page(request, form)


@login_required
@reauthentication_possible
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, key_id: int) -> HttpResponse:
    """The form of an existing key, and the button that revokes it, which no password delays."""
    try:
        key = access.api_key_for(request.user, key_id)
    except access.NotFound:
        raise Http404 from None
    if "revoke" in request.POST:
        api_keys.revoke(key)
        return _back(request, _("“%s” is revoked. No program can use it any more.") % key.name)
    form = ApiKeyForm(request.user, request.POST or None, key=key)
    if form.is_valid():
        raise_unless_recent(request)
        api_keys.change(key, form.choices())
        _tell(request, "changed", form.cleaned_data["name"])
        return _back(request, _("“%s” is changed.") % form.cleaned_data["name"])
    return _form_page(request, form, key)


def _tell(request: SignedInRequest, what: str, name: str) -> None:
    """Tell the user by mail, who may not be the one who did it."""
    mails = get_adapter(request)
    mails.send_notification_mail(f"account/email/api_key_{what}", request.user, {"name": name})


def _form_page(
    request: SignedInRequest, form: ApiKeyForm, key: ApiKey | None = None
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, _FORM_PAGE, {"form": form, "key": key}, status=status)


def _back(request: SignedInRequest, text: str) -> HttpResponse:
    messages.success(request, text, extra_tags=_TAG)
    return HttpResponseRedirect(reverse("account") + "#api-keys")


@dataclass(frozen=True)
class KeyRow:
    """A row of the list of keys."""

    key: ApiKey
    models: str
    endpoints: str
    limits: list[str]

    @property
    def addresses(self) -> str:
        return ", ".join(self.key.addresses)

    @property
    def last_used_at(self) -> datetime | None:
        return self.key.last_used_at


def key_rows(user: User, currency: str) -> list[KeyRow]:
    """The rows of the user's keys, newest first."""
    return [_row(key, currency) for key in api_keys.keys_of(user)]


def _row(key: ApiKey, currency: str) -> KeyRow:
    names = ", ".join(model.name for model in key.language_models.all())
    narrowed = [ApiKey.Endpoint(each).label for each in key.endpoints]
    return KeyRow(
        key,
        "" if key.all_models else names or _("none of those that were chosen"),
        "" if len(narrowed) == len(ApiKey.Endpoint) else ", ".join(map(str, narrowed)),
        [*(rule.in_words(currency) for rule in key.rules.all()), *_at_once(key)],
    )


def _at_once(key: ApiKey) -> list[str]:
    most = key.answers_at_once
    if most is None:
        return []
    return [ngettext("%s answer at once", "%s answers at once", most) % f"{most:,}"]


def key_examples(models: list[LanguageModel]) -> dict[str, Any]:
    """The template context for the API examples."""
    shown: list[Example] = examples(models[0].name) if models else []
    return {
        "base_address": base_address(),
        "key_variable": KEY_VARIABLE,
        "examples": shown,
        "models_that_keep": [model.name for model in models if model.keeps_api_content],
    }
