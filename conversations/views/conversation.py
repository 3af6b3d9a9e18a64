"""The page of a conversation, and its state as JSON.

Compressed, since a site of a hundred models has 170 kB of them in each state. Nothing of a request
is repeated in these answers, and Django adds up to 100 random bytes to the length of each, so that
lengths tell a listener nothing about a secret (BREACH).
"""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from conversations import access
from conversations.chat import outline as outlines
from conversations.chat import window
from conversations.chat.state import first_prompts, listed, listed_state, page_state
from conversations.models import Conversation, Policy
from conversations.views.setup import once_set_up
from conversations.views.signed_in import SignedInRequest


@require_safe
@once_set_up
@login_required
@gzip_page
def new(request: SignedInRequest) -> HttpResponse:
    """An empty page that becomes a conversation with its first message."""
    return _page(request, None)


@require_safe
@login_required
@gzip_page
def conversation(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """The page of one conversation."""
    return _page(request, _conversation_or_404(request, conversation_id))


@require_safe
@login_required
@gzip_page
def state(request: SignedInRequest, conversation_id: UUID) -> JsonResponse:
    """The state of a conversation's page, as JSON."""
    found = _conversation_or_404(request, conversation_id)
    return JsonResponse(page_state(request.user, found))


@require_safe
@login_required
@gzip_page
def messages(request: SignedInRequest, conversation_id: UUID) -> JsonResponse:
    """Messages that a page does not have yet, whole, as JSON: those before the message ``before``
    on its branch, or those up to ``until``."""
    found = _conversation_or_404(request, conversation_id)
    read = window.before if "before" in request.GET else window.until
    message_id = _message_id(request, found)
    try:
        whole = read(found, message_id) if message_id else []
    except access.NotFound:
        raise Http404 from None
    return JsonResponse({"version": found.version, "messages": whole})


@require_safe
@login_required
@gzip_page
def outline(request: SignedInRequest, conversation_id: UUID) -> JsonResponse:
    """The beginnings of the messages on the branch to ``until``, or on the one shown, as JSON."""
    found = _conversation_or_404(request, conversation_id)
    try:
        begun = outlines.outline(found, _message_id(request, found))
    except access.NotFound:
        raise Http404 from None
    return JsonResponse({"conversation": listed_state(found), **begun})


def _message_id(request: SignedInRequest, shown: Conversation) -> UUID | None:
    given = request.GET.get("before") or request.GET.get("until")
    try:
        return UUID(given) if given else shown.head_id
    except ValueError:
        raise Http404 from None


@require_safe
@login_required
@gzip_page
def new_state(request: SignedInRequest) -> JsonResponse:
    """The state of an empty page, as JSON."""
    return JsonResponse(page_state(request.user, None))


@require_safe
@login_required
@gzip_page
def older(request: SignedInRequest) -> JsonResponse:
    """The conversations that were last changed before ``before``, for the sidebar, as JSON."""
    return JsonResponse({"conversations": listed(request.user, _before(request))})


def _before(request: SignedInRequest) -> datetime | None:
    try:
        moment = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        return None
    return moment if moment and is_aware(moment) else None


def _page(request: SignedInRequest, shown: Conversation | None) -> HttpResponse:
    state = page_state(request.user, shown)
    context = {
        "state": state,
        "prompts": first_prompts(state["presets"]),
        "conversation_days": Policy.current().conversation_days,
    }
    return render(request, "conversation.html", context)


def _conversation_or_404(request: SignedInRequest, conversation_id: UUID) -> Conversation:
    try:
        return access.conversation_for(request.user, conversation_id)
    except access.NotFound:
        raise Http404 from None
