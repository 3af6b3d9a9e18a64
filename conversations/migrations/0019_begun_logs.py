"""Finds the generations that have a log of events among those of years."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0018_claims_followed_elsewhere'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='loggedevent',
            index=models.Index(condition=models.Q(('seq', 1)), fields=['seq', 'generation'], name='begun_logs'),
        ),
    ]
