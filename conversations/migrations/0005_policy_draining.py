from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0004_tree_presets_and_feedback")]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="draining",
            field=models.BooleanField(
                default=False,
                help_text="What runs goes on. Meant for the minutes before a restart.",
                verbose_name="takes no new messages",
            ),
        ),
    ]
