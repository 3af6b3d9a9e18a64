from django.db import migrations, models

COLUMNS = "day, model_name, provider_name, outcome, error_code"
SUMS = (
    "answers",
    "estimated",
    "requests",
    "prompt_tokens",
    "completion_tokens",
    "cost_micros",
    "first_token_ms",
    "first_token_answers",
)
# From the ledger's daily sums, which are kept as long as the ledger is.
FILL = f"""
    INSERT INTO conversations_usagetotal ({COLUMNS}, {", ".join(SUMS)})
    SELECT {COLUMNS}, {", ".join(f"SUM({name})" for name in SUMS)}
    FROM conversations_usageday GROUP BY {COLUMNS}
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0005_policy_draining")]

    operations = [
        migrations.CreateModel(
            name="UsageTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("model_name", models.CharField(max_length=200)),
                ("provider_name", models.CharField(max_length=100)),
                ("outcome", models.CharField(max_length=12)),
                ("error_code", models.CharField(blank=True, default="", max_length=40)),
                *((name, models.BigIntegerField(default=0)) for name in SUMS),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "model_name", "provider_name", "outcome", "error_code"),
                        name="one_usage_total_a_day",
                    )
                ],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
