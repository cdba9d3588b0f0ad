"""What the database itself refuses: the audit trail's and the record's guards."""

from pathlib import Path
from typing import ClassVar

from django.db import migrations

SQL = Path(__file__).with_name("sql")


def _sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("disclosure", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL(_sql("audit"), _sql("audit_reverse")),
        migrations.RunSQL(_sql("guards"), _sql("guards_reverse")),
    ]
