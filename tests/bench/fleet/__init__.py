"""Three processes of one site on PostgreSQL with Redis, behind a real nginx.

``processes`` starts them, ``page`` is a reader behind nginx; ``kill`` and ``restart`` are measured.
"""
