import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0030_idempotency_claims")]

    operations = [
        migrations.AddField(
            model_name="languagemodel",
            name="keeps_api_content",
            field=models.BooleanField(
                default=False,
                help_text="The people who use it are told. Conversations on the page are always "
                "kept.",
                verbose_name="keeps what programs ask and are answered",
            ),
        ),
        migrations.CreateModel(
            name="KeptCompletion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("generation_id", models.UUIDField(editable=False, unique=True)),
                ("api_key_name", models.CharField(max_length=130, verbose_name="API key")),
                ("model_name", models.CharField(max_length=200, verbose_name="model")),
                ("request", models.TextField(verbose_name="request")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="begun"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "kept API call",
                "verbose_name_plural": "kept API calls",
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(fields=["-created_at"], name="kept_completion_by_time")
                ],
            },
        ),
    ]
