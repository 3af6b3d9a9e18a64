"""The websocket consumer: authenticates a socket, counts it and reads its frames."""

from contextlib import suppress
from functools import partial
from typing import Any

from autobahn.exception import Disconnected
from channels.generic.websocket import AsyncWebsocketConsumer

from conversations.chat.state import release
from conversations.generation.runner import runner
from conversations.socket import frames, handlers, handshakes, open_pages
from conversations.socket.frames import BadFrame
from conversations.socket.page import NOT_SIGNED_IN, Page
from conversations.socket.rate_limit import TokenBucket
from conversations.socket.rechecks import rechecks

TOO_FAST = 4429
TOO_MANY_PAGES = 4409
# Never sent: their handshakes are refused.
TOO_MANY_STRANGERS = 4403
BAD_FRAMES_A_MINUTE = 5


class Consumer(AsyncWebsocketConsumer):
    """Receives frames for one page and passes each to :mod:`handlers`.

    The server counts frames and bytes where they arrive (:mod:`chatsite.socket_protocol`).
    """

    page: Page | None = None
    _is_closed = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # However it ends: a socket that broke is not always said to be closed.
            self._leave()

    async def connect(self) -> None:
        if (code := self._reason_to_refuse()) != TOO_MANY_STRANGERS:
            # No code reaches a page before that.
            await self.accept()
        if code:
            await self.close(code)
            return
        user = self.scope["user"]
        self._bad_frames = TokenBucket(BAD_FRAMES_A_MINUTE / 60, BAD_FRAMES_A_MINUTE)
        self.page = Page(user, self.scope["session"].session_key, self._send_text, self.close)
        self._stop_listening = runner().wakeups.listen(user.pk, self.page.mark_changed)
        await open_pages.enter(user.pk, self, partial(self.close, TOO_MANY_PAGES))
        await self.page.send_frame("hello", release=release())
        rechecks().watch(self.page)
        self.page.run_while_open(self.page.send_updates)

    def _reason_to_refuse(self) -> int | None:
        user = self.scope["user"]
        if user.is_authenticated:
            return None if handshakes.user_may_open(user.pk) else TOO_FAST
        known = handshakes.stranger_may_open(self.scope)
        return NOT_SIGNED_IN if known else TOO_MANY_STRANGERS

    async def dispatch(self, message: dict[str, Any]) -> None:
        # Channels would visit the thread that all sockets share before each message, where one
        # slow query delays every token. Our handlers reach the database through in_thread alone.
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def disconnect(self, code: int) -> None:
        if self.page:
            self._leave()

    def _leave(self) -> None:
        if self.page:
            self._stop_listening()
            rechecks().forget(self.page)
            self.page.leave()
            open_pages.leave(self.page.user.pk, self)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Start the action of a frame without waiting for it, so that a stop is read at once."""
        if self.page is None or self._is_closed:
            return
        try:
            frame = frames.read(text_data or "")
        except BadFrame as error:
            await self._bad_frame(self.page, error)
        else:
            self.page.start_action(handlers.handle(self.page, frame))

    async def _bad_frame(self, page: Page, error: BadFrame) -> None:
        await page.send_error(error.request_id, "bad_frame", error.message)
        if not self._bad_frames.take():
            await self.close(TOO_FAST)

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close the socket; frames that were still to be sent are dropped."""
        if not self._is_closed:
            self._is_closed = True
            with suppress(Disconnected):
                await super().close(code, reason)

    async def _send_text(self, text: str) -> None:
        if self._is_closed:
            return
        try:
            await self.send(text_data=text)
        except Disconnected:
            # The connection broke between two frames; `disconnect` follows and ends the page.
            self._is_closed = True
