"""A hold keeps names and prices as they were, so that settling looks nothing up."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0002_administration")]

    operations = [
        migrations.RemoveField("hold", "language_model"),
        migrations.AddField(
            "hold", "username", models.CharField(max_length=150, default=""), preserve_default=False
        ),
        migrations.AddField(
            "hold", "model_name", models.CharField(max_length=200, default=""), preserve_default=False
        ),
        migrations.AddField(
            "hold",
            "provider_name",
            models.CharField(max_length=100, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "hold",
            "prompt_price",
            models.DecimalField(max_digits=12, decimal_places=4, default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            "hold",
            "completion_price",
            models.DecimalField(max_digits=12, decimal_places=4, default=0),
            preserve_default=False,
        ),
        migrations.AlterField(
            "hold", "created_at", models.DateTimeField(default=django.utils.timezone.now)
        ),
        migrations.AlterField(
            "ledgerentry",
            "settled_at",
            models.DateTimeField(default=django.utils.timezone.now, verbose_name="ended"),
        ),
        migrations.RemoveConstraint("usageday", "one_usage_row_a_day"),
        migrations.AddConstraint(
            "usageday",
            models.UniqueConstraint(
                fields=(
                    "day",
                    "user",
                    "username",
                    "model_name",
                    "provider_name",
                    "outcome",
                    "error_code",
                ),
                name="one_usage_row_a_day",
            ),
        ),
    ]
