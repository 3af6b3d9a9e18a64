"""The log as an operator reads it."""

import logging
from logging.config import DictConfigurator
from typing import Any

import pytest

from chatsite.logs import logging_config


class Written(logging.Handler):
    """The lines that an operator reads."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines of the site's own handler, with its filters and its form."""
    handler = handler_of(logging_config("text"))
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    return handler.lines


def handler_of(config: dict[str, Any]) -> Written:
    """The handler of that configuration, with its filters and its form."""
    configured = DictConfigurator(config)
    console = configured.config["handlers"]["console"]
    handler, form = Written(), configured.config["formatters"][console["formatter"]]
    handler.setFormatter(configured.configure_formatter(form))
    for name in console["filters"]:
        handler.addFilter(configured.configure_filter(configured.config["filters"][name]))
    return handler
