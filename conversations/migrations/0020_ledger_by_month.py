"""Allows a ledger with a table for each month: PostgreSQL wants its day in each constraint."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0019_begun_logs'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.UniqueConstraint(fields=('generation_id', 'day'), name='one_entry_a_generation'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='generation_id',
            field=models.UUIDField(),
        ),
    ]
