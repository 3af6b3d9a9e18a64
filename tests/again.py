"""Runs the browser and long tests that failed once more, each by itself, and names the flaky ones.

`python -m tests.again` follows a run of pytest that failed. A browser or a site on a busy machine
may miss a limit of time; such a test is printed as flaky and counts as passed. Any other test
that failed stays a failure. The exit code is 1 when one did.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAILED = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
PYTEST = (sys.executable, "-m", "pytest")


def main() -> int:
    """Run the failed tests again; 1 unless each of them passes now."""
    failed = set(json.loads(FAILED.read_text())) if FAILED.exists() else set()
    again = failed & set(_excusable())
    flaky = {name for name in sorted(again) if _passes(name)}
    lines = [f"flaky: {name}\n" for name in sorted(flaky)]
    lines += [f"failed: {name}\n" for name in sorted(failed - flaky)]
    sys.stdout.writelines(lines)
    # What is settled must not excuse a later run that fails before its first test.
    FAILED.unlink(missing_ok=True)
    return int(not failed or failed != flaky)


def _excusable() -> list[str]:
    """The failed tests that drive a browser or take long."""
    run = subprocess.run(
        [*PYTEST, "--last-failed", "--collect-only", "-q", "-m", "browser or long"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return run.stdout.splitlines()


def _passes(name: str) -> bool:
    # Its own cache stays out of it: the list of what failed is still needed.
    alone = [*PYTEST, name, "-p", "no:cacheprovider"]
    return subprocess.run(alone, cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
