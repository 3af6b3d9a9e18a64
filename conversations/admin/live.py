"""The running answers, at /admin/live/, with actions to stop, pause and drain."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from conversations.admin.audited_admin import actor_of
from conversations.admin.choices import MOST_CHOICES
from conversations.admin.number_format import Money, count
from conversations.generation import operations
from conversations.generation.operations import RunningAnswer
from conversations.models import LanguageModel, Policy, Provider, User

PAGE_ROWS = 50


def live(request: HttpRequest) -> HttpResponse:
    """The page with the running answers, the paused models and the draining state."""
    _require(request, "conversations.view_generation")
    context = {
        **admin.site.each_context(request),
        "title": _("Live"),
        **_running_context(),
        "providers": Provider.objects.filter(enabled=True)[:MOST_CHOICES],
        "paused_models": operations.paused_models()[:MOST_CHOICES],
        "models": LanguageModel.objects.filter(enabled=True, paused=False)[:MOST_CHOICES],
        "most_choices": MOST_CHOICES,
    }
    return render(request, "admin/live/page.html", context)


def running(request: HttpRequest) -> HttpResponse:
    """The part of the page that the browser reloads."""
    _require(request, "conversations.view_generation")
    return render(request, "admin/live/running.html", _running_context())


def _running_context() -> dict[str, Any]:
    policy = Policy.current()
    total = operations.running_count()
    answers = operations.running_answers(0, PAGE_ROWS)
    return {
        "total": total,
        "unlisted": max(0, total - len(answers)),
        "lines": [_line(answer, policy.currency) for answer in answers],
        "is_draining": policy.draining,
    }


def _line(answer: RunningAnswer, currency: str) -> dict[str, Any]:
    states = {
        "stopping": _("stopping"),
        "in_line": _("in line: %s") % answer.place,
        "waiting": _("waiting"),
        "writing": _("writing"),
    }
    return {
        "answer": answer,
        "age": _age(int(answer.age.total_seconds())),
        "tokens": count(answer.completion_tokens),
        "cost": Money(currency, 4).named(answer.cost_micros),
        "state": states[answer.state],
    }


def _age(seconds: int) -> str:
    minutes, rest = divmod(max(0, seconds), 60)
    return f"{minutes}:{rest:02}"


@require_POST
def stop(request: HttpRequest, generation_id: UUID) -> HttpResponse:
    """Stop one answer."""
    _require(request, "conversations.change_generation")
    if operations.stop(actor_of(request), generation_id):
        return _back(request, _("The answer is being stopped."))
    return _back(request, _("The answer had ended already."))


@require_POST
def stop_all(request: HttpRequest, user_id: int) -> HttpResponse:
    """Stop all answers of a user."""
    _require(request, "conversations.change_generation")
    user = get_object_or_404(User, pk=user_id)
    stopped = operations.stop_all_of(actor_of(request), user)
    text = ngettext(
        "%(count)s answer of %(user)s is being stopped.",
        "%(count)s answers of %(user)s are being stopped.",
        stopped,
    )
    return _back(request, text % {"count": stopped, "user": user})


@require_POST
def pause_model(request: HttpRequest) -> HttpResponse:
    """Pause or resume a model."""
    _require(request, "conversations.change_languagemodel")
    return _switch(request, get_object_or_404(LanguageModel, pk=_target(request)))


@require_POST
def pause_provider(request: HttpRequest) -> HttpResponse:
    """Pause or resume all models of a provider."""
    _require(request, "conversations.change_provider")
    return _switch(request, get_object_or_404(Provider, pk=_target(request)))


def _switch(request: HttpRequest, target: Provider | LanguageModel) -> HttpResponse:
    paused = request.POST.get("paused") == "yes"
    operations.set_paused(actor_of(request), target, paused=paused)
    text = _("“%s” accepts no new messages.") if paused else _("“%s” accepts messages again.")
    return _back(request, text % target)


@require_POST
def drain(request: HttpRequest) -> HttpResponse:
    """Start or end draining: a draining site accepts no new messages."""
    _require(request, "conversations.change_policy")
    draining = request.POST.get("draining") == "yes"
    operations.set_draining(actor_of(request), draining=draining)
    if draining:
        return _back(request, _("The site accepts no new messages. Running answers continue."))
    return _back(request, _("The site accepts messages again."))


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _target(request: HttpRequest) -> int:
    text = request.POST.get("target", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _back(request: HttpRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    return HttpResponseRedirect(reverse("live"))
