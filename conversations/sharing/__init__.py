"""Share links: a frozen copy of a conversation for the readers that its author chose.

``selection`` picks messages, ``projection`` copies allow-listed fields of them, ``masking`` covers
secrets, ``article`` and ``markdown`` render HTML once. ``links`` and ``terms`` change a link,
``reading`` (through ``view_batching``) opens one, ``continue_shared`` copies it.
"""
