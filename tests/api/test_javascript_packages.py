"""The packages ``openai`` and ``ai`` for JavaScript, unmodified, against the live site."""

import os
import subprocess

import pytest

from tests.api.conftest import Gateway
from tests.test_javascript import LIMIT_SECONDS, ROOT, node

SCRIPTS = ("good", "choices", "tools", "reasoning", "able", "cut")
PROGRAMS = ("openai.js", "ai.js")


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_package_works_unmodified(gateway: Gateway, program: str) -> None:
    found = node()
    if found is None:
        pytest.skip("There is no node; `make test` installs it.")
    for script in SCRIPTS:
        gateway.model(script)
    model = gateway.model("siliconflow")
    model.name = "Qwen/QwQ-32B"
    model.save()
    run = subprocess.run(
        [found, "--test", "--test-reporter=spec", str(ROOT / "tests" / "api" / "js" / program)],
        cwd=ROOT,
        env={**os.environ, "BASE_URL": gateway.url, "API_KEY": gateway.secret},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    assert "pass 0" not in run.stdout
