"""allauth's pages are removed from the administration.

They show the seeds of second factors and tokens, and write no audit entries. Addresses and second
factors are managed on the users' pages, and the sign-in provider by the settings.
"""

# Imported because they register the pages that are removed below.
import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin

for _model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(_model)
