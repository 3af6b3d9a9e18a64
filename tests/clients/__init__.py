"""Clients of the API as their authors ship them, against a real site: `make clients`.

One file for each; they run in `build/clients/`, an environment of their own, and are no part of
`make test`. The packages for JavaScript are in `tests/api/js/`, which the suite runs as well.
"""
