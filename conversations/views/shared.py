"""The page of a share link, complete without a script.

A link that is unknown, expired, used up, revoked, of a deactivated account, or for other readers
gets the same page in every case, which offers to sign in.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Coroutine
from functools import wraps
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conversations import access
from conversations.database.threads import in_thread
from conversations.models import ShareLink, User
from conversations.sharing import access_cookies, article, continue_shared, reading
from conversations.sharing.access_cookies import Access
from conversations.sharing.reading import PassphraseNeeded, Reading
from conversations.sharing.view_batching import view_batcher
from conversations.throttle import TooManyAttempts
from conversations.views.page_cache import PageCache

_pages = PageCache(most_bytes=16 * 1024 * 1024)
COOKIE = "__Secure-shared" if settings.SERVED_OVER_TLS else "shared"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src {styles}; font-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
_STYLE = re.compile(rb"<style>([^<]*)</style>")
View = Callable[..., Coroutine[Any, Any, HttpResponse]]


def restricted(response: HttpResponse) -> HttpResponse:
    """Set the strictest headers: no script, nothing from other sites, no cache."""
    styles = _allowed_styles(response.content)
    for name, value in HEADERS.items():
        response[name] = value.format(styles=styles)
    return response


def _allowed_styles(page: bytes) -> str:
    """The site's own files, and the sizes and places of the page's formulas by their hash."""
    found = _STYLE.search(page, 0, max(0, page.find(b"</head>")))
    if not found:
        return "'self'"
    return f"'self' 'sha256-{b64encode(sha256(found[1]).digest()).decode()}'"


def _with_error_pages(view: View) -> View:
    """Decorate a view of a link: with its reader, error pages and the strictest headers."""

    @sensitive_variables("token")
    @wraps(view)
    async def respond(request: HttpRequest, token: str) -> HttpResponse:
        reader = await _reader(request)
        try:
            response = await view(request, token, reader)
        except access.NotFound:
            response = await _page(request, "shared/gone.html", {"reader": reader}, status=404)
        except TooManyAttempts as error:
            response = await _page(
                request, "shared/too_often.html", {"time": error.wait}, status=429
            )
            response["Retry-After"] = str(error.seconds)
        except PassphraseNeeded as error:
            context = {"is_wrong": error.is_wrong, "action": reverse("shared", args=[token])}
            status = 422 if error.is_wrong else 200
            response = await _page(request, "shared/passphrase.html", context, status=status)
        return restricted(response)

    return respond


# A forged request with the right pass-phrase gives nothing away. The reason why Django's check
# cannot be used on these pages is at access_cookies.form_key.
@csrf_exempt
@sensitive_post_parameters("passphrase")
@require_http_methods(["GET", "HEAD", "POST"])
@_with_error_pages
async def shared(request: HttpRequest, token: str, reader: User | None) -> HttpResponse:
    """The page; a POST with the pass-phrase unlocks it."""
    opening = _reading(request, token, reader, counts=request.method == "GET")
    if request.method == "POST":
        # The form was taken apart on a thread (conversations.views.too_large).
        link = await in_thread(reading.unlock, opening, request.POST.get("passphrase", ""))
        return _with_access_cookie(redirect("shared", token), token, link, Access.UNLOCKED)
    link = await view_batcher().open(opening)
    response = HttpResponse(await _page_for(link, token, reader))
    # A HEAD request shows nothing, and counts no view.
    needs_cookie = request.method == "GET" and (link.passphrase_hash or link.max_views is not None)
    return _with_access_cookie(response, token, link, Access.VIEWED) if needs_cookie else response


@require_safe
@_with_error_pages
async def shared_markdown(request: HttpRequest, token: str, reader: User | None) -> HttpResponse:
    """The content of the page as Markdown."""
    link = await view_batcher().open(_reading(request, token, reader, is_copy=True))
    text = await in_thread(lambda: article.to_markdown(link.snapshot))
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="conversation.md"'
    return response


@csrf_exempt
@require_POST
@_with_error_pages
async def continue_conversation(
    request: HttpRequest, token: str, reader: User | None
) -> HttpResponse:
    """Copy the shown snapshot into a new conversation of the reader."""
    if reader is None or not access_cookies.is_form_key(request.POST.get("key", ""), token, reader):
        return redirect("shared", token)
    link = await view_batcher().open(_reading(request, token, reader, is_copy=True))
    conversation = await in_thread(continue_shared.copy_for, reader, link)
    text = _("This is a copy of “%s”, which was shared with you. Only you see what you write here.")
    messages.info(request, text % link.title, extra_tags="arrival")
    return redirect("conversation", conversation.pk)


async def _page_for(link: ShareLink, token: str, reader: User | None) -> bytes:
    """The page; for readers who are not signed in it is rendered once for each snapshot."""
    if reader is not None:
        return await in_thread(_rendered_page, link, token, reader)
    key = (link.pk, link.snapshot_at, link.shows_title, get_language())
    if (page := _pages.get(key)) is None:
        page = await in_thread(_rendered_page, link, token, None)
        _pages.put(key, page)
    return page


@receiver(post_delete, sender=ShareLink)
def _forget_pages(instance: ShareLink, **_rest: object) -> None:
    """Drop the pages of a link that was erased: nobody can open them, and they are content."""
    _pages.drop(instance.pk)


def _rendered_page(link: ShareLink, token: str, reader: User | None) -> bytes:
    return page_of(link, reading.article_of(link.pk), token, reader).encode()


async def _reader(request: HttpRequest) -> User | None:
    """The signed-in reader; without a session cookie None, without a look-up."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    user = await request.auser()
    return user if isinstance(user, User) else None


def _reading(
    request: HttpRequest,
    token: str,
    reader: User | None,
    *,
    counts: bool = True,
    is_copy: bool = False,
) -> Reading:
    address = request.META.get("REMOTE_ADDR", "")
    cookie = request.COOKIES.get(COOKIE, "")
    return Reading(token, address, reader, cookie, counts=counts, is_copy=is_copy)


def _with_access_cookie(
    response: HttpResponse, token: str, link: ShareLink, access_granted: Access
) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        access_cookies.cookie_for(link, access_granted),
        max_age=access_cookies.COOKIE_SECONDS,
        path=reverse("shared", args=[token]),
        secure=settings.SERVED_OVER_TLS,
        httponly=True,
        samesite="Lax",
    )
    return response


def page_of(link: ShareLink, body: str, token: str, reader: User | None) -> str:
    """The page around a snapshot."""
    style, body = article.parted(body)
    context = {
        "site_name": settings.SITE_NAME,
        "title": link.title,
        "shows_title": link.shows_title,
        "article": body,
        "style": style,
        "has_formulas": 'class="katex"' in body,
        "snapshot_at": link.snapshot_at,
        "reader": reader,
        "token": token,
        "form_key": access_cookies.form_key(token, reader) if reader and token else "",
    }
    return render_to_string("shared/page.html", context)


async def _page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int
) -> HttpResponse:
    # In a thread, because the templates' context reads the session.
    return await in_thread(render, request, template, context, status=status)
