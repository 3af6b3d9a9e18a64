"""Known vulnerabilities of the packages that the site runs with: `make audit`.

Two kept tools compare the lock files with the advisories of their registries: pip-audit and
`npm audit`. A vulnerability fails. A registry that cannot be asked, or that has no advisories, as
mirrors often have none, is told in one line and does not. An answer in a form that is not known
fails: it may have a vulnerability.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 600
_PYTHON = (
    "build/audit/bin/pip-audit", "--disable-pip", "--require-hashes", "-r", "requirements/base.txt",
    "--format", "json", "--progress-spinner", "off",
)  # fmt: skip
_BROWSER = ("npm", "audit", "--omit=dev", "--json")


class Result(NamedTuple):
    """The vulnerabilities, a line each, and a line that says how much was compared."""

    vulnerabilities: list[str]
    summary: str


def of_python(report: dict[str, Any]) -> Result:
    """The result of pip-audit."""
    packages = report["dependencies"]
    compared = [each for each in packages if "vulns" in each]
    found = [
        f"{each['name']} {each['version']}: {hole['id']}{_fixed(hole['fix_versions'])}"
        for each in compared
        for hole in each["vulns"]
    ]
    if not compared:
        return Result([], "Python: the registry has no advisories, so nothing was compared.")
    skipped = sorted(each["name"] for each in packages if "vulns" not in each)
    beside = f" Not known to it: {', '.join(skipped)}." if skipped else ""
    return Result(found, f"Python: {len(compared)} packages compared, {len(found)} found.{beside}")


def of_browser(report: dict[str, Any]) -> Result:
    """The result of npm audit."""
    if "vulnerabilities" not in report:
        return Result([], f"Browser: the registry has no advisories ({_reason(report)}).")
    found = [
        f"{name} {each['range']}: {each['severity']}, {_title(each)}"
        for name, each in sorted(report["vulnerabilities"].items())
    ]
    count = report["metadata"]["dependencies"]["prod"]
    return Result(found, f"Browser: {count} packages compared, {len(found)} found.")


def _fixed(versions: list[str]) -> str:
    return f", closed by {' or '.join(versions)}" if versions else ", not closed yet"


def _title(package: dict[str, Any]) -> str:
    # A package that only depends on the one with the hole has its name there.
    via = package["via"][0]
    return str(via["title"] if isinstance(via, dict) else f"by {via}")


def _reason(report: dict[str, Any]) -> str:
    # An error may name the registry: its first words are enough.
    text = str(report.get("message") or report.get("error") or "no answer")
    return text.split(" - ", 1)[0][:100]


def _asked(command: tuple[str, ...], read: Callable[[dict[str, Any]], Result]) -> Result:
    tool = Path(command[0]).name
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        report = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        return Result([], f"{tool} got no answer ({type(error).__name__}): nothing was compared.")
    try:
        return read(report)
    except (AttributeError, LookupError, TypeError):
        unknown = f"{tool}: the answer has a form that is not known: {str(report)[:200]}"
        return Result([unknown], f"{tool}: nothing was compared.")


def main() -> int:
    """Print what both tools found; 1 if that is anything."""
    results = [_asked(_PYTHON, of_python), _asked(_BROWSER, of_browser)]
    for result in results:
        sys.stdout.writelines(f"{line}\n" for line in (*result.vulnerabilities, result.summary))
    return int(any(result.vulnerabilities for result in results))


if __name__ == "__main__":
    sys.exit(main())
