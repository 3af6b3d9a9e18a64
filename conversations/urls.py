"""The application's addresses."""

from django.urls import path

from conversations.views import conversation

urlpatterns = [
    path("", conversation.new, name="new"),
    path("c/<uuid:conversation_id>/", conversation.conversation, name="conversation"),
    path("c/<uuid:conversation_id>/state.json", conversation.state, name="conversation_state"),
    path("conversations.json", conversation.older, name="conversations"),
]
