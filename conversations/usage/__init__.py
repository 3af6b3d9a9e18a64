"""Usage from the daily totals: ``reports`` for administrators, ``own`` for one user."""
