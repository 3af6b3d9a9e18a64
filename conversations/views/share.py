"""What the share dialog and the list of links ask for, as JSON; and the preview of a draft."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations import access
from conversations.models import ShareLink, User
from conversations.refusal import Refused
from conversations.sharing import links
from conversations.sharing.projection import project
from conversations.sharing.secret_shapes import LABELS, found_secrets
from conversations.sharing.selection import Selection
from conversations.sharing.states import LISTED_LINKS, link_state, sharing_state
from conversations.sharing.terms import Terms
from conversations.views.json_body import read_json, read_text, refusal
from conversations.views.requests import SignedInRequest
from conversations.views.shared import page_of, sealed

View = Callable[..., HttpResponse]


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A selection by itself."""

    selection: Selection


class NewLink(Draft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a link is made of."""

    terms: Terms


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New terms of a link."""

    terms: Terms


def _answered(view: View) -> View:
    """The view of whoever is signed in, with refusals as JSON."""

    @wraps(view)
    def answer(request: SignedInRequest, **ids: UUID) -> HttpResponse:
        try:
            return view(request, **ids)
        except Refused as refused:
            return refusal(refused)
        except access.NotFound:
            return _not_found()

    return login_required(answer)


def _not_found() -> JsonResponse:
    told = {"code": "not_found", "message": _("This does not exist any more."), "field": None}
    return JsonResponse({"error": told}, status=404)


@require_http_methods(["GET", "POST"])
@_answered
def share(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """What the dialog starts from; posting makes a link."""
    if request.method == "POST":
        new = read_json(request, NewLink)
        link = links.create(request.user, conversation_id, new.selection, new.terms)
        return JsonResponse({"link": link_state(link)}, status=201)
    conversation = access.conversation_for(request.user, conversation_id)
    return JsonResponse(sharing_state(request.user, conversation))


@require_POST
@_answered
def share_secrets(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """What looks like a secret in what a selection shows, beside what it masks already."""
    conversation = access.conversation_for(request.user, conversation_id)
    projection = project(conversation, read_json(request, Draft).selection)
    found = [
        {"kind": each.kind, "label": LABELS[each.kind], "text": each.text, "count": each.count}
        for each in found_secrets(projection.snapshot)
    ]
    return JsonResponse({"found": found})


@require_GET
@_answered
def share_links(request: SignedInRequest) -> HttpResponse:
    """The person's own links, the newest first, 50 at a time."""
    return JsonResponse(_page_of_links(request.user, request.GET.get("after", "")))


def _page_of_links(user: User, after: str) -> dict[str, Any]:
    own = links.links_of(user)
    try:
        last = own.filter(pk=UUID(after)).first()
    except ValueError:
        last = None
    if last:
        own = own.filter(created_at__lt=last.created_at)
    return {"links": [link_state(link) for link in own[:LISTED_LINKS]]}


@require_POST
@_answered
def change_link(request: SignedInRequest, link_id: UUID) -> HttpResponse:
    """New terms for a link."""
    link = links.change_terms(request.user, link_id, read_json(request, Change).terms)
    return JsonResponse({"link": link_state(link)})


@require_POST
@_answered
def update_link(request: SignedInRequest, link_id: UUID) -> HttpResponse:
    """A new snapshot for a link, under its old address."""
    link = links.update_snapshot(request.user, link_id, read_json(request, Draft).selection)
    return JsonResponse({"link": link_state(link)})


@require_POST
@_answered
def revoke_link(request: SignedInRequest, link_id: UUID) -> HttpResponse:
    """Revoke a link at once."""
    links.revoke(request.user, link_id)
    return JsonResponse({"link": link_state(access.share_link_for(request.user, link_id))})


@require_GET
@_answered
def share_person(request: SignedInRequest) -> HttpResponse:
    """Whether there is somebody of exactly that username; nothing is completed or listed."""
    person = access.person_named(request.GET.get("username", "").strip())
    return JsonResponse({"username": person.get_username()})


@require_POST
@login_required
def share_preview(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """The very page that a reader would get of a draft, for a frame of the dialog.

    A form sends the draft, in a field of that name, because a frame shows what a form leads to.
    """
    try:
        conversation = access.conversation_for(request.user, conversation_id)
        projection = project(conversation, read_text(request.POST.get("draft", ""), Selection))
    except access.NotFound:
        return sealed(render(request, "404.html", status=404), framed=True)
    except Refused as refused:
        context = {"message": refused.message}
        return sealed(render(request, "shared/refused.html", context, status=422), framed=True)
    draft = ShareLink(title=projection.title, shows_title=False)
    page = page_of(draft, projection.article, "", None)
    return sealed(HttpResponse(page), framed=True)
