"""Parts of pages that are rendered once for everybody."""

import re

import pytest
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.utils import translation

from chatsite.templatetags.fixed import fixed
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


def test_each_language_has_its_own() -> None:
    shown = {}
    # The administration of Django has words of these parts in German.
    for language in ("en", "de", "en"):
        with translation.override(language):
            shown.setdefault(language, [fixed(name) for name in PARTS])
            assert shown[language] == [fixed(name) for name in PARTS]
    assert shown["en"] != shown["de"]
