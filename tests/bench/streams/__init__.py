"""The number of streams that a process carries, and the cost of a token, beside a bare relay.

Four processes: the site or the relay on one core, the paced upstream and the readers on another.
The upstream writes the time of sending into each token, and the readers compare it with their own
clock, so that the delay of the whole way is measured. Upstream and readers work on bytes alone:
together they use less of their core than the cheapest relay of its own.
"""
