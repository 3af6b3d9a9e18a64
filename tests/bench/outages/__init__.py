"""Redis and PostgreSQL away, and a process that sleeps, while answers are written.

`stage` has two processes with answers that are read in both, `faults` what happens to them,
`records` what the database has of it, `verdict` decides. ``python -m tests.bench.outages``.
"""
