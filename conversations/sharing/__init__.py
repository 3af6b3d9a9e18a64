"""Showing a frozen copy of a conversation to those whom its author chose.

``selection`` is what an author chooses, ``projection`` makes a snapshot of it from an allow-list
of fields, ``masking`` covers strings, ``article`` and ``markdown`` turn the snapshot into HTML
once. ``links`` is what authors and administrators do with links, ``terms`` for whom and how long;
``reading`` is what happens when somebody opens one, and ``continue_shared`` makes a conversation of it.
"""
