"""Signing in with the OpenID Connect provider of the settings, as rules of django-allauth.

Out: views, provider. Back: exchange (the code becomes claims, checked by id_token), account_rules
(who gets an account), profile (claims become one), signed_in (groups, at each sign-in).
"""
