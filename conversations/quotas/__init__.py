"""Quotas: reserve before a generation starts, settle when it ends, never over a limit.

``reservation`` and ``settlement`` are the two doors, ``counters`` what they lock and change.
``status`` and ``state`` say how much of a limit is left, ``amounts`` sets one; ``tokens``
estimates, ``concurrency`` limits how many answers run at once.
"""
