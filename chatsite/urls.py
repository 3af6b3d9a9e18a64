"""The site's addresses; the application's own are in conversations.urls."""

from django.contrib import admin
from django.urls import include, path

from conversations.views.invitation import invitation
from conversations.views.setup import setup

urlpatterns = [
    path("setup/<str:token>/", setup, name="setup"),
    path("invite/<str:token>/", invitation, name="invitation"),
    path("", include("conversations.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", include("conversations.admin.urls")),
    path("admin/", admin.site.urls),
]
