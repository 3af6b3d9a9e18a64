"""The ids that a line of the log names: of the request, the conversation and the generation."""

import uuid
from collections.abc import Mapping
from contextvars import Context, ContextVar
from logging import LogRecord

_NAMES = ("request_id", "conversation_id", "generation_id")
_ids: ContextVar[Mapping[str, str]] = ContextVar("ids of a line of the log")


def ids() -> Mapping[str, str]:
    """The known ids by their names, such as ``request_id``."""
    return _ids.get({})


def ids_of(record: LogRecord) -> Mapping[str, str]:
    """The ids of a line, among which those are that it was given itself, as ``extra``."""
    given = {name: getattr(record, name, None) for name in _NAMES}
    return {**ids(), **{name: str(each) for name, each in given.items() if each}}


def add(**more: object) -> None:
    """Name these ids in the lines that follow, of this task and of those that it starts."""
    known = {name: str(each) for name, each in more.items() if each is not None}
    _ids.set({**ids(), **known})


def detached(**more: object) -> Context:
    """An otherwise empty context with the present ids and more, for a task that outlives its
    request."""
    context = Context()
    context.run(add, **{**ids(), **more})
    return context


def new_request_id() -> str:
    """An id for a request."""
    return f"req_{uuid.uuid4().hex}"


def request_id() -> str:
    """The id of the present request, which gets one if it has none."""
    if "request_id" not in ids():
        add(request_id=new_request_id())
    return ids()["request_id"]
