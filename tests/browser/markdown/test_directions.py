"""Arabic and Hebrew stand on the right, block by block; code stays as it is written."""

from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

TEXT = """- `npm` يثبت الحزم
- Google محرك بحث
- An English item

Google هي شركة كبيرة مع `code` داخلها

English, too.

```python
print('مرحبا')
```

| الاسم | القيمة |
|---|---|
| واحد | npm |
"""
_MEASURE = """
async (text) => {
  const root = await whole(text);
  document.getElementById("message").classList.add("markdown");
  const box = (selector) => root.querySelector(selector).getBoundingClientRect();
  const directions = (selector) =>
    [...root.querySelectorAll(selector)].map((each) => getComputedStyle(each).direction);
  const [first, second] = [box("th"), box("th + th")];
  const [list, item, english] = [box("ul"), box("li"), box("li:last-child")];
  const measured = {
    items: directions("li"), paragraphs: directions("p"), code: directions("code, pre"),
    firstColumnIsRight: first.left >= second.right,
    tableIsRight: Math.abs(box("table").right - root.getBoundingClientRect().right) < 2,
    markersAreRight: list.right - item.right > 10 && item.left - list.left < 2,
    englishMarkerIsLeft: english.left - list.left > 10 && list.right - english.right < 2,
    cellsAreRight: getComputedStyle(root.querySelector("tbody td + td")).textAlign,
  };
  document.getElementById("message").classList.remove("markdown");
  return measured;
}
"""


def test_each_block_has_its_own_side(page: Page) -> None:
    measured: dict[str, Any] = page.evaluate(_MEASURE, TEXT)
    code = measured.pop("code")
    assert measured == {
        "items": ["rtl", "rtl", "ltr"],
        "paragraphs": ["rtl", "ltr"],
        "firstColumnIsRight": True,
        "tableIsRight": True,
        "markersAreRight": True,
        "englishMarkerIsLeft": True,
        "cellsAreRight": "right",
    }
    assert set(code) == {"ltr"}
