"""`make audit` tells what its tools found, and a registry without advisories from a clean one."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.advisories import Result, _asked, of_browser, of_python

HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["5.2.19"], "aliases": [], "description": ""}


def test_a_vulnerable_package_is_named_with_the_release_that_closes_it() -> None:
    packages = [
        {"name": "django", "version": "5.2.13", "vulns": [HOLE]},
        {"name": "idna", "version": "3.20", "vulns": []},
        {"name": "private", "skip_reason": "Dependency not found"},
    ]
    found = of_python({"dependencies": packages})
    assert found.vulnerabilities == ["django 5.2.13: PYSEC-2026-1, closed by 5.2.19"]
    assert found.summary == "Python: 2 packages compared, 1 found. Not known to it: private."


def test_a_registry_without_advisories_is_not_a_clean_one() -> None:
    skipped = {"dependencies": [{"name": "django", "skip_reason": "Dependency not found"}]}
    assert of_python(skipped).summary.endswith("so nothing was compared.")
    refused = of_browser({"message": "405 Method Not Allowed - POST https://registry.example/x"})
    assert refused.summary == "Browser: the registry has no advisories (405 Method Not Allowed)."
    assert not refused.vulnerabilities


def test_a_browser_package_is_named() -> None:
    report = {
        "vulnerabilities": {
            "dompurify": {"range": "<3.4", "severity": "high", "via": [{"title": "XSS"}]},
            "other": {"range": "*", "severity": "high", "via": ["dompurify"]},
        },
        "metadata": {"dependencies": {"prod": 12}},
    }
    found = of_browser(report)
    assert found.vulnerabilities == ["dompurify <3.4: high, XSS", "other *: high, by dompurify"]
    assert found.summary == "Browser: 12 packages compared, 2 found."


def test_a_tool_that_is_absent_or_says_nothing_is_told() -> None:
    assert "got no answer" in _asked(("no-such-program",), of_python).summary
    assert "got no answer" in _asked(("true",), of_python).summary


@pytest.mark.parametrize("read", [of_python, of_browser])
@pytest.mark.parametrize("answer", ["[]", "null", '{"dependencies": 3, "vulnerabilities": 3}'])
def test_an_answer_of_another_form_fails_in_one_line(
    read: Callable[[dict[str, Any]], Result], answer: str
) -> None:
    found = _asked(("echo", answer), read)
    assert len(found.vulnerabilities) == 1
    assert "has a form that is not known" in found.vulnerabilities[0]
    assert "\n" not in found.vulnerabilities[0]
