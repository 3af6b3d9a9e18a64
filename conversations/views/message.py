"""The details of a message, as JSON."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.views.decorators.http import require_safe

from conversations import access
from conversations.chat.details import details_of
from conversations.views.signed_in import SignedInRequest


@require_safe
@login_required
def details(request: SignedInRequest, message_id: UUID) -> JsonResponse:
    """The request, the cost and the timing of an answer."""
    try:
        message = access.message_for(request.user, message_id)
    except access.NotFound:
        raise Http404 from None
    is_administrator = access.may_read_upstream_words(request.user)
    return JsonResponse(details_of(message, with_upstream_words=is_administrator))
