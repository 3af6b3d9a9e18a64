"""The names of each account, of which no other account may have one."""

import hashlib
import unicodedata

import django.contrib.auth.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import conversations.models.sign_in_name

_AT_ONCE = 500


def take_names(apps, schema_editor):
    """Give each name to one account: to the one with the confirmed address, or else the address.

    The other accounts with that name keep it, and are named on the console.
    """
    user_model = apps.get_model("conversations", "User")
    address_model = apps.get_model("account", "EmailAddress")
    users = user_model.objects.order_by("pk")
    addresses = address_model.objects.order_by("pk")
    owners = {}
    for user, name in (
        *addresses.filter(verified=True).values_list("user_id", "email"),
        *users.exclude(email="").values_list("pk", "email"),
        *addresses.filter(primary=True).values_list("user_id", "email"),
        *users.values_list("pk", "username"),
    ):
        owner = owners.setdefault(_key(name), user)
        if owner != user:
            print(f"\n  Account {user} has {name!r}, which account {owner} has too.", end="")
    model = apps.get_model("conversations", "SignInName")
    rows = [model(key=key, user_id=user) for key, user in owners.items()]
    model.objects.bulk_create(rows, batch_size=_AT_ONCE)


def _key(name):
    folded = unicodedata.normalize("NFKC", name.strip()).casefold()
    return hashlib.sha256(unicodedata.normalize("NFKC", folded).encode()).hexdigest()


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0010_retention_and_deleted_accounts"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="username",
            field=models.CharField(
                error_messages={"unique": "A user with that username already exists."},
                help_text="At most 150 letters, digits and @ . + - _",
                max_length=150,
                unique=True,
                validators=[
                    django.contrib.auth.validators.UnicodeUsernameValidator(),
                    conversations.models.sign_in_name.validate_distinct,
                ],
                verbose_name="username",
            ),
        ),
        migrations.CreateModel(
            name="SignInName",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_in_names",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunPython(take_names, migrations.RunPython.noop),
    ]
