"""The application's addresses."""

from django.urls import path

from conversations.views import account, api_keys, conversation, diagram, message

urlpatterns = [
    path("", conversation.new, name="new"),
    path("state.json", conversation.new_state, name="new_state"),
    path("c/<uuid:conversation_id>/", conversation.conversation, name="conversation"),
    path("c/<uuid:conversation_id>/state.json", conversation.state, name="conversation_state"),
    path("conversations.json", conversation.older, name="conversations"),
    path("account/", account.account, name="account"),
    path("account/keys/new/", api_keys.new, name="api_key_new"),
    path("account/keys/<int:key_id>/", api_keys.change, name="api_key"),
    path("diagram-frame/", diagram.frame, name="diagram_frame"),
    path("m/<uuid:message_id>/details.json", message.details, name="message_details"),
]
