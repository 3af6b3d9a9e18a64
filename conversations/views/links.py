"""The share links of the signed-in user."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conversations.sharing.links import links_of
from conversations.sharing.states import choices_for, link_state
from conversations.views.signed_in import SignedInRequest

LINKS_ON_A_PAGE = 20


@require_safe
@login_required
def links(request: SignedInRequest) -> HttpResponse:
    """The user's links, newest first, in pages."""
    paginator = Paginator(links_of(request.user), LINKS_ON_A_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    state = {"links": [link_state(link) for link in page], **choices_for(request.user)}
    return render(request, "account_links.html", {"page": page, "state": state})
