"""A process that serves keeps out of its own way."""

import gc

from chatsite import serving


def test_a_walk_of_the_collector_passes_by_what_the_site_has_loaded() -> None:
    try:
        serving._keep_from_the_collector()
        assert gc.get_freeze_count() > 10 * len(gc.get_objects())
    finally:
        gc.unfreeze()
