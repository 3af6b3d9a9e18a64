"""Counts of failed attempts, and since when browsers are known to an account."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0007_security_events'),
    ]

    operations = [
        migrations.CreateModel(
            name='FailedAttempts',
            fields=[
                ('slot', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('subject', models.CharField(blank=True, max_length=64)),
                ('failures', models.PositiveIntegerField()),
                ('free_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            model_name='user',
            name='devices_since',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
