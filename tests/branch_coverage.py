"""Branch coverage of the tests without a browser, measured by SlipCover.

`pytest -p tests.branch_coverage --numprocesses 2` counts in each worker and adds up at the end. On
Python 3.11 coverage.py traces each line each time it runs, three quarters of what the tests cost;
SlipCover takes its probes out of code that has run.
"""

import json
import os
from io import StringIO
from typing import Any

import pytest
import slipcover

# What they ran when it was set, in per cent of the lines and branches, rounded down.
BOUND_PERCENT = 95
_SOURCES = ["chatsite", "conversations"]
_OMITTED = ["*/migrations/*"]


class _Worker:
    """Counts the lines and branches that run in this process."""

    def __init__(self) -> None:
        self._probes = slipcover.Slipcover(branch=True, source=_SOURCES, omit=_OMITTED)
        matcher = slipcover.FileMatcher(sources=_SOURCES, omit=_OMITTED)
        # From here on; Django imports the site before the first hook is called.
        slipcover.ImportManager(self._probes, matcher).__enter__()
        self._counted = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        # Those with a browser come last: tests/browsers.py.
        if item.get_closest_marker("browser"):
            self._count()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._count()
        session.config.workeroutput["coverage"] = self._counted

    def _count(self) -> None:
        # As text, since the channel to the controller takes no lists of tuples.
        self._counted = self._counted or json.dumps(self._probes.get_coverage())


class _Controller:
    """Merges what the workers counted, and compares it with the bound."""

    def __init__(self) -> None:
        self._merged: dict[str, Any] | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        # One that crashed has none.
        counted = json.loads(getattr(node, "workeroutput", {}).get("coverage", "null"))
        if counted and self._merged:
            slipcover.merge_coverage(self._merged, counted)
        elif counted:
            self._merged = counted

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._percent() < BOUND_PERCENT and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        percent = self._percent()
        if percent < BOUND_PERCENT and self._merged:
            table = StringIO()
            slipcover.print_coverage(self._merged, outfile=table, skip_covered=True)
            terminalreporter.write_line(table.getvalue())
        needed = f"at least {BOUND_PERCENT} % is needed"
        terminalreporter.write_line(f"Coverage of lines and branches: {percent:.2f} %; {needed}.")

    def _percent(self) -> float:
        return float(self._merged["summary"]["percent_covered"]) if self._merged else 0.0


_IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
_plugin = _Worker() if _IS_WORKER else _Controller()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_plugin)
