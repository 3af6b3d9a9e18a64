"""Backups that check themselves.

``archive`` is the file, ``contents`` the counts and hashes by which a copy is compared with its
original. ``sqlite`` and ``postgres`` copy a database while it is used, and put a copy in its place.
``stores`` chooses between them.
"""
