"""The one clock of the schedule: the database's, whatever the hosts' clocks say."""

from datetime import datetime
from typing import cast

from django.db import connection


def database_now(now: datetime | None = None) -> datetime:
    """Return `now` when given, else the time on the database server's clock."""
    if now is not None:
        return now
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    return cast(datetime, moment)
