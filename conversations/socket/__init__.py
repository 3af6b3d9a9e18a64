"""The websocket: each open page has one socket.

``consumer`` receives frames, ``frames`` has their shapes, ``handlers`` has a function for each.
``page`` is the state of one open page, ``reading`` reads what it is sent, ``follower`` sends it
the events of an answer, and ``rate_limit`` bounds the frames of a socket.
"""
