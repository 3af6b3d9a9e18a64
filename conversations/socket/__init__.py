"""The websocket: one socket a page, its frames, and the answers that it follows.

``consumer`` takes a frame, ``frames`` has their shapes, ``handlers`` carries each out; ``page`` is
what one socket has open, ``follower`` sends it an answer's events, ``rate_limit`` bounds it.
"""
