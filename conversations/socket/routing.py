"""The address of the websocket."""

from django.urls import path

from conversations.socket.consumer import Consumer

websocket_urlpatterns = [path("ws/", Consumer.as_asgi())]
