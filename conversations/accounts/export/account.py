"""The account of a user as JSON: everything about it that the site stores, without secrets.

Passwords, keys, seeds and addresses of share links are left out: the file may lie about for years.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from conversations.accounts.export.pieces import moment, now
from conversations.models import ApiKey, BrowserSession, Definition, Preset, Rule, User

FORMAT = "parley.account"
VERSION = 1


def account_of(user: User) -> dict[str, Any]:
    """The content of account.json."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "site": settings.SITE_URL,
        "exported_at": now(),
        "username": user.get_username(),
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "joined_at": moment(user.date_joined),
        "last_sign_in_at": moment(user.last_login),
        "is_staff": user.is_staff,
        "is_superuser": user.is_superuser,
        "groups": sorted(user.groups.values_list("name", flat=True)),
        "permissions": sorted(str(each) for each in user.user_permissions.all()),
        "answers_at_once": user.answers_at_once,
        "limits": [_limit(each) for each in user.rules.all()],
        "email_addresses": [
            {"address": each.email, "is_verified": each.verified, "is_primary": each.primary}
            for each in EmailAddress.objects.filter(user=user)
        ],
        "sign_in": _sign_in(user),
        "sessions": [_session(each) for each in user.browser_sessions.all()],
        "api_keys": [_key(each) for each in user.api_keys.order_by("pk")],
        "presets": [_preset(each) for each in user.presets.all()],
        "definitions": [
            {"kind": each.kind, "name": each.name, "definition": each.definition}
            for each in Definition.objects.filter(user=user)
        ],
    }


def _sign_in(user: User) -> dict[str, Any]:
    return {
        "has_password": user.has_usable_password(),
        "factors": [_factor(each) for each in Authenticator.objects.filter(user=user)],
        "services": [_service(each) for each in SocialAccount.objects.filter(user=user)],
    }


def _factor(factor: Authenticator) -> dict[str, Any]:
    return {
        "kind": factor.type,
        "name": factor.data.get("name", ""),
        "created_at": moment(factor.created_at),
        "last_used_at": moment(factor.last_used_at),
    }


def _service(account: SocialAccount) -> dict[str, Any]:
    return {
        "provider": account.provider,
        "subject": account.uid,
        "received": account.extra_data,
        "joined_at": moment(account.date_joined),
        "last_sign_in_at": moment(account.last_login),
    }


def _session(session: BrowserSession) -> dict[str, Any]:
    return {
        "address": session.address,
        "browser": session.user_agent,
        "signed_in_at": moment(session.signed_in_at),
        "last_seen_at": moment(session.last_seen_at),
    }


def _key(key: ApiKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "begins_with": key.prefix,
        "models": None
        if key.all_models
        else sorted(each.name for each in key.language_models.all()),
        "endpoints": key.endpoints,
        "addresses": key.addresses,
        "answers_at_once": key.answers_at_once,
        "limits": [_limit(each) for each in key.rules.all()],
        "created_at": moment(key.created_at),
        "expires_at": moment(key.expires_at),
        "last_used_at": moment(key.last_used_at),
        "revoked_at": moment(key.revoked_at),
    }


def _limit(rule: Rule) -> dict[str, Any]:
    model = rule.language_model
    return {
        "measure": rule.measure,
        "period": rule.period,
        "limit": rule.limit,
        "model": model.name if model else None,
        "is_enabled": rule.enabled,
    }


def _preset(preset: Preset) -> dict[str, Any]:
    return {
        "name": preset.name,
        "parameters": preset.parameters,
        "system_message": preset.system_message,
        "prompts": preset.prompts,
        "is_default": preset.is_default,
    }
