import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("conversations", "0025_api_keys")]

    operations = [
        migrations.AddField(
            model_name="rule",
            name="api_key",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rules",
                to="conversations.apikey",
                verbose_name="API key",
            ),
        ),
        migrations.RemoveConstraint(model_name="rule", name="rule_has_one_subject"),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.CheckConstraint(
                condition=Q(user=None, group=None)
                | Q(user=None, api_key=None)
                | Q(group=None, api_key=None),
                name="rule_has_one_subject",
            ),
        ),
        migrations.RemoveConstraint(model_name="counter", name="one_counter_a_window"),
        migrations.AddField(
            model_name="counter", name="key_scope", field=models.BigIntegerField(default=0)
        ),
        migrations.AddConstraint(
            model_name="counter",
            constraint=models.UniqueConstraint(
                fields=[
                    "user",
                    "measure",
                    "period",
                    "model_scope",
                    "key_scope",
                    "period_start",
                ],
                name="one_counter_a_window",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="api_key_name",
            field=models.CharField(blank=True, default="", max_length=130),
        ),
        migrations.AddField(
            model_name="ledgerentry",
            name="api_key_name",
            field=models.CharField(blank=True, default="", max_length=130, verbose_name="API key"),
        ),
    ]
