"""The site's addresses; the application's own are in conversations.urls."""

from django.contrib import admin
from django.urls import include, path

from conversations.views.setup import setup

urlpatterns = [
    path("setup/<str:token>/", setup, name="setup"),
    path("", include("conversations.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
