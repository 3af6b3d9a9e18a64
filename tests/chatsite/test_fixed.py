"""Parts of pages that are rendered once for everybody."""

import re

import pytest
from django.template import engines
from django.template.backends.django import DjangoTemplates

from tests.made_once import ROOT

_FIXED = re.compile(r'{% fixed "([^"]+)" %}')
PAGES = [file.read_text() for file in (ROOT / "templates").rglob("*.html")]
PARTS = sorted(part for page in PAGES for part in _FIXED.findall(page))


@pytest.mark.parametrize("name", PARTS)
def test_a_fixed_part_of_a_page_needs_no_variable(name: str) -> None:
    found = engines["django"]
    assert isinstance(found, DjangoTemplates)
    strict = DjangoTemplates(
        {
            "NAME": "strict",
            "DIRS": found.dirs,
            "APP_DIRS": False,
            "OPTIONS": {
                "libraries": found.engine.libraries,
                "builtins": found.engine.builtins,
                "string_if_invalid": "missing: %s",
            },
        }
    )
    assert "missing: " not in strict.get_template(name).render()
