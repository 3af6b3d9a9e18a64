"""The application's addresses."""

from django.urls import include, path

from conversations.views import (
    account,
    activity,
    api_keys,
    conversation,
    diagram,
    links,
    live_connection,
    message,
    own_data,
    share,
    shared,
)

urlpatterns = [
    path("v1/", include("conversations.api.urls")),
    path("", conversation.new, name="new"),
    path("state.json", conversation.new_state, name="new_state"),
    path("c/<uuid:conversation_id>/", conversation.conversation, name="conversation"),
    path("c/<uuid:conversation_id>/state.json", conversation.state, name="conversation_state"),
    path("c/<uuid:conversation_id>/messages.json", conversation.messages, name="messages"),
    path("c/<uuid:conversation_id>/outline.json", conversation.outline, name="outline"),
    path("c/<uuid:conversation_id>/share/", share.share, name="share"),
    path("c/<uuid:conversation_id>/share/preview/", share.share_preview, name="share_preview"),
    path("c/<uuid:conversation_id>/share/secrets/", share.share_secrets, name="share_secrets"),
    path("share/person.json", share.share_person, name="share_person"),
    path("share/<uuid:link_id>/terms/", share.change_link, name="change_link"),
    path("share/<uuid:link_id>/snapshot/", share.update_link, name="update_link"),
    path("share/<uuid:link_id>/revoke/", share.revoke_link, name="revoke_link"),
    path("s/<str:token>/", shared.shared, name="shared"),
    path("s/<str:token>/conversation.md", shared.shared_markdown, name="shared_markdown"),
    path("s/<str:token>/continue/", shared.continue_conversation, name="continue_shared"),
    path("conversations.json", conversation.older, name="conversations"),
    path("account/links/", links.links, name="account_links"),
    path("account/", account.account, name="account"),
    path("account/activity/", activity.activity, name="account_activity"),
    path("account/export/", own_data.export, name="export"),
    path("account/delete/", own_data.delete, name="delete_account"),
    path("account/keys/new/", api_keys.new, name="api_key_new"),
    path("account/keys/<int:key_id>/", api_keys.change, name="api_key"),
    path("diagram-frame/", diagram.frame, name="diagram_frame"),
    path("ws/", live_connection.upgrade_required, name="live_connection"),
    path("m/<uuid:message_id>/details.json", message.details, name="message_details"),
]
