"""Accounts: ``people`` has users and invitations, ``csv_import`` creates many users at once,
``first_run`` the first administrator; ``forms`` has sign-up forms, ``api_keys`` API keys.
"""
