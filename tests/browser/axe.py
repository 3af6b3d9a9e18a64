"""What axe-core finds wrong with a page: https://github.com/dequelabs/axe-core."""

from pathlib import Path

from playwright.sync_api import Page

_SOURCE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """
async () => {
  const { violations } = await axe.run();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`));
}
"""


def faults_of(page: Page) -> list[str]:
    """Every violation of every rule, with the element and the reason."""
    # Evaluated rather than added as a script, which the page's policy would refuse.
    page.evaluate(_SOURCE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN)
    return found
