"""Quotas: reserve before a generation starts, renew while it writes, settle when it ends.

``reservation``, ``renewal`` of the ``lease`` and ``settlement`` lock and change ``counters``.
``status`` and ``state`` describe what is left of a limit, ``amounts`` parses and sets limits;
``tokens`` estimates; ``concurrency`` bounds the number of running answers of a user.
"""
