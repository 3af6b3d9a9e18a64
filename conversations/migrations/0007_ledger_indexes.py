from django.db import migrations, models

FILTERS = ("error_code", "model_name", "outcome", "provider_name", "source", "username")


class Migration(migrations.Migration):
    dependencies = [("conversations", "0006_usage_totals")]

    operations = [
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=[name, "-settled_at"], name=f"ledger_by_{name}"),
        )
        for name in FILTERS
    ]
