"""Providers may have any host, such as one without a dot."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0008_invitation_for_an_account")]

    operations = [
        migrations.AlterField(
            model_name="provider",
            name="base_url",
            field=models.CharField(max_length=500, verbose_name="base address"),
        )
    ]
