"""Generations: runs of completions, each a row, a numbered log of events and a task.

``lifecycle`` creates and finishes one; ``processes`` says who owns it, ``recovery`` ends abandoned
ones. ``runner`` runs them, with ``message_run`` for messages and ``api_run`` for API clients.
``writer``, ``log``, ``tail`` and ``elsewhere`` commit and publish events; ``prompt`` and
``context`` build the request; ``wakeups`` tell pages; ``tidying`` is the regular work beside them.
"""
