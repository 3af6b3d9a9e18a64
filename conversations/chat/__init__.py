"""User actions on conversations, and the state that pages draw.

``actions`` is the entry for edges: it runs a transaction of ``turns``, ``tool_answers`` or ``tree``
and starts the generations. ``library`` saves presets, schemas, tools and ratings. ``state`` with
``window``, ``details`` and ``outline`` are JSON; ``finding`` looks for a text in a branch.
"""
