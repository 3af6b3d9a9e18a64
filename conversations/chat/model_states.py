"""The state of models, as JSON for pages: abilities, notes and announcements."""

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conversations import access
from conversations.catalog import parameters
from conversations.models import Conversation, LanguageModel, Policy


def states(models: Sequence[LanguageModel]) -> list[dict[str, Any]]:
    """The models that a user may use, as docs/protocol.md describes them.

    The name of a provider and the prices are no secrets to those who may use the model: the details
    of each of its answers have the one, and the cost that follows from the other.
    """
    names = {model.pk: model.name for model in models}
    currency = Policy.current().currency
    alike: dict[Any, dict[str, Any]] = {}
    # A successor that the user may not use is not named: its name may be confidential.
    return [
        {
            **_state(model, names.get(model.replaced_by_id or 0), currency),
            "parameters": _parameters(model, alike),
        }
        for model in models
    ]


def _parameters(model: LanguageModel, alike: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    """The parameters of a model, described once for all models that are alike in them."""
    likeness = parameters.likeness(model)
    if likeness not in alike:
        alike[likeness] = parameters.described(model)
    return alike[likeness]


def _state(model: LanguageModel, successor: str | None, currency: str) -> dict[str, Any]:
    return {
        "name": model.name,
        "provider": model.provider.name,
        "prices": _prices(model, currency),
        "notes": model.notes,
        "announcement": _announcement(model, successor),
        "paused": model.paused or model.provider.paused,
        "context_length": model.context_length,
        "reasons": model.reasons,
        "takes_tools": model.takes_tools,
        "writes_json": model.writes_json,
        "sees_images": model.sees_images,
        "retires_on": model.retires_on.isoformat() if model.retires_on else None,
        "replaced_by": successor,
    }


def _prices(model: LanguageModel, currency: str) -> dict[str, Any] | None:
    """The prices of a million tokens; None for a model that costs nothing."""
    if not model.prompt_price and not model.completion_price:
        return None
    prices = {"prompt": model.prompt_price, "completion": model.completion_price}
    return {**{name: float(price) for name, price in prices.items()}, "currency": currency}


def _announcement(model: LanguageModel, successor: str | None) -> str:
    if model.retires_on is None:
        return ""
    values = {"day": date_format(model.retires_on), "successor": successor}
    if successor is None:
        return _("Retires on %(day)s.") % values
    return _("Retires on %(day)s. “%(successor)s” replaces it.") % values


def next_model(conversation: Conversation) -> tuple[LanguageModel | None, str | None]:
    """The model that answers next in a conversation, and a notice if it was replaced."""
    model: LanguageModel | None = conversation.language_model
    if model is None or model.is_offered:
        return model, None
    try:
        successor = access.model_for(conversation.user, model.name)
    except access.NotFound:
        return model, _("“%s” is no longer offered. Choose another model.") % model.name
    text = _("“%(old)s” is no longer offered. “%(new)s” answers in its place.")
    return successor, text % {"old": model.name, "new": successor.name}
