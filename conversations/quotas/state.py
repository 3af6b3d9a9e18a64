"""How a person's limits stand, as docs/protocol.md names it."""

from typing import Any

from conversations import access
from conversations.models import Measure, Policy, User
from conversations.quotas.reservation import standings
from conversations.quotas.status import Standing


def quota_state(user: User) -> list[dict[str, Any]]:
    """Every limit that decides for the person now; limits of models that are not theirs, never."""
    return [
        standing_state(standing, model_name) for standing, model_name in visible_standings(user)
    ]


def visible_standings(user: User) -> list[tuple[Standing, str | None]]:
    """The person's limits, each with the name of the model it is for, or None for all models."""
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
    """One limit. Costs are in millionths of ``currency``, which is None for other measures."""
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


def refusal_state(standing: Standing) -> dict[str, Any]:
    """The limit that a request ran into: whoever asked may use its model."""
    model = standing.rule.language_model
    return standing_state(standing, model.name if model else None)
