"""The table of errors in docs/api.md has every code that an API client can get."""

import re
from collections.abc import Iterator
from pathlib import Path

from conversations.api import error_bodies
from conversations.refusal import Refused
from conversations.upstream import UpstreamError
from tests.api.reachable import codes_raised, reachable_from

ROOT = Path(__file__).resolve().parents[2]


def kinds(error: type[UpstreamError]) -> Iterator[type[UpstreamError]]:
    """The kinds of failures of a model's server."""
    for kind in error.__subclasses__():
        yield kind
        yield from kinds(kind)


def refused() -> set[str]:
    """The codes of refusals that the API's code can reach."""
    modules = sorted(path.stem for path in (ROOT / "conversations" / "api").glob("*.py"))
    reachable = reachable_from([f"conversations.api.{name}" for name in modules])
    ours = codes_raised(reachable, "ApiError", argument=1)
    refusals = codes_raised(reachable, "Refused", argument=0)
    return ours | {error_bodies.of_refusal(Refused(code, "")).code for code in refusals}


def test_the_search_finds_refusals_wherever_they_are_made() -> None:
    # Made in the API itself, in the catalog, and in the quotas.
    assert refused() >= {"unknown_field", "invalid_schema", "model_paused", "rate_limit_exceeded"}


def test_the_search_leaves_out_what_only_pages_can_get() -> None:
    assert refused().isdisjoint({"invalid_parameter", "too_many_keys", "empty_title"})


def test_the_table_of_errors_has_every_code() -> None:
    upstream = {
        error_bodies._UPSTREAM.get(kind.code, (0, kind.code))[1] for kind in kinds(UpstreamError)
    }
    codes = refused() | upstream | error_bodies._WITHDRAWN
    documented = (ROOT / "docs" / "api.md").read_text().partition("## Errors")[2]
    table = set(re.findall(r"`(\w+)`", documented.partition("\n## ")[0]))
    assert "invalid_value" in codes
    assert codes - table == set()
