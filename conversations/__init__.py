"""Conversations with language models: the whole application."""
