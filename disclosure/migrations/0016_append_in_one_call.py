"""An audit entry takes one call to the database instead of two."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).with_name("sql")


def _sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("disclosure", "0015_house")]
    operations: ClassVar = [migrations.RunSQL(_sql("append"), _sql("append_reverse"))]
