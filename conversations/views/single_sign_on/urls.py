"""Addresses, under ``/accounts/``; allauth includes them."""

from django.urls import path

from conversations.views.single_sign_on import views

urlpatterns = [
    path("oidc/login/", views.login, name="oidc_login"),
    path("oidc/callback/", views.callback, name="oidc_callback"),
]
