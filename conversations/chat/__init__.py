"""User actions on conversations, and the state that pages draw.

``actions`` is the entry for edges: it runs a transaction of ``turns`` (through ``once``),
``tool_answers`` or ``tree``, starts the generations and notifies the user's pages. ``library``
saves presets, schemas, tools and ratings. ``state``, ``model_states``, ``details``, and ``window``
with ``skeleton``, ``message_states`` and ``outline`` are JSON; ``finding`` looks for a
text in a branch.
"""
