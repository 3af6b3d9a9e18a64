"""The addresses of the usage reports and of the running answers."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, path

from conversations.admin import dashboards, live


def _page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    """A page that only staff may open."""
    return path(route, admin.site.admin_view(view), name=name)


urlpatterns = [
    _page("usage/", dashboards.usage, "usage"),
    _page("usage/<slug:slug>/", dashboards.usage, "usage_of"),
    _page("usage/<slug:slug>.csv", dashboards.usage_csv, "usage_csv"),
    _page("live/", live.live, "live"),
    _page("live/running/", live.running, "live_running"),
    _page("live/stop/<uuid:generation_id>/", live.stop, "live_stop"),
    _page("live/stop-all/<int:user_id>/", live.stop_all, "live_stop_all"),
    _page("live/pause-model/", live.pause_model, "live_pause_model"),
    _page("live/pause-provider/", live.pause_provider, "live_pause_provider"),
    _page("live/drain/", live.drain, "live_drain"),
]
