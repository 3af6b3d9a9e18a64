"""User actions on conversations, and the state that pages draw.

``actions`` is the entry for edges: it runs ``turns`` (through ``once``), ``tool_answers`` or
``tree``, starts the generations and notifies the user's pages. ``library`` saves presets, tools and
ratings.
``state``, ``details``, ``window`` and what they are named after are JSON; ``finding`` is a search.
"""
