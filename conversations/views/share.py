"""The requests of the share dialog, as JSON, and the preview of a draft."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conversations import access
from conversations.models import ShareLink
from conversations.refusal import Refused
from conversations.sharing import links
from conversations.sharing.projection import project
from conversations.sharing.secret_shapes import LABELS, found_secrets
from conversations.sharing.selection import Selection
from conversations.sharing.states import link_state, sharing_state
from conversations.sharing.terms import Terms
from conversations.views.json_body import read_json, refusal
from conversations.views.shared import page_of, restricted
from conversations.views.signed_in import SignedInRequest

View = Callable[..., HttpResponse]


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A selection without terms."""

    selection: Selection


class NewLink(Draft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The selection and the terms of a new link."""

    terms: Terms


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New terms of a link."""

    terms: Terms


def _json_view(view: View) -> View:
    """Decorate a view for signed-in users, with refusals as JSON."""

    @wraps(view)
    def respond(request: SignedInRequest, **ids: UUID) -> HttpResponse:
        try:
            return view(request, **ids)
        except Refused as refused:
            return refusal(refused)
        except access.NotFound:
            return _not_found()

    return login_required(respond)


def _not_found() -> JsonResponse:
    error = {"code": "not_found", "message": _("This no longer exists."), "field": None}
    return JsonResponse({"error": error}, status=404)


@require_http_methods(["GET", "POST"])
@_json_view
def share(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """The state of the dialog; a POST creates a link."""
    if request.method == "POST":
        new = read_json(request, NewLink)
        link = links.create(request.user, conversation_id, new.selection, new.terms)
        return JsonResponse({"link": link_state(link)}, status=201)
    conversation = access.conversation_for(request.user, conversation_id)
    return JsonResponse(sharing_state(request.user, conversation))


@require_POST
@_json_view
def share_secrets(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """Possible secrets in the text that a selection shows, beside those it masks already."""
    conversation = access.conversation_for(request.user, conversation_id)
    projection = project(conversation, read_json(request, Draft).selection)
    found = [
        {"kind": each.kind, "label": LABELS[each.kind], "text": each.text, "count": each.count}
        for each in found_secrets(projection.snapshot)
    ]
    return JsonResponse({"found": found})


@require_POST
@_json_view
def change_link(request: SignedInRequest, link_id: UUID) -> HttpResponse:
    """Change the terms of a link."""
    link = links.change_terms(request.user, link_id, read_json(request, Change).terms)
    return JsonResponse({"link": link_state(link)})


@require_POST
@_json_view
def update_link(request: SignedInRequest, link_id: UUID) -> HttpResponse:
    """Replace the snapshot of a link; its address stays."""
    link = links.update_snapshot(request.user, link_id, read_json(request, Draft).selection)
    return JsonResponse({"link": link_state(link)})


@require_POST
@_json_view
def revoke_link(request: SignedInRequest, link_id: UUID) -> HttpResponse:
    """Revoke a link at once."""
    links.revoke(request.user, link_id)
    return JsonResponse({"link": link_state(access.share_link_for(request.user, link_id))})


@require_safe
@_json_view
def share_person(request: SignedInRequest) -> HttpResponse:
    """Confirm an exact username; nothing is completed or listed."""
    user = access.user_named(request.GET.get("username", "").strip())
    return JsonResponse({"username": user.get_username()})


@require_POST
@_json_view
def share_preview(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """The page that a reader would get of a draft, for a frame in the dialog."""
    conversation = access.conversation_for(request.user, conversation_id)
    projection = project(conversation, read_json(request, Draft).selection)
    draft = ShareLink(title=projection.title, shows_title=False)
    return restricted(HttpResponse(page_of(draft, projection.article, "", None)))
