"""The account page: limits, usage, API keys and sign-in of the signed-in user."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conversations import access
from conversations.models import Measure, Policy
from conversations.quotas import concurrency
from conversations.quotas.state import visible_standings
from conversations.quotas.status import Standing, amount_in_words
from conversations.usage.own import ModelUse, use_by_day, use_by_model
from conversations.views.activity import recent_activity
from conversations.views.api_keys import key_examples, key_rows
from conversations.views.signed_in import SignedInRequest
from conversations.views.usage_chart import UsageChart

# From this share on a limit is marked; the composer warns from the same one.
NEARLY_USED_PERCENT = 80


@require_safe
@login_required
def account(request: SignedInRequest) -> HttpResponse:
    """The account page of the signed-in user."""
    user = request.user
    used = use_by_model(user)
    models = access.models_for(user)
    policy = Policy.current()
    context = {
        "conversation_days": policy.conversation_days,
        "api_call_days": policy.api_call_days,
        "open_links": user.share_links.live().count(),
        "at_once": concurrency.answers_at_once(user),
        "limits": [_Limit.of(*each) for each in visible_standings(user)],
        "chart": UsageChart.of(use_by_day(user)),
        "use_by_model": [_UseRow.of(use) for use in used],
        "shows_cost": any(use.cost_micros for use in used),
        "models": models,
        "api_keys": key_rows(user, policy.currency),
        "activity": recent_activity(user),
        **key_examples(models),
    }
    return render(request, "account_page.html", context)


@dataclass(frozen=True)
class _Limit:
    """A limit with its amounts as text."""

    name: str
    model_name: str | None
    used: str
    held: str
    left: str
    resets_at: datetime | None
    used_percent: int

    @classmethod
    def of(cls, standing: Standing, model_name: str | None) -> "_Limit":
        rule = standing.rule
        amount = amount_in_words(rule.measure, rule.limit)
        used_percent = 100 * standing.used // rule.limit if rule.limit else 100
        return cls(
            name=_("%(amount)s %(period)s")
            % {"amount": amount, "period": rule.get_period_display()},
            model_name=model_name,
            used=_amount(rule.measure, standing.used),
            held=_amount(rule.measure, standing.held) if standing.held else "",
            left=_amount(rule.measure, standing.left),
            resets_at=standing.resets_at,
            used_percent=min(100, used_percent),
        )

    @property
    def is_nearly_used(self) -> bool:
        return self.used_percent >= NEARLY_USED_PERCENT


def _amount(measure: str, amount: int) -> str:
    return amount_in_words(measure, amount) if Measure(measure).is_money else f"{amount:,}"


@dataclass(frozen=True)
class _UseRow:
    model_name: str
    answers: str
    prompt_tokens: str
    completion_tokens: str
    cost: str

    @classmethod
    def of(cls, use: ModelUse) -> "_UseRow":
        return cls(
            use.model_name,
            f"{use.answers:,}",
            f"{use.prompt_tokens:,}",
            f"{use.completion_tokens:,}",
            amount_in_words(Measure.COST, use.cost_micros) if use.cost_micros else "",
        )
