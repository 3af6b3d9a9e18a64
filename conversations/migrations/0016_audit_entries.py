"""The plural of the entries of the audit log, which their list counts with."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0015_prompts_of_presets'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='auditentry',
            options={'ordering': ['-at'], 'verbose_name': 'audit entry', 'verbose_name_plural': 'audit entries'},
        ),
    ]
