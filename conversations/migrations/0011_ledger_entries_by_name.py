from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("conversations", "0010_usage_of_people")]

    operations = [
        migrations.AlterModelOptions(
            name="ledgerentry",
            options={
                "ordering": ["-settled_at"],
                "verbose_name": "ledger entry",
                "verbose_name_plural": "ledger entries",
            },
        ),
    ]
