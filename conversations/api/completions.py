"""The transactions of a completion for an API client, before it can run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from conversations.catalog.choosing import model_named
from conversations.catalog.parameters import FIELDS, ranges_of, takes, with_defaults
from conversations.catalog.providers import address_policy
from conversations.catalog.schemas import check_schemas
from conversations.generation.lifecycle import OWNER
from conversations.generation.prompt import Call, replay_of
from conversations.models import (
    ApiKey,
    Generation,
    IdempotencyClaim,
    KeptCompletion,
    LanguageModel,
    Policy,
)
from conversations.quotas import concurrency, reservation
from conversations.quotas.status import Standing
from conversations.quotas.tokens import request_size
from conversations.refusal import Refused
from conversations.upstream import (
    PARAMETERS,
    CompletionRequest,
    InvalidField,
    Ranges,
    check,
    check_consistency,
)

_NEWER = "max_completion_tokens"
KNOWN_FIELDS = frozenset({*FIELDS, _NEWER, "messages", "model", "stream", "stream_options", "user"})
# Without these the answer would differ from what was asked for: a model that does not take one
# refuses the request, while other fields are left out.
_ESSENTIAL = frozenset(each.name for each in PARAMETERS if each.essential)
# The parameters that are stored with the generation; the others may hold content.
_STORED = frozenset(each.name for each in PARAMETERS if each.kind != "structured")


class Claim(NamedTuple):
    """An Idempotency-Key and the body of its request, both as hashes."""

    key_hash: str
    body_hash: str


@dataclass(frozen=True)
class ApiRequest:
    """A request for a completion: API key, decoded body, Idempotency-Key and client address."""

    key: ApiKey
    body: Mapping[str, Any]
    claim: Claim | None = None
    address: str = ""


@dataclass(frozen=True)
class PreparedCompletion:
    """A generation that may run now, the call of its upstream, and the status of each limit.

    ``ignored`` names the fields of the body that were left out; ``lowered_to`` is the
    ``max_tokens`` that the limits allow, if that is less than was asked for.
    """

    generation: Generation
    call: Call
    request: CompletionRequest
    standings: tuple[Standing, ...]
    ignored: tuple[str, ...] = ()
    lowered_to: int | None = None

    @property
    def choices(self) -> int:
        """The number of answers."""
        return self.request.n or 1


def prepare(api_request: ApiRequest) -> PreparedCompletion:
    """Check the request and write its generation, with its reservation and its claim.

    Raises :class:`~conversations.refusal.Refused` or InvalidField if the request is refused.
    """
    request = CompletionRequest.from_wire(api_request.body)
    model = model_named(api_request.key.user, request.model, api_request.key)
    _check_ranges(api_request.body, request, ranges_of(model))
    check_consistency(request)
    ignored = _ignored(model, api_request.body)
    check_schemas(dict(api_request.body))
    policy = Policy.current()
    concurrency.check_site_is_open(policy)
    parameters = with_defaults(
        model, {name: api_request.body.get(name) for name in (*FIELDS, _NEWER)}
    )
    generation, granted = _created(api_request, request, model, parameters)
    return PreparedCompletion(
        generation=generation,
        call=Call(_request(request, model, parameters), model, address_policy(policy), ""),
        request=request,
        standings=tuple(reservation.standings(api_request.key.user, model, api_request.key)),
        ignored=ignored,
        lowered_to=granted.max_tokens if granted.notice else None,
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
        concurrency.check_room_for(api_request.key.user)
        _claim(api_request, generation.pk)
        granted = _reserved(generation, model, api_request, request)
        if granted.max_tokens is not None:
            parameters["max_tokens"] = granted.max_tokens
        generation.parameters = {each: parameters[each] for each in parameters if each in _STORED}
        generation.save(force_insert=True)
        _store_request(api_request, generation, model)
    return generation, granted


def _check_ranges(body: Mapping[str, Any], request: CompletionRequest, ranges: Ranges) -> None:
    """Raise InvalidField, with the name under which the field was sent.

    ``max_tokens`` beside ``max_completion_tokens`` is ignored, but checked as well.
    """
    try:
        check(request, ranges)
    except InvalidField as invalid:
        if invalid.field == "max_tokens" and body.get(_NEWER) is not None:
            raise InvalidField(_NEWER, invalid.message, invalid.allowed) from None
        raise
    older = body.get("max_tokens")
    if older is not None and older != request.max_tokens:
        check(msgspec.structs.replace(request, max_tokens=older), ranges)


def _ignored(model: LanguageModel, body: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that are left out. Raises :class:`Refused` if an essential one is among them."""
    given = [name for name, value in body.items() if value is not None]
    for name in given:
        if name in _ESSENTIAL and not takes(model, name) and not _is_default(name, body[name]):
            text = _("The model “%(model)s” does not take “%(field)s”.")
            values = {"model": model.name, "field": name}
            raise Refused("unsupported_parameter", text % values, name)
    ignored = tuple(
        name
        for name in given
        if name not in KNOWN_FIELDS or (name in FIELDS and not takes(model, name))
    )
    if ignored and settings.API_UNKNOWN_FIELDS == "refuse":
        text = _("The field “%s” is unknown here, or the model does not take it.")
        raise Refused("unknown_field", text % ignored[0][:100], ignored[0][:100])
    return ignored


def _is_default(name: str, value: Any) -> bool:
    """True if the value changes nothing."""
    match name:
        case "n":
            return bool(value == 1)
        case "response_format":
            return bool(isinstance(value, dict) and value.get("type") == "text")
        case "tool_choice":
            return value in ("auto", "none")
    return not value


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
    )


def _claim(api_request: ApiRequest, generation_id: UUID) -> None:
    if api_request.claim is None:
        return
    claims = IdempotencyClaim.objects.filter(
        api_key=api_request.key, key_hash=api_request.claim.key_hash
    )
    claims.expired().delete()
    if known := claims.first():
        raise refusal_of(api_request.claim, known.body_hash)
    try:
        with transaction.atomic():
            claims.create(
                api_key=api_request.key, generation_id=generation_id, **api_request.claim._asdict()
            )  # fmt: skip
    except IntegrityError:
        raise refusal_of(api_request.claim, claims.get().body_hash) from None


def refusal_of(claim: Claim, known_body_hash: str) -> Refused:
    """The refusal of an Idempotency-Key that was used before."""
    if claim.body_hash != known_body_hash:
        text = _("This Idempotency-Key was used with another request. Use a new key for this one.")
        return Refused("idempotency_key_reused", text)
    text = _(
        "This Idempotency-Key was used before, and its answer is no longer available: answers are "
        "stored in memory only. Nothing was charged now. Use a new key to ask again."
    )
    return Refused("idempotent_answer_gone", text)


def release(generation_id: UUID) -> None:
    """Free the Idempotency-Key of a generation that failed without a charge."""
    IdempotencyClaim.objects.filter(generation_id=generation_id).delete()


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
