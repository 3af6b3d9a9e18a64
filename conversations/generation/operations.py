"""Operations on a running site: list running answers, stop, pause, drain. All are audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from conversations import audit
from conversations.generation import stops
from conversations.models import (
    Generation,
    Hold,
    LanguageModel,
    LoggedEvent,
    Policy,
    Provider,
    User,
)
from conversations.quotas.counters import cost_micros
from conversations.transcript import decode, fold

_WAITING = '{"type":"waiting"'


@dataclass(frozen=True)
class RunningAnswer:
    """One running answer. Tokens and cost (in millionths) are estimates.

    ``place`` is its place in the line before its provider, None out of it. Of answers to programs
    it is not known here; they wait for seconds.
    """

    generation: Generation
    username: str
    model_name: str
    provider_name: str
    age: timedelta
    prompt_tokens: int
    completion_tokens: int
    cost_micros: int
    place: int | None = None

    @property
    def state(self) -> str:
        """``stopping``, ``in_line``, ``waiting`` for its first token, or ``writing``."""
        if self.generation.stop_requested_at:
            return "stopping"
        if self.place:
            return "in_line"
        return "writing" if self.completion_tokens else "waiting"


def running_count() -> int:
    """Return the number of running answers."""
    return Generation.objects.running().count()


def running_answers(first: int, most: int) -> list[RunningAnswer]:
    """Return at most ``most`` running answers from number ``first`` on, the oldest first."""
    running = Generation.objects.running().order_by("created_at", "pk")
    page = running.select_related("user", "language_model__provider")[first : first + most]
    generations = list(page)
    ids = [generation.pk for generation in generations]
    holds = {hold.generation_id: hold for hold in Hold.objects.filter(generation_id__in=ids)}
    places = _places([each.pk for each in generations if not each.completion_tokens])
    return [_running(each, holds.get(each.pk), places.get(each.pk)) for each in generations]


def _places(ids: Sequence[UUID]) -> dict[UUID, int | None]:
    """The place that each generation was told last."""
    told = LoggedEvent.objects.filter(generation__in=ids, payload__startswith=_WAITING)
    transcripts = told.order_by("seq").values_list("generation", "payload")
    return {key: fold([decode(payload)]).place for key, payload in transcripts}


def _running(generation: Generation, hold: Hold | None, place: int | None) -> RunningAnswer:
    model = generation.language_model
    # Noted once a second.
    completion = generation.completion_tokens or 0
    prompt = hold.prompt_estimate if hold else 0
    prices = (hold.prompt_price, hold.completion_price) if hold else None
    return RunningAnswer(
        generation=generation,
        username=generation.user.get_username(),
        model_name=hold.model_name if hold else str(model or ""),
        provider_name=hold.provider_name if hold else str(model.provider if model else ""),
        age=timezone.now() - generation.created_at,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost_micros=cost_micros(prices, prompt, completion) if prices else 0,
        place=place,
    )


def stop(actor: User, generation_id: UUID) -> bool:
    """Stop one answer of any user; False if it was not running.

    Its owner stops within a quarter of a second; the text that has arrived stays.
    """
    running = Generation.objects.running().select_related("user", "language_model")
    with transaction.atomic():
        generation = running.filter(pk=generation_id).first()
        if generation is None:
            return False
        stops.request_stop(generation)
        after = {"person": str(generation.user), "model": str(generation.language_model or "")}
        audit.record(actor, "stopped", generation, {}, after)
    return True


def stop_all_of(actor: User, user: User) -> int:
    """Stop every answer of a user; return their number."""
    with transaction.atomic():
        stopped = stops.request_stop_for_users([user.pk])
        if stopped:
            audit.record(actor, "stopped all answers", user, {}, {"answers": stopped})
    return stopped


def paused_models() -> QuerySet[LanguageModel]:
    """Return the models that are paused themselves, by name."""
    return LanguageModel.objects.filter(paused=True).order_by("name")


def set_paused(actor: User, target: Provider | LanguageModel, *, paused: bool) -> None:
    """Pause or resume a model, or all models of a provider."""
    with transaction.atomic(), audit.change(actor, "paused" if paused else "resumed", target):
        target.paused = paused
        target.save(update_fields=["paused"])


def set_draining(actor: User | None, *, draining: bool) -> None:
    """Drain or reopen the site. A draining site accepts no new messages; running answers go on."""
    policy = Policy.current()
    if policy.draining == draining:
        return
    action = "drained" if draining else "reopened"
    with transaction.atomic(), audit.change(actor, action, policy):
        policy.draining = draining
        # Before the first change of the policy there is no row.
        Policy.objects.update_or_create(pk=policy.pk, defaults={"draining": draining})
