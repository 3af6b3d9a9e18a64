"""Seeded fault runs: people use the site while its parts die, sleep, fill up and lose their time.

`plan` makes a history of a seed, `stage` and its two kinds are the running site, `people` carries
out what users do, `faults` what happens to the site, `watch` and `records` read the database, and
`invariants` decides from all of that alone. `run` puts them together.
"""
