"""Faults that last, and strangers' host names, write a line in a while and no traceback."""

import logging
import sqlite3

import pytest
from django.core.exceptions import DisallowedHost
from django.db import OperationalError

from chatsite import repeated_lines


def full() -> OperationalError:
    """A full disk, as Django raises it."""
    with sqlite3.connect(":memory:") as opened:
        opened.execute("CREATE TABLE one (n)")
        opened.execute("PRAGMA max_page_count = 2")
        try:
            opened.execute("INSERT INTO one VALUES (zeroblob(100000))")
        except sqlite3.OperationalError as error:
            found = OperationalError(*error.args)
            found.__cause__ = error
    opened.close()
    return found


def fail(logger: str, error: BaseException, text: str = "It failed.") -> None:
    try:
        raise error
    except type(error):
        logging.getLogger(logger).exception(text)


def test_a_fault_that_all_meet_is_one_line_a_minute(
    written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        fail(f"conversations.{number}", full(), f"Internal Server Error: /page/{number}")
    assert len(written) == 1
    assert "is full: free some space. It was met by: Internal Server Error: /page/0" in written[0]
    later = repeated_lines.time.monotonic() + repeated_lines.FAULT_SECONDS + 1
    monkeypatch.setattr(repeated_lines.time, "monotonic", lambda: later)
    fail("conversations", full())
    assert len(written) == 2
    assert "Traceback" not in "".join(written)


def test_an_error_of_the_program_keeps_its_traceback(written: list[str]) -> None:
    for _time in range(3):
        fail("conversations", ValueError("oops"))
    assert len([line for line in written if "Traceback" in line]) == 3


def test_a_foreign_host_is_one_line_and_strangers_cannot_write_many(written: list[str]) -> None:
    for number in range(1000):
        for _time in range(3):
            host = f"host{number}.example"
            text = f"Invalid HTTP_HOST header: '{host}'. You may need to add '{host}' to "
            fail("django.security.DisallowedHost", DisallowedHost(f"{text}ALLOWED_HOSTS."))
    fail("conversations", full())
    assert len(written) == repeated_lines.MOST_KEYS + 2
    assert "its host name is not in SITE_URL" in written[0]
    assert "You may need to add 'host0.example' to SITE_URL." in written[0]
    assert "Traceback" not in "".join(written)
    assert "is full" in written[-1]
