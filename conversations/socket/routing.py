"""The address of the websocket."""

from typing import Any, cast

from django.urls import path, re_path

from chatsite.asgi_types import Message, Receive, Send
from conversations.socket.consumer import Consumer


async def refuse(scope: Message, receive: Receive, send: Send) -> None:
    """Refuse a handshake at any other address, which Channels takes for an error of the site."""
    await send({"type": "websocket.close"})


websocket_urlpatterns = [path("ws/", Consumer.as_asgi()), re_path("", cast("Any", refuse))]
