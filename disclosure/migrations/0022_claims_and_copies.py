"""A notice being sent is claimed; a paper that was carried over says from which."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('disclosure', '0021_two_people'),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='copied_from',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='disclosure.document'),
        ),
        migrations.AddField(
            model_name='usernotice',
            name='sending_since',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
