"""Renews the leases of running generations, all that ask at the same time in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from conversations.database import rows
from conversations.models import Generation, Hold, Period, Rule
from conversations.quotas.counters import amounts_of, locked, most_of_request
from conversations.quotas.lease import Lease, largest
from conversations.quotas.reservation import deciding_rules
from conversations.quotas.settlement import is_plausible_prompt
from conversations.quotas.status import Standing


@dataclass(frozen=True)
class Asking:
    """A running generation that needs more: its present lease, its tokens so far, and those of its
    prompt if the provider has said them."""

    generation_id: UUID
    lease: Lease
    tokens: int
    prompt_tokens: int | None = None


def renew(asking: Iterable[Asking]) -> dict[UUID, Lease]:
    """Return the new leases by generation. One that has ended or holds nothing gets none.

    A hold grows by a step, or by what its limits have left in the windows in which its answer
    began. Its prompt has been read by then: from now on as much is held for it as is known.
    """
    by_id = {each.generation_id: each for each in asking}
    with transaction.atomic():
        Rule.objects.lock_for_reserving()
        # In the order of users, and all holds of a user before the counters, as reservations and
        # settlements do it: no two transactions wait for each other.
        running = _running(by_id)
        users = {generation.user_id for generation in running}
        locked_holds = Hold.objects.select_for_update().filter(user__in=users).order_by("pk")
        held = {hold.generation_id for hold in locked_holds if hold.generation_id in by_id}
        return {each.pk: _renewed(each, by_id[each.pk]) for each in running if each.pk in held}


def _running(by_id: Mapping[UUID, Asking]) -> list[Generation]:
    running = Generation.objects.running().filter(pk__in=by_id).order_by("user_id", "pk")
    return list(running.select_related("user", "language_model", "api_key"))


def _renewed(generation: Generation, asking: Asking) -> Lease:
    limits = _limits(generation)
    # Read after them: a limit that began meanwhile has been added to it.
    hold = Hold.objects.get(generation_id=generation.pk)
    _learn_prompt(hold, asking.prompt_tokens)
    # A counter that does not count this hold does not bound it either.
    limits = {part[0]: limits[part[0]] for part in hold.parts if part[0] in limits}
    lease = replace(asking.lease, held=hold.completion_bound)
    wanted = lease.extended(asking.tokens)
    most = {counter: _most(hold, each, wanted) for counter, each in limits.items()}
    held = min(most.values(), default=wanted)
    tightest = limits[min(most, key=most.__getitem__)] if held < wanted else None
    refusal = _refusal(hold, tightest) if tightest else ""
    _extend(hold, held, limits)
    return replace(lease, held=held, refusal=refusal)


def _learn_prompt(hold: Hold, said: int | None) -> None:
    if said and is_plausible_prompt(hold, said):
        hold.prompt_estimate = said


def _limits(generation: Generation) -> dict[int, Standing]:
    """The status of each limit of a running generation, by the id of its counter, locked."""
    user = generation.user
    # All rules where the model has just been deleted: those of other models do not count its hold.
    rules = deciding_rules(user, generation.language_model, generation.api_key)
    began_at = Hold.objects.values_list("created_at", flat=True).get(generation_id=generation.pk)
    counters = locked(user, rules, began_at)
    return {
        each.pk: Standing(rule, each.used, each.held, Period(rule.period).end(began_at))
        for rule, each in zip(rules, counters, strict=True)
    }


def _most(hold: Hold, standing: Standing, wanted: int) -> int:
    """The largest completion up to ``wanted`` for which this limit has room."""
    measure, prices = standing.rule.measure, (hold.prompt_price, hold.completion_price)
    others = standing.used + standing.held - amounts_of(hold).of(measure)
    room = standing.rule.limit - others

    def fits(tokens: int) -> bool:
        return most_of_request(prices, hold.prompt_estimate, tokens).of(measure) <= room

    return largest(hold.completion_bound, wanted, fits)


def _extend(hold: Hold, held: int, limits: Mapping[int, Standing]) -> None:
    before = amounts_of(hold)
    hold.prompt_bound, hold.completion_bound = hold.prompt_estimate, held
    after = amounts_of(hold)
    for part in hold.parts:
        counter_id, measure, amount = part
        more = after.of(measure) - before.of(measure)
        if counter_id in limits and _is_held(counter_id, more, limits[counter_id].rule.limit):
            part[2] = amount + more
    rows.update_record(hold, ["prompt_bound", "prompt_estimate", "completion_bound", "parts"])


def _is_held(counter_id: int, more: int, limit: int) -> bool:
    if more <= 0:
        rows.release(counter_id, -more, 0)
        return True
    # The counter is locked, so that the guard does not fail. What it refuses is not held.
    return rows.hold(counter_id, more, limit)


def _refusal(hold: Hold, standing: Standing) -> str:
    others = standing.held - amounts_of(hold).of(standing.rule.measure)
    return standing.cut(is_shared=others > 0)
