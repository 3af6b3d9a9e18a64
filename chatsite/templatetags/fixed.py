"""`{% fixed "page/part.html" %}`: a part of a page that is the same for everybody."""

from functools import cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def fixed(name: str) -> SafeString:
    """The part, rendered once for each language: hundreds of words and icons are most of a page.

    It is given no variable, so that nothing of one person can be in what another one gets.
    """
    return _rendered(name, get_language())


@cache
def _rendered(name: str, language: str | None) -> SafeString:
    return render_to_string(name)
