"""The addresses below ``/v1/``."""

from django.urls import path

from conversations.api import listing, views

urlpatterns = [
    path("", listing.introduction, name="api_introduction"),
    path("openapi.json", listing.description, name="api_description"),
    path("models", listing.models, name="api_models"),
    path("models/<path:name>", listing.model, name="api_model"),
    path("chat/completions", views.chat_completions, name="api_chat_completions"),
]
