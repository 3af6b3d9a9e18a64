"""Every test of sharing begins with nothing counted against anybody."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def forgotten_failures() -> None:
    """All requests of the tests come from one address."""
    cache.clear()
