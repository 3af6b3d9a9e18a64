"""Accounts: users and invitations, their import from CSV, the first administrator, API keys."""
