"""The Django project: settings, addresses and the server around the application.

It imports the application at its edges alone: urls, views, api, admin, socket and management.
"""
