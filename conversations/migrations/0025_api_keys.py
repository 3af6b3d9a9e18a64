import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import conversations.models.api_key


class Migration(migrations.Migration):
    dependencies = [("conversations", "0011_ledger_entries_by_name")]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("prefix", models.CharField(max_length=20, verbose_name="begins with")),
                ("key_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("all_models", models.BooleanField(default=True, verbose_name="for all models")),
                (
                    "endpoints",
                    models.JSONField(
                        default=conversations.models.api_key.all_endpoints,
                        verbose_name="endpoints",
                    ),
                ),
                (
                    "addresses",
                    models.JSONField(
                        blank=True, default=list, verbose_name="only from the addresses"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="expires"),
                ),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="last used")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="revoked")),
                (
                    "language_models",
                    models.ManyToManyField(
                        blank=True,
                        related_name="api_keys",
                        to="conversations.languagemodel",
                        verbose_name="only for the models",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_keys",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
                "ordering": ["-created_at"],
            },
        ),
        migrations.AddField(
            model_name="generation",
            name="api_key",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="generations",
                to="conversations.apikey",
            ),
        ),
    ]
