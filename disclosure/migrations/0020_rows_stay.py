"""A row stays with the request whose trail tells of it."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).with_name("sql")


def _sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("disclosure", "0019_second_looks")]
    operations: ClassVar = [
        migrations.RunSQL(_sql("owners"), _sql("owners_reverse")),
    ]
