"""The first run: the page behind the printed link creates the first administrator."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from conversations.accounts import first_run
from conversations.accounts.forms import AccountForm
from conversations.models import NameTaken
from conversations.views.attempts import counting_misses


@counting_misses
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """The form; after it the administrator is signed in. A used or wrong link is not found."""
    if not first_run.is_valid(token):
        raise Http404
    form = AccountForm(request.POST or None)
    try:
        if form.is_valid():
            login(request, first_run.create_administrator(token, **form.cleaned_data))
            return redirect("/")
    except first_run.AlreadySetUp as error:
        raise Http404 from error
    except NameTaken:
        form.add_error(None, _("This name or address has just been taken. Choose another."))
    return render(request, "setup.html", {"form": form}, status=422 if form.is_bound else 200)


def once_set_up(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Tell visitors of a site without any account where the link is, in place of a sign-in page
    that leads nowhere. The link itself is for whoever sees the site's output."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_anonymous and first_run.is_pending():
            return render(request, "not_set_up.html")
        return view(request, *args, **kwargs)

    return answered
