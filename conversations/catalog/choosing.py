"""Chooses a model by its name, or the replacement of a retired one."""

from django.utils.translation import gettext as _

from conversations import access
from conversations.models import ApiKey, LanguageModel, User
from conversations.refusal import Refused


def model_named(user: User, name: str, key: ApiKey | None = None) -> LanguageModel:
    """Return the named model, or its replacement, if the user may use it (with that key).

    Raises :class:`Refused` if it is not available to the user, or paused.
    """
    try:
        model = access.model_for(user, name, key)
    except access.NotFound:
        text = _("The model “%s” is not available to you. Choose another one.")
        raise Refused("unknown_model", text % name[:100], "model") from None
    if model.paused or model.provider.paused:
        text = _("“%s” is paused by an administrator. Choose another model, or try again later.")
        raise Refused("paused", text % model.name, "model")
    return model


def replacement_notice(named: str, model: LanguageModel) -> tuple[str, ...]:
    """Return the notice to the user if another model answers than the named one."""
    if named == model.name:
        return ()
    text = _("“%(old)s” is no longer offered; “%(new)s” answers in its place.")
    return (text % {"old": named[:100], "new": model.name},)
