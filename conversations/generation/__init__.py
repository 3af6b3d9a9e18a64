"""Generations: our runs of completions, each a row, a numbered log of events and a task.

``lifecycle`` begins and finishes one, ``recovery`` ends what a dead process left; ``runner`` runs
them: ``answer`` for messages, ``api_run`` for programs. ``writer``, ``log`` and ``tail`` commit
and publish events; ``prompt`` and ``context`` make the request; ``wakeups`` notify pages.
"""
