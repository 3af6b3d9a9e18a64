"""Sessions with their users; those of the earlier table go on."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone


def take_over(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Move the sessions of users who are signed in. It is not known since when they are."""
    old, now, decode = apps.get_model("sessions", "Session"), timezone.now(), SessionStore().decode
    new = apps.get_model("conversations", "BrowserSession")
    for session in old.objects.filter(expire_date__gt=now).iterator():
        user_id = decode(session.session_data).get("_auth_user_id")
        if user_id:
            new.objects.create(
                session_key=session.session_key,
                session_data=session.session_data,
                expire_date=session.expire_date,
                user_id=int(user_id),
                signed_in_at=now,
                last_seen_at=now,
            )
    old.objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0013_encrypted_second_factors'),
        ('sessions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BrowserSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('signed_in_at', models.DateTimeField(null=True)),
                ('last_seen_at', models.DateTimeField(null=True)),
                ('address', models.CharField(blank=True, default='', max_length=45)),
                ('user_agent', models.CharField(blank=True, default='', max_length=200)),
                ('user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='browser_sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        # The list of sessions that django-allauth kept beside them.
        migrations.RunSQL("DROP TABLE IF EXISTS usersessions_usersession", migrations.RunSQL.noop),
    ]
