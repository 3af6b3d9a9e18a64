"""Removal for good: of what users deleted, of what the site policy limits in time, of accounts.

`deleted`, `retention` and `accounts` say what goes, `rows` removes it, a little in each
transaction, because SQLite has one writer. `step` does some of all; `disk` clears SQLite's files.
"""
