"""Generations: runs of completions, each a row, a numbered log of events and a task.

``lifecycle`` creates and finishes one, ``recovery`` ends abandoned ones; ``runner`` runs them, with
``message_run`` for messages and ``api_run`` for API clients. ``writer``, ``log`` and ``tail``
commit and publish events; ``prompt`` and ``context`` build the request; ``wakeups`` notify pages.
"""
