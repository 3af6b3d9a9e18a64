"""Encrypts the seeds of authenticator apps and of recovery codes."""

from django.db import migrations

from conversations.models.encryption import decrypt, encrypt


def _change(apps, change):
    authenticators = apps.get_model("mfa", "Authenticator").objects
    for each in authenticators.filter(type__in=["totp", "recovery_codes"]).iterator():
        for name in ("secret", "seed"):
            if name in each.data:
                each.data[name] = change(each.data[name])
        if "migrated_codes" in each.data:
            each.data["migrated_codes"] = [change(code) for code in each.data["migrated_codes"]]
        each.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0012_staff_second_factor"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, _editor: _change(apps, encrypt),
            lambda apps, _editor: _change(apps, decrypt),
        )
    ]
