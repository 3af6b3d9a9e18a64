"""What each frame from a page asks for: one use-case each."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.utils.translation import gettext as _

from conversations import access, protocol, turns
from conversations.open_page import OpenPage
from conversations.protocol import PageFrame
from conversations.threads import in_thread
from conversations.turn_records import Refused, Sending

logger = logging.getLogger(__name__)


async def answer(page: OpenPage, frame: PageFrame) -> None:
    """Carry out the frame; whatever goes wrong is told to the page in plain words."""
    try:
        await _ACTIONS[type(frame)](page, frame)
    except Refused as error:
        await page.complain(frame.request_id, error.code, error.message, error.field)
    except access.NotFound:
        await page.complain(frame.request_id, "not_found", _("This does not exist any more."))
    except Exception:
        logger.exception("A frame of type %s failed.", type(frame).__name__)
        text = _("Something went wrong on this site. Nothing was lost; try again.")
        await page.complain(frame.request_id, "internal", text)


async def _send(page: OpenPage, frame: protocol.TurnSend) -> None:
    sending = Sending(
        frame.conversation_id, frame.parent_id, frame.content, frame.model, frame.parameters
    )
    await page.tell_turn(await turns.send(page.user, frame.request_id, sending), frame.request_id)


async def _regenerate(page: OpenPage, frame: protocol.TurnRegenerate) -> None:
    turn = await turns.regenerate(page.user, frame.request_id, frame.message_id, frame.model)
    await page.tell_turn(turn, frame.request_id)


async def _continue(page: OpenPage, frame: protocol.TurnContinue) -> None:
    turn = await turns.continue_answer(page.user, frame.request_id, frame.message_id)
    await page.tell_turn(turn, frame.request_id)


async def _follow(page: OpenPage, frame: protocol.GenerationFollow) -> None:
    await in_thread(access.generation_for, page.user, frame.generation_id)
    page.follow(frame.generation_id, max(0, frame.after))


async def _acknowledge(page: OpenPage, frame: protocol.GenerationAck) -> None:
    page.acknowledge(frame.generation_id, frame.seq)


async def _stop(page: OpenPage, frame: protocol.GenerationStop) -> None:
    await turns.stop(page.user, frame.generation_id)


async def _open(page: OpenPage, frame: protocol.ConversationOpen) -> None:
    await page.open(frame.conversation_id, frame.version)


async def _rename(page: OpenPage, frame: protocol.ConversationRename) -> None:
    await turns.rename(page.user, frame.conversation_id, frame.title)


async def _delete(page: OpenPage, frame: protocol.ConversationDelete) -> None:
    await turns.delete(page.user, frame.conversation_id)


async def _pong(page: OpenPage, frame: protocol.Ping) -> None:
    await page.say("pong")


_ACTIONS: dict[type[PageFrame], Callable[[OpenPage, Any], Awaitable[None]]] = {
    protocol.TurnSend: _send,
    protocol.TurnRegenerate: _regenerate,
    protocol.TurnContinue: _continue,
    protocol.GenerationFollow: _follow,
    protocol.GenerationAck: _acknowledge,
    protocol.GenerationStop: _stop,
    protocol.ConversationOpen: _open,
    protocol.ConversationRename: _rename,
    protocol.ConversationDelete: _delete,
    protocol.Ping: _pong,
}
