"""Finds the running answers of a user without those that have ended."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0020_ledger_by_month'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='generation',
            index=models.Index(condition=models.Q(('status', 'running')), fields=['user'], name='running_by_user'),
        ),
    ]
