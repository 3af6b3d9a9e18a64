"""``POST /v1/chat/completions``: starts a run, or joins one, and sends its reply."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from conversations import access
from conversations.api import completions, following, headers
from conversations.api.auth import authenticate, authorized_still, credential, require
from conversations.api.body import json_object
from conversations.api.checking import checked
from conversations.api.completions import ApiRequest, Claim, Claimed, PreparedCompletion
from conversations.api.error_bodies import api_error
from conversations.api.errors import ApiError
from conversations.api.formats import Format, Identity, JsonFormat, StreamFormat
from conversations.api.gateway import allow_methods
from conversations.api.idempotency import claim_of, memory
from conversations.api.listing import model_or_404
from conversations.api.places import PLACE_SECONDS, Wait, places
from conversations.api.reply import Reply, ReplyStream
from conversations.api.run_reply import RunReply
from conversations.api.stored_format import StoringFormat
from conversations.api.waiting import WaitingStream, abandon_later, give_up, starts_soon
from conversations.database.threads import in_thread, in_thread_with_retries
from conversations.generation.runner import runner
from conversations.models import ApiKey
from conversations.quotas import concurrency, reservation
from conversations.refusal import Refused
from conversations.upstream import InvalidField


@allow_methods("POST")
async def chat_completions(request: HttpRequest) -> HttpResponseBase:
    """A completion, streamed or whole. Its status is decided by the first byte or the error."""
    key, most_at_once = await in_thread(_key_and_most_at_once, request)
    body: dict[str, Any] = {}
    try:
        body = await json_object(request)
        # On a thread: it hashes the body.
        claim = await in_thread(_claim, request, body)
        address = request.META.get("REMOTE_ADDR", "")
        return await _completion(ApiRequest(key, body, most_at_once, claim, address))
    except (ApiError, InvalidField, Refused) as error:
        failed = api_error(error)
        # Its frames have the body in them, and would outlive the request.
        failed.__traceback__ = error.__traceback__ = None
        name, body = body.get("model"), {}
        left = await in_thread(_quota_headers, key, name)
        raise replace(failed, headers={**left, **failed.headers}) from None


def _claim(request: HttpRequest, body: dict[str, Any]) -> Claim | None:
    return claim_of(credential(request), request.headers.get("idempotency-key", ""), body)


async def _completion(api_request: ApiRequest) -> HttpResponseBase:
    wait = Wait()
    starting = asyncio.ensure_future(_start_or_join(api_request, wait))
    try:
        if api_request.body.get("stream") is True and not await starts_soon(starting):
            return await _early_response(starting, wait, api_request)
        return await _decided_response(await starting, api_request)
    except BaseException:
        give_up(starting)
        raise


async def _early_response(
    starting: "asyncio.Future[Reply]", wait: Wait, api_request: ApiRequest
) -> HttpResponseBase:
    reply_headers = await in_thread(_early_headers, api_request) | headers.UNBUFFERED
    return StreamingHttpResponse(
        WaitingStream(starting, wait), content_type=StreamFormat.content_type, headers=reply_headers
    )


async def _decided_response(reply: Reply, api_request: ApiRequest) -> HttpResponseBase:
    stream = reply.open_stream()
    try:
        await reply.decided()
        return await _response(reply, stream, api_request)
    except BaseException:
        stream.leave()
        raise


def _quota_headers(key: ApiKey, name: object) -> dict[str, str]:
    """The quota headers for that model; if there is none, those for all models together."""
    try:
        model = access.model_for(key.user, str(name), key)
    except access.NotFound:
        model = None
    standings = reservation.standings(key.user, model, key)
    return headers.quota_headers(
        each for each in standings if model or each.rule.language_model_id is None
    )


def _early_headers(api_request: ApiRequest) -> dict[str, str]:
    """The headers that are known before the run has started."""
    known = checked(api_request.key, api_request.body)
    return {
        **_quota_headers(api_request.key, known.model.name),
        **headers.content_header(known.model),
        **headers.adjustment_headers(known.adjustments),
    }


def _key_and_most_at_once(request: HttpRequest) -> tuple[ApiKey, int]:
    key = authenticate(request)
    require(key, ApiKey.Endpoint.CHAT)
    return key, concurrency.answers_at_once(key.user)


async def _start_or_join(api_request: ApiRequest, wait: Wait) -> Reply:
    """Start a run, or join the one that the same Idempotency-Key started.

    In a task of its own: if the client leaves meanwhile, its generation must still be run.
    """
    task: asyncio.Future[Reply]
    if api_request.claim:
        # The key may have lost the model since the first request.
        await in_thread(_check_model_is_allowed, api_request)
        begin = partial(_follow_or_start, api_request, api_request.claim, wait)
        task = asyncio.ensure_future(memory().reply(api_request.key.pk, api_request.claim, begin))
    else:
        task = asyncio.ensure_future(_start(api_request, wait))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(abandon_later)
        if not api_request.claim:
            # Nobody can join it: it need not wait for a place.
            wait.left.set()
        raise


def _check_model_is_allowed(api_request: ApiRequest) -> None:
    name = api_request.body.get("model")
    # A model that is no string is refused later, like every other field of a wrong type.
    if isinstance(name, str):
        model_or_404(api_request.key, name)


async def _follow_or_start(api_request: ApiRequest, claim: Claim, wait: Wait) -> Reply:
    if followed := await following.join(api_request.key, claim):
        return followed
    try:
        return await _start(api_request, wait)
    except Claimed as known:
        # The same request was made in another process meanwhile.
        return await following.follow(api_request.key, claim, known.generation_id)


async def _start(api_request: ApiRequest, wait: Wait) -> Reply:
    arrived = asyncio.get_running_loop().time()
    until = arrived + PLACE_SECONDS
    with await places().take(api_request, wait, until) as place:
        if wait.is_needed:
            # It may have been revoked or narrowed meanwhile.
            known = (api_request.key, ApiKey.Endpoint.CHAT, api_request.address)
            key = await in_thread(authorized_still, *known)
            api_request = replace(api_request, key=key)
        with runner().beginning():
            completion = await in_thread(completions.prepare, api_request)
            reply = _reply(completion, api_request.claim, arrived)
            runner().start_api_run(
                completion.generation,
                completion.call,
                reply,
                address=api_request.address,
                place_until=until,
            )
        # From here on the end of the run gives the place back.
        reply.at_end.append(place.pop_all().close)
    return reply


def _reply(completion: PreparedCompletion, claim: Claim | None, arrived: float) -> RunReply:
    generation = completion.generation
    reply_headers = {
        **headers.quota_headers(completion.standings),
        **headers.content_header(completion.call.model),
        **headers.adjustment_headers(completion.adjustments),
    }
    seal = claim.seal if claim else None
    reply = RunReply(_format(completion), reply_headers, seal=seal, arrived=arrived)
    reply.abandoned = partial(runner().stop, generation.pk, generation.user_id)
    if claim:
        reply.is_followed = partial(in_thread_with_retries, following.is_followed, generation.pk)
        key_id = completion.generation.api_key_id or 0
        reply.at_end.append(partial(memory().drop, key_id, claim, reply))
    return reply


def _format(completion: PreparedCompletion) -> Format:
    generation, request = completion.generation, completion.request
    created = int(generation.created_at.timestamp())
    identity = Identity(f"chatcmpl-{generation.pk.hex}", created, completion.call.model.name)
    whole = partial(JsonFormat, identity, completion.choices, calls=completion.calls)
    body_format: Format = whole()
    if request.stream:
        body_format = StreamFormat(
            identity,
            completion.choices,
            include_usage=request.include_usage,
            calls=completion.calls,
        )
    if completion.call.model.keeps_api_content:
        return StoringFormat(body_format, whole(), generation.pk)
    return body_format


async def _response(reply: Reply, stream: ReplyStream, api_request: ApiRequest) -> HttpResponseBase:
    content_type, reply_headers = reply.content_type, dict(reply.headers)
    if content_type == StreamFormat.content_type:
        reply_headers |= headers.UNBUFFERED
        return StreamingHttpResponse(stream, content_type=content_type, headers=reply_headers)
    content = await stream.whole()
    # The run is settled: the limits hold nothing for it any more.
    reply_headers |= await in_thread(_quota_headers, api_request.key, api_request.body.get("model"))
    reply_headers["Cache-Control"] = "no-store"
    return HttpResponse(content, content_type=content_type, headers=reply_headers)
