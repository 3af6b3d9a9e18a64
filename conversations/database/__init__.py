"""Database access below the records.

``prepared`` has queries that the ORM builds once, ``rows`` hand-written SQL for single rows, and
``threads`` the only way from the event loop to code that uses the database. ``one_thread`` is for
what costs much and uses none.
"""
