"""Providers of a site from before the two clocks get patient ones."""

from importlib import import_module

import pytest
from django.apps import apps

from conversations.models import Provider

pytestmark = pytest.mark.django_db
clocks = import_module("conversations.migrations.0003_clocks")


def _provider(name: str, *seconds: float) -> Provider:
    first_word, silent, total = seconds
    return Provider.objects.create(
        name=name, first_word_seconds=first_word, silent_seconds=silent, total_seconds=total
    )


def _seconds(name: str) -> tuple[float, float, float]:
    provider = Provider.objects.get(name=name)
    return provider.first_word_seconds, provider.silent_seconds, provider.total_seconds


def test_old_defaults_become_the_new_ones_and_what_was_chosen_stays() -> None:
    _provider("untouched", 60, 45, 600)
    _provider("chosen", 90, 20, 120)
    _provider("partly", 60, 20, 600)
    clocks.lengthen(apps, None)
    new = Provider(name="new")
    assert _seconds("untouched") == (900, 300, 3600)
    assert _seconds("untouched") == (new.first_word_seconds, new.silent_seconds, new.total_seconds)
    assert _seconds("chosen") == (90, 20, 120)
    assert _seconds("partly") == (900, 20, 3600)
