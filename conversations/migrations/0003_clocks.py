"""The two clocks of a provider, *to the first word* and *silent for*, with patient defaults.

A provider that has the old default of a clock gets the new one: in 45 seconds of silence a model
may think, and in 60 a long prompt is still being read. A value that was chosen stays.
"""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import migrations, models

# The old default and the new one, in seconds.
DEFAULTS = {
    "first_word_seconds": (60, 900),
    "silent_seconds": (45, 300),
    "total_seconds": (600, 3600),
}


def lengthen(apps: Any, schema_editor: Any) -> None:
    """Replace the old defaults."""
    providers = apps.get_model("conversations", "Provider").objects
    for field, (old, new) in DEFAULTS.items():
        providers.filter(**{field: old}).update(**{field: new})


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0002_upstream_words'),
    ]

    operations = [
        migrations.RenameField('provider', 'first_byte_seconds', 'first_word_seconds'),
        migrations.RenameField('provider', 'idle_seconds', 'silent_seconds'),
        migrations.AlterField(
            model_name='provider',
            name='first_word_seconds',
            field=models.FloatField(default=900, help_text='From the request to the first text, however busy the server says it is. A long prompt on a machine of your own can take minutes, in which nothing comes.', validators=[MinValueValidator(0.1)], verbose_name='to the first word (s)'),
        ),
        migrations.AlterField(
            model_name='provider',
            name='silent_seconds',
            field=models.FloatField(default=300, help_text='Without any sign of life, once the server has begun to respond. Comments and pings are signs of life.', validators=[MinValueValidator(0.1)], verbose_name='silent for (s)'),
        ),
        migrations.AlterField(
            model_name='provider',
            name='total_seconds',
            field=models.FloatField(default=3600, validators=[MinValueValidator(0.1)], verbose_name='for a whole answer (s)'),
        ),
        migrations.RunPython(lengthen, migrations.RunPython.noop),
    ]
