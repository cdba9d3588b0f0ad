"""What decides who gets what changes beside its audit entry, or not at all."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).with_name("sql")


def _sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("disclosure", "0017_ends_and_notices")]
    operations: ClassVar = [
        migrations.RunSQL(_sql("decisive"), _sql("decisive_reverse")),
    ]
