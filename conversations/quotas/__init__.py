"""Quotas: reserve before a generation starts, settle when it ends, never exceed a limit.

``reservation`` and ``settlement`` are the two entry points; both lock and change ``counters``.
``status`` and ``state`` describe what is left of a limit, ``amounts`` parses and sets limits;
``tokens`` estimates; ``concurrency`` bounds the number of running answers of a user.
"""
