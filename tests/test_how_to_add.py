"""The lists of CONTRIBUTING.md, "How to add": a place that was forgotten fails here."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from django.conf import settings
from django.contrib import admin

from chatsite.administration import SECTIONS
from conversations.admin.audited_admin import AuditedAdmin
from conversations.models import (
    AuditEntry,
    LedgerEntry,
    Measure,
    Period,
    Provider,
    SecurityEvent,
    ShareLink,
)
from conversations.sharing.selection import Omission
from conversations.socket import frames, handlers
from conversations.upstream import DIALECTS
from tests.sharing.test_nothing_slips import CANARIES

ROOT = Path(__file__).resolve().parent.parent
LISTS = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## How to add")[2]
SECTION = re.compile(r"^### (.+?)\n(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
KINDS = [
    "A request parameter", "An upstream dialect", "A quota measure", "A limit period", "A frame",
    "A page", "A script or a style sheet", "An admin record", "A security event", "A setting",
    "A share omission", "A language",
]  # fmt: skip
HOLDER = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
# Nobody changes the audit log or the ledger, and a link is changed by its author.
NOT_AUDITED = {AuditEntry, LedgerEntry, ShareLink}


def text_of(name: str) -> str:
    """A file of the repository, on one line."""
    return " ".join((ROOT / name).read_text(encoding="utf-8").split())


def words_of(name: str) -> set[str]:
    """The words of a file, whatever surrounds them."""
    return set(re.findall(r"[\w.-]+", text_of(name)))


def test_each_kind_has_its_list() -> None:
    assert [title for title, _steps in SECTION.findall(LISTS)] == KINDS


@pytest.mark.parametrize(("title", "steps"), SECTION.findall(LISTS))
def test_each_list_is_held_by_a_test(title: str, steps: str) -> None:
    holders = HOLDER.findall(steps.partition("Held by")[2])
    assert holders
    assert [name for file, name in holders if f"def {name}(" not in text_of(file)] == []


def test_a_dialect_is_everywhere() -> None:
    assert set(DIALECTS) == set(Provider.Dialect.values)
    described = text_of("docs/administer.md")
    assert [label for label in map(str, Provider.Dialect.labels) if label not in described] == []


def test_a_measure_is_everywhere() -> None:
    names = set(Measure.values)
    for file in ("docs/administer.md", "docs/protocol.md", "static/js/state/records.js"):
        assert names - words_of(file) == set(), file


@pytest.mark.parametrize("period", Period)
def test_a_period_is_everywhere(period: Period) -> None:
    moment = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
    end = period.end(moment)
    assert (end is None) == (period is Period.TOTAL)
    assert period.start(moment) <= moment
    assert end is None or moment < end
    for file in ("docs/protocol.md", "static/js/state/records.js"):
        assert period.value in words_of(file), file
    assert f'data-word="quota-{period.value}"' in text_of("templates/conversation/words.html")
    assert str(period.label) in text_of("docs/administer.md")


def test_the_windows_of_two_periods_are_never_the_same() -> None:
    moment = datetime(2026, 3, 31, 12, 34, 56, tzinfo=UTC)
    assert len({(each.start(moment), each.end(moment)) for each in Period}) == len(Period)


def test_a_frame_is_everywhere() -> None:
    types = set(get_args(frames.PageFrame))
    handled = [*handlers._CONCURRENT, *handlers._ANSWERED, *handlers._DONE]
    assert len(handled) == len(set(handled))
    assert set(handled) == types
    described = words_of("docs/protocol.md")
    assert {each.__struct_config__.tag for each in types} - described == set()


def test_an_admin_record_is_everywhere() -> None:
    records = set(admin.site._registry)
    listed = {name for _title, names in SECTIONS for name in names}
    assert {record.__name__ for record in records} == listed
    described = text_of("docs/administer.md").lower()
    named = {record: str(record._meta.verbose_name_plural) for record in records}
    assert [name for name in named.values() if name.lower() not in described] == []
    audited = {
        record for record, page in admin.site._registry.items() if isinstance(page, AuditedAdmin)
    }
    assert records - audited == NOT_AUDITED


def test_an_omission_is_everywhere() -> None:
    parts = set(get_args(Omission))
    switches = set(re.findall(r'name="show_(\w+)"', text_of("templates/share/selection.html")))
    shown = set(re.findall(r'shows\("(\w+)"\)', text_of("conversations/sharing/projection.py")))
    assert switches == shown == set(CANARIES) == parts


def test_a_language_is_everywhere() -> None:
    source, *others = [code for code, _name in settings.LANGUAGES]
    assert source == "en"
    for code in others:
        catalogue = ROOT / "locale" / code / "LC_MESSAGES" / "django.po"
        assert catalogue.exists(), code
    assert set(others) - words_of("docs/settings.md") == set()


def test_each_kind_of_security_event_is_recorded() -> None:
    sources = (ROOT / "conversations").rglob("*.py")
    text = "".join(each.read_text() for each in sources if each.name != "audit.py")
    assert [kind.name for kind in SecurityEvent if f"SecurityEvent.{kind.name}" not in text] == []
