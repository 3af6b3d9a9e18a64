"""Export of all that a user has here: a ZIP file, made piece by piece while it is sent.

`everything` lists its files, `account` and `rows` fill those about the account, `conversation_json`
and `conversation_markdown` those of a conversation; `archive` packs them. docs/export.md describes
the formats.
"""
