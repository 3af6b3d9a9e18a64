"""Handlers of the frames from a page: each calls one function of the domain."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from chatsite import log_context, metrics
from conversations import access
from conversations.chat import actions, finding, library, state, tree
from conversations.chat.tool_answers import ToolAnswers
from conversations.chat.turns import NewMessage
from conversations.database.faults import UNAVAILABLE, is_unavailable
from conversations.database.threads import in_thread
from conversations.quotas.state import refusal_state
from conversations.quotas.status import QuotaExceeded
from conversations.refusal import Refused
from conversations.socket import frames
from conversations.socket.frames import PageFrame
from conversations.socket.page import Page

logger = logging.getLogger(__name__)


async def handle(page: Page, frame: PageFrame) -> None:
    """Run the handler of a frame; a failure is answered with an ``error`` frame."""
    named = ("request_id", "conversation_id", "generation_id")
    log_context.add(**{name: getattr(frame, name, None) for name in named})
    try:
        if action := _CONCURRENT.get(type(frame)):
            await action(page, frame)
        else:
            async with page.one_at_a_time:
                await _in_order(page, frame)
    except QuotaExceeded as error:
        metrics.REFUSALS.labels("page", error.code).inc()
        standing = await in_thread(refusal_state, error)
        await page.send_error(frame.request_id, error.code, error.message, standing=standing)
    except Refused as error:
        metrics.REFUSALS.labels("page", error.code).inc()
        await page.send_error(frame.request_id, error.code, error.message, error.field)
    except access.NotFound:
        # As for a page that is not found: many of them may be attempts to reach what is others'.
        name, user = type(frame).__name__, page.user.pk
        logger.warning("What a frame of type %s of user %s names is not theirs.", name, user)
        await page.send_error(frame.request_id, "not_found", _("This no longer exists."))
    except Exception as error:
        logger.exception("A frame of type %s failed.", type(frame).__name__)
        code, text = _own_fault(error)
        metrics.FAULTS.labels("page", code).inc()
        if frame.request_id is None and is_unavailable(error):
            # Nobody waits for an answer, such as to a request to follow. The page connects again
            # and asks for all of it once more.
            await page.fail()
        else:
            await page.send_error(frame.request_id, code, text)


def _own_fault(error: Exception) -> tuple[str, str]:
    if is_unavailable(error):
        return "storage_unavailable", str(UNAVAILABLE)
    text = _(
        "Something went wrong on this site. Nothing was lost. Try again. Its log has the details "
        "under %(request_id)s."
    )
    return "internal", text % {"request_id": log_context.request_id()}


async def _in_order(page: Page, frame: PageFrame) -> None:
    # What a page sends by itself, such as acknowledgements, keeps no session alive.
    await page.use.note()
    if action := _ANSWERED.get(type(frame)):
        await action(page, frame)
    else:
        version = await _DONE[type(frame)](page, frame)
        await page.send_frame("done", request_id=_request_id(frame), version=version)


async def _send(page: Page, frame: frames.TurnSend) -> None:
    sending = NewMessage(
        frame.conversation_id,
        frame.parent_id,
        frame.content,
        frame.model,
        frame.parameters,
        frame.system_message,
        frame.compared,
    )
    await page.send_turn(actions.send(page.user, frame.request_id, sending), frame.request_id)


async def _regenerate(page: Page, frame: frames.TurnRegenerate) -> None:
    asked = (frame.request_id, frame.message_id, frame.model)
    turn = actions.regenerate(page.user, *asked, once=frame.once)
    await page.send_turn(turn, frame.request_id)


async def _continue(page: Page, frame: frames.TurnContinue) -> None:
    turn = actions.continue_answer(page.user, frame.request_id, frame.message_id)
    await page.send_turn(turn, frame.request_id)


async def _follow(page: Page, frame: frames.GenerationFollow) -> None:
    await in_thread(access.generation_for, page.user, frame.generation_id)
    page.follow(frame.generation_id, max(0, frame.after))


async def _acknowledge(page: Page, frame: frames.GenerationAck) -> None:
    page.acknowledge(frame.generation_id, frame.seq)


async def _stop(page: Page, frame: frames.GenerationStop) -> None:
    await actions.stop(page.user, frame.generation_id)


async def _answer_tools(page: Page, frame: frames.TurnAnswerTools) -> None:
    answers = ToolAnswers(frame.message_id, frame.answers, frame.model, frame.parameters)
    turn = actions.answer_tools(page.user, frame.request_id, answers)
    await page.send_turn(turn, frame.request_id)


async def _open(page: Page, frame: frames.ConversationOpen) -> None:
    await page.open(frame.conversation_id, frame.version)


async def _rename(page: Page, frame: frames.ConversationRename) -> None:
    action = partial(tree.rename, page.user, frame.conversation_id, frame.title)
    await actions.change(page.user, frame.conversation_id, action)


async def _configure(page: Page, frame: frames.ConversationConfigure) -> int:
    settings = (frame.parameters, frame.system_message, frame.model)
    action = partial(tree.configure, page.user, frame.conversation_id, *settings)
    return await actions.change(page.user, frame.conversation_id, action)


async def _show(page: Page, frame: frames.ConversationShow) -> int:
    action = partial(tree.show, page.user, frame.conversation_id, frame.head_id)
    return await actions.change(page.user, frame.conversation_id, action)


async def _find(page: Page, frame: frames.ConversationFind) -> None:
    # A long conversation takes a moment to look through: one page of a user does at a time.
    async with page.turn_to_read:
        wanted = (frame.conversation_id, frame.head_id, frame.text)
        found = await in_thread(finding.find, page.user, *wanted)
    message_ids = [str(each) for each in found.ids]
    await page.send_frame(
        "conversation.found",
        request_id=_request_id(frame),
        message_ids=message_ids,
        hits=found.hits,
        is_cut=found.is_cut,
    )


async def _delete(page: Page, frame: frames.ConversationDelete) -> None:
    await actions.delete(page.user, frame.conversation_id, keep_links=frame.keep_links)


async def _restore(page: Page, frame: frames.ConversationRestore) -> None:
    action = partial(tree.restore, page.user, frame.conversation_id)
    await actions.change(page.user, frame.conversation_id, action)


async def _branch(page: Page, frame: frames.MessageBranch) -> None:
    copy = await actions.branch_off(page.user, frame.request_id, frame.message_id)
    listed = state.listed_state(copy)
    await page.send_frame(
        "conversation.branched", request_id=_request_id(frame), conversation=listed
    )


async def _delete_message(page: Page, frame: frames.MessageDelete) -> None:
    await actions.change_message(page.user, frame.message_id, tree.delete_message)


async def _restore_message(page: Page, frame: frames.MessageRestore) -> None:
    await actions.change_message(page.user, frame.message_id, tree.restore_message)


async def _rate(page: Page, frame: frames.MessageRate) -> None:
    action = partial(library.rate, value=frame.value, note=frame.note)
    await actions.change_message(page.user, frame.message_id, action)


async def _save_preset(page: Page, frame: frames.PresetSave) -> None:
    fields = (frame.name, frame.parameters, frame.system_message)
    await in_thread(library.save_preset, page.user, *fields, is_default=frame.is_default)
    await _send_library(page)


async def _delete_preset(page: Page, frame: frames.PresetDelete) -> None:
    await in_thread(library.delete_preset, page.user, frame.preset_id)
    await _send_library(page)


async def _save_definition(page: Page, frame: frames.DefinitionSave) -> None:
    fields = (frame.kind, frame.name, frame.definition)
    await in_thread(library.save_definition, page.user, *fields)
    await _send_library(page)


async def _delete_definition(page: Page, frame: frames.DefinitionDelete) -> None:
    await in_thread(library.delete_definition, page.user, frame.definition_id)
    await _send_library(page)


async def _send_library(page: Page) -> None:
    await page.send_frame("kept.changed", **await in_thread(state.library_state, page.user))


async def _pong(page: Page, frame: frames.Ping) -> None:
    await page.send_frame("pong")


def _request_id(frame: frames.Frame) -> str | None:
    return None if frame.request_id is None else str(frame.request_id)


Handler = Callable[[Page, Any], Awaitable[None]]
# These do not wait for earlier frames of the page.
_CONCURRENT: dict[type[PageFrame], Handler] = {
    frames.GenerationFollow: _follow,
    frames.GenerationAck: _acknowledge,
    frames.GenerationStop: _stop,
    frames.ConversationOpen: _open,
    frames.Ping: _pong,
}
# The others run one after another. These answer with a frame of their own.
_ANSWERED: dict[type[PageFrame], Handler] = {
    frames.TurnSend: _send,
    frames.TurnRegenerate: _regenerate,
    frames.TurnContinue: _continue,
    frames.TurnAnswerTools: _answer_tools,
    frames.ConversationFind: _find,
    frames.MessageBranch: _branch,
}
# These are answered with `done`, and with the conversation's new version where the page shows
# the change before it is confirmed.
_DONE: dict[type[PageFrame], Callable[[Page, Any], Awaitable[int | None]]] = {
    frames.ConversationRename: _rename,
    frames.ConversationConfigure: _configure,
    frames.ConversationShow: _show,
    frames.ConversationDelete: _delete,
    frames.ConversationRestore: _restore,
    frames.MessageDelete: _delete_message,
    frames.MessageRestore: _restore_message,
    frames.MessageRate: _rate,
    frames.PresetSave: _save_preset,
    frames.PresetDelete: _delete_preset,
    frames.DefinitionSave: _save_definition,
    frames.DefinitionDelete: _delete_definition,
}
