"""The table of errors in docs/api.md has every code that a program can be told."""

import re
from collections.abc import Iterator
from pathlib import Path

from conversations.api import error_bodies
from conversations.refusal import Refused
from conversations.upstream import UpstreamError
from tests.test_house import ROOT

APP = ROOT / "conversations"
# What begins a completion, and so what can refuse it.
REFUSING = ("quotas/concurrency", "api/completions", "catalog/schemas", "catalog/choosing")


def written(pattern: str, files: list[Path]) -> set[str]:
    """What the pattern finds in the sources."""
    return {code for file in files for code in re.findall(pattern, file.read_text())}


def kinds(error: type[UpstreamError]) -> Iterator[type[UpstreamError]]:
    """The ways in which a model's server fails."""
    for kind in error.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_the_table_of_errors_has_every_code() -> None:
    ours = written(r'ApiError\(\s*\d+,\s*"(\w+)"', sorted((APP / "api").glob("*.py")))
    refused = written(r'Refused\(\s*"(\w+)"', [APP / f"{name}.py" for name in REFUSING])
    told = {error_bodies.of_refusal(Refused(code, "")).code for code in refused}
    upstream = {
        error_bodies._UPSTREAM.get(kind.code, (0, kind.code))[1] for kind in kinds(UpstreamError)
    }
    codes = ours | told | upstream | error_bodies._TAKEN_AWAY
    documented = (ROOT / "docs" / "api.md").read_text().partition("## Errors")[2]
    table = set(re.findall(r"`(\w+)`", documented.partition("\n## ")[0]))
    assert "invalid_value" in codes
    assert codes - table == set()
