"""Holds that grow with the answer, and a ledger whose usage is what is charged."""

import django.core.validators
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def delete_counters(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Delete the counters: the next reservation adds up what was used, not what was charged."""
    apps.get_model("conversations", "Counter").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0005_extra_body'),
    ]

    operations = [
        migrations.RunPython(delete_counters, migrations.RunPython.noop),
        migrations.RemoveIndex(
            model_name='usageday',
            name='usage_of_people',
        ),
        migrations.RemoveField(
            model_name='ledgerentry',
            name='charged_cost_micros',
        ),
        migrations.RemoveField(
            model_name='ledgerentry',
            name='charged_tokens',
        ),
        migrations.AddField(
            model_name='hold',
            name='asked_tokens',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='hold',
            name='longest',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='ledgerentry',
            name='asked_tokens',
            field=models.BigIntegerField(null=True, verbose_name='completion tokens asked for'),
        ),
        migrations.AddField(
            model_name='usageday',
            name='overlong',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='usagetotal',
            name='overlong',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='hold',
            name='completion_bound',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='languagemodel',
            name='default_max_tokens',
            field=models.PositiveIntegerField(default=4096, help_text='Set aside when an answer begins; more is taken while it is written.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='usual length of an answer (tokens)'),
        ),
        migrations.AddIndex(
            model_name='usageday',
            index=models.Index(fields=['day', 'user', 'username', 'model_name', 'provider_name', 'error_code', 'answers', 'estimated', 'overlong', 'prompt_tokens', 'completion_tokens', 'cost_micros', 'first_token_ms', 'first_token_answers'], name='usage_of_people'),
        ),
    ]
