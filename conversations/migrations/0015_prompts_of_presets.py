"""First prompts that a published preset offers on the empty page."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0014_sessions'),
    ]

    operations = [
        migrations.AddField(
            model_name='preset',
            name='prompts',
            field=models.JSONField(blank=True, default=list, verbose_name='prompts'),
        ),
    ]
