"""What is known of one answer, as JSON."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.views.decorators.http import require_GET

from conversations import access
from conversations.chat.details import details_of
from conversations.views.signed_in import SignedInRequest


@require_GET
@login_required
def details(request: SignedInRequest, message_id: UUID) -> JsonResponse:
    """How an answer was asked for, what it cost and how long it took."""
    try:
        return JsonResponse(details_of(access.message_for(request.user, message_id)))
    except access.NotFound:
        raise Http404 from None
