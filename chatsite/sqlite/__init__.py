"""Django's SQLite backend for a process of many threads."""
