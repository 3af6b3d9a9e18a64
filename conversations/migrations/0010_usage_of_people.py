from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0009_provider_address_of_any_host")]

    operations = [
        migrations.AddIndex(
            model_name="usageday",
            index=models.Index(
                fields=[
                    "day",
                    "user",
                    "username",
                    "model_name",
                    "provider_name",
                    "error_code",
                    "answers",
                    "estimated",
                    "prompt_tokens",
                    "completion_tokens",
                    "cost_micros",
                    "first_token_ms",
                    "first_token_answers",
                ],
                name="usage_of_people",
            ),
        ),
    ]
