"""What users do in their conversations, and the state that their pages draw.

``actions`` is the door for edges: each runs a transaction of ``turns`` (made once by ``once``),
``tool_answers`` or ``tree``, then starts the generations and notifies the user's pages.
``library`` has presets, schemas, tools and ratings; ``state`` and ``model_states`` what a page
shows, ``details`` one message's numbers.
"""
