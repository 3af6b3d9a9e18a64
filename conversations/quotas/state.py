"""The status of a user's limits as JSON: STANDING of docs/protocol.md."""

from typing import Any

from conversations import access
from conversations.models import Measure, Policy, User
from conversations.quotas.reservation import standings
from conversations.quotas.status import QuotaExceeded, Standing


def quota_state(user: User) -> list[dict[str, Any]]:
    """The status of every limit that applies to the user, except limits of models that the user may
    not use."""
    return [
        standing_state(standing, model_name) for standing, model_name in visible_standings(user)
    ]


def visible_standings(user: User) -> list[tuple[Standing, str | None]]:
    """The user's limits, each with the name of its model, or None where it is for all models."""
    found = standings(user, None)
    names: dict[int | None, str | None] = {None: None}
    if any(each.rule.language_model_id for each in found):
        names |= {model.pk: model.name for model in access.models_for(user)}
    return [
        (each, names[each.rule.language_model_id])
        for each in found
        if each.rule.language_model_id in names
    ]


def standing_state(standing: Standing, model_name: str | None) -> dict[str, Any]:
    """The status of one limit. Money is in millionths of ``currency``, else None."""
    rule = standing.rule
    is_money = Measure(rule.measure).is_money
    return {
        "measure": rule.measure,
        "period": rule.period,
        "limit": rule.limit,
        "used": standing.used,
        "held": standing.held,
        "left": standing.left,
        "resets_at": standing.resets_at.isoformat() if standing.resets_at else None,
        "model": model_name,
        "currency": Policy.current().currency if is_money else None,
    }


def refusal_state(refused: QuotaExceeded) -> dict[str, Any]:
    """The status of the limit that refused a request, and why: REFUSAL of docs/protocol.md.

    Its user may use its model."""
    model, answers = refused.standing.rule.language_model, refused.answers
    return {
        **standing_state(refused.standing, model.name if model else None),
        "is_held": refused.is_held,
        "answers": {"asked": answers.asked, "room": answers.room} if answers else None,
    }
