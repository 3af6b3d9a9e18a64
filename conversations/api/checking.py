"""Reads a request and fits it to its model, before anything is reserved or written for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from conversations.api.calls import CallForm
from conversations.api.known_fields import left_out, names_in
from conversations.api.request_forms import in_todays_form
from conversations.api.thinking_forms import with_known_fields
from conversations.catalog.choosing import model_named
from conversations.catalog.parameters import not_taken, ranges_of, takes
from conversations.catalog.schemas import check_schemas
from conversations.models import ApiKey, LanguageModel, Policy
from conversations.quotas import concurrency
from conversations.upstream import CompletionRequest, check, check_consistency, fit


@dataclass(frozen=True)
class Adjustments:
    """The differences between a request and what is sent, for the headers of the reply: fields that
    were left out, numbers that the model or the limits do not allow with the ones that are sent
    instead, and what was left out of the tools."""

    ignored: tuple[str, ...] = ()
    lowered: Mapping[str, float] = field(default_factory=dict)
    raised: Mapping[str, float] = field(default_factory=dict)
    tool_faults: tuple[str, ...] = ()

    def with_length(self, max_tokens: int) -> "Adjustments":
        """The same with a ``max_tokens`` that was lowered once more."""
        return replace(self, lowered={**self.lowered, "max_tokens": max_tokens})


@dataclass(frozen=True)
class Checked:
    """A request that may be made if its limits allow, as it was fitted to its model; ``calls`` is
    the form in which the client expects calls."""

    request: CompletionRequest
    model: LanguageModel
    policy: Policy
    adjustments: Adjustments
    calls: CallForm


def checked(key: ApiKey, given: Mapping[str, Any]) -> Checked:
    """The request, if nothing about it is refused that is known without a reservation.

    Raises :class:`~conversations.refusal.Refused` or InvalidField.
    """
    body, tool_faults, calls = in_todays_form(given)
    asked = CompletionRequest.from_wire(body)
    model = model_named(key.user, asked.model, key)
    request, lowered, raised = fit(with_known_fields(asked, model), ranges_of(model))
    check(request, ranges_of(model))
    check_consistency(request)
    request, calls = _one_call_at_a_time(request, model, calls)
    names = names_in(given)
    parameters = request.parameters()
    ignored = (*not_taken(model, parameters, names), *left_out(body))
    check_schemas(parameters)
    policy = Policy.current()
    concurrency.check_site_is_open(policy)
    return Checked(
        request, model, policy, Adjustments(ignored, lowered, raised, tool_faults), calls
    )


def _one_call_at_a_time(
    request: CompletionRequest, model: LanguageModel, calls: CallForm
) -> tuple[CompletionRequest, CallForm]:
    """Where a client takes one call at a time and the server cannot be told, the answer has one.

    Editors and agents say so with each request: a refusal would shut them out.
    """
    is_asked = request.parallel_tool_calls is False and model.takes_tools
    if not is_asked or takes(model, "parallel_tool_calls"):
        return request, calls
    sent = msgspec.structs.replace(request, parallel_tool_calls=None)
    return sent, calls._replace(only_one=True)
