"""A failure in the server's own words, for administrators."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='generation',
            name='upstream_words',
            field=models.TextField(blank=True, default=''),
        ),
    ]
