"""Checks a page with axe-core: https://github.com/dequelabs/axe-core."""

from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
IS_THERE = "'axe' in window"
RUN = """
async () => {
  // Colours that are on their way to others, or appear, are judged where they arrive.
  for (const change of document.getAnimations()) {
    if (change.effect.getComputedTiming().endTime < Infinity) change.finish();
  }
  // The frames of the site are sandboxed: axe runs in none of them, and cannot address them.
  const { violations } = await axe.run({ iframes: false });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`));
}
"""


def faults_in_both_schemes(page: Page) -> list[str]:
    """The violations of the page in light and in dark colours."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {fault}" for fault in faults_of(page)]
    return found


def faults_of(page: Page) -> list[str]:
    """Every violation of every rule, with the element and the reason."""
    if not page.evaluate(IS_THERE):
        # Evaluated, because the page's policy refuses an added script.
        page.evaluate(SOURCE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN)
    return found
