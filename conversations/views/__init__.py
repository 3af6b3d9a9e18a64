"""Pages and JSON addresses: conversations, sharing, the account, set-up and invitations."""
