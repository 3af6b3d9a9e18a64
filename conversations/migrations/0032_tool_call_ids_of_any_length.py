from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0031_kept_completions")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="tool_call_id",
            field=models.TextField(blank=True, default=""),
        ),
    ]
