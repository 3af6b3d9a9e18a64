"""The transactions of a completion for an API client, before it can run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from conversations.api.calls import CallForm
from conversations.api.checking import Adjustments, checked
from conversations.api.record import Seal
from conversations.catalog.parameters import takes, with_defaults
from conversations.catalog.providers import address_policy
from conversations.generation.processes import OWNER
from conversations.generation.prompt import Call, replay_of
from conversations.models import (
    ApiKey,
    Generation,
    IdempotencyClaim,
    KeptCompletion,
    LanguageModel,
)
from conversations.quotas import concurrency, reservation
from conversations.quotas.status import Standing
from conversations.quotas.tokens import request_size
from conversations.refusal import Refused
from conversations.upstream import PARAMETERS, CompletionRequest

# The parameters that are stored with the generation; the others may hold content.
_STORED = frozenset(each.name for each in PARAMETERS if not each.holds_text)


class Claim(NamedTuple):
    """An Idempotency-Key and the body of its request, both as hashes, and the seal of its reply."""

    key_hash: str
    body_hash: str
    seal: Seal


class Claimed(Exception):
    """A request with the same claim came before, and has this generation."""

    def __init__(self, generation_id: UUID) -> None:
        super().__init__(str(generation_id))
        self.generation_id = generation_id


@dataclass(frozen=True)
class ApiRequest:
    """A request for a completion: API key, decoded body, Idempotency-Key and client address.

    ``most_at_once`` is the number of answers that may run at once for the programs of its user.
    """

    key: ApiKey
    body: Mapping[str, Any]
    most_at_once: int
    claim: Claim | None = None
    address: str = ""


@dataclass(frozen=True)
class PreparedCompletion:
    """A generation that may run now, the call of its upstream, and the status of each limit.

    ``adjustments`` is for the headers of the reply; ``calls`` is the form in which the client
    expects calls.
    """

    generation: Generation
    call: Call
    request: CompletionRequest
    standings: tuple[Standing, ...]
    adjustments: Adjustments
    calls: CallForm

    @property
    def choices(self) -> int:
        """The number of answers."""
        return self.request.n or 1


def prepare(api_request: ApiRequest) -> PreparedCompletion:
    """Check the request and write its generation, with its reservation and its claim.

    Raises :class:`~conversations.refusal.Refused` or InvalidField if the request is refused, and
    :class:`Claimed` if it was made before.
    """
    known = checked(api_request.key, api_request.body)
    request, model, adjustments = known.request, known.model, known.adjustments
    parameters = with_defaults(model, request.parameters())
    if known.calls.is_old and takes(model, "parallel_tool_calls"):
        # The older form of a message has room for one call.
        parameters["parallel_tool_calls"] = False
    generation, granted = _created(api_request, request, model, parameters)
    if granted.notice and granted.max_tokens is not None:
        adjustments = adjustments.with_length(granted.max_tokens)
    address = address_policy(known.policy)
    return PreparedCompletion(
        generation=generation,
        call=Call(_request(request, model, parameters), model, address, "", granted.lease),
        request=request,
        standings=tuple(reservation.standings(api_request.key.user, model, api_request.key)),
        adjustments=adjustments,
        calls=known.calls,
    )


def _created(
    api_request: ApiRequest,
    request: CompletionRequest,
    model: LanguageModel,
    parameters: dict[str, Any],
) -> tuple[Generation, reservation.Granted]:
    """The generation, claimed and reserved; the limits may lower its ``max_tokens``."""
    generation = Generation(
        user=api_request.key.user,
        api_key=api_request.key,
        language_model=model,
        client_request_id=uuid4(),
        owner=OWNER,
    )
    with transaction.atomic():
        concurrency.lock_user(api_request.key.user)
        # Before the number is checked: one that was made before needs no room.
        _claim(api_request, generation.pk)
        concurrency.check_room_for_program(api_request.key)
        granted = _reserved(generation, model, api_request, request)
        if granted.max_tokens is not None:
            parameters["max_tokens"] = granted.max_tokens
        generation.parameters = {each: parameters[each] for each in parameters if each in _STORED}
        generation.save(force_insert=True)
        _store_request(api_request, generation, model)
    return generation, granted


def _reserved(
    generation: Generation,
    model: LanguageModel,
    api_request: ApiRequest,
    request: CompletionRequest,
) -> reservation.Granted:
    wanted = reservation.Wanted(
        user=api_request.key.user,
        model=model,
        prompt=request_size(request, model),
        max_tokens=request.max_tokens,
        count=request.n or 1,
        key=api_request.key,
    )
    return reservation.reserve(generation.pk, wanted)


def _request(
    request: CompletionRequest, model: LanguageModel, parameters: Mapping[str, Any]
) -> CompletionRequest:
    """The upstream's request: known fields only, one by one, and nothing else of the body."""
    body = {**parameters, "model": model.upstream_name, "messages": [], "stream": True}
    return msgspec.structs.replace(
        CompletionRequest.from_wire(body),
        messages=request.messages,
        user=request.user,
        replay_reasoning=replay_of(model),
        extra_body=model.extra_body,
    )


def _claim(api_request: ApiRequest, generation_id: UUID) -> None:
    claim = api_request.claim
    if claim is None:
        return
    if known := claimed(api_request.key, claim):
        raise Claimed(known)
    hashes = {"key_hash": claim.key_hash, "body_hash": claim.body_hash}
    claims = IdempotencyClaim.objects.filter(api_key=api_request.key, key_hash=claim.key_hash)
    claims.expired().delete()
    # No other request of the user is here at the same time: the user is locked.
    claims.create(api_key=api_request.key, generation_id=generation_id, **hashes)


def claimed(api_key: ApiKey, claim: Claim) -> UUID | None:
    """The generation of the first request with the same claim; None if there was none.

    Raises :class:`~conversations.refusal.Refused` if that had another body.
    """
    claims = IdempotencyClaim.objects.filter(api_key=api_key, key_hash=claim.key_hash)
    known = claims.current().first()
    if known and known.body_hash != claim.body_hash:
        raise reused()
    return known.generation_id if known else None


def reused() -> Refused:
    """The refusal of an Idempotency-Key that came with another body before."""
    text = _("This Idempotency-Key was used with another request. Use a new key for this one.")
    return Refused("idempotency_key_reused", text)


def gone() -> Refused:
    """The refusal of an Idempotency-Key whose reply is not stored any more."""
    text = _(
        "This Idempotency-Key was used before, and its answer is no longer available: answers are "
        "stored for some minutes only. Nothing was charged now. Use a new key to ask again."
    )
    return Refused("idempotent_answer_gone", text)


def _store_request(api_request: ApiRequest, generation: Generation, model: LanguageModel) -> None:
    if model.keeps_api_content:
        KeptCompletion.objects.create(
            generation_id=generation.pk,
            user=api_request.key.user,
            api_key_name=str(api_request.key),
            model_name=model.name,
            request=msgspec.json.encode(api_request.body).decode(),
        )


def store_reply(generation_id: UUID, answer: str) -> None:
    """Store the reply, as JSON text, with its stored request."""
    KeptCompletion.objects.filter(generation_id=generation_id).update(answer=answer)
