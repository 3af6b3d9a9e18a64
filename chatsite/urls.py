"""The site's addresses; the application's own are in conversations.urls."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from conversations.views.invitation import invitation
from conversations.views.setup import setup

# The only sign-in page is allauth's: Django's own would not count failed attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("setup/<str:token>/", setup, name="setup"),
    path("invite/<str:token>/", invitation, name="invitation"),
    path("", include("conversations.urls")),
    path("accounts/", include("conversations.views.sign_in_urls")),
    path("admin/", include("conversations.admin.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "conversations.views.errors.bad_request"
handler403 = "conversations.views.errors.permission_denied"
handler404 = "conversations.views.errors.not_found"
handler500 = "conversations.views.errors.server_error"
