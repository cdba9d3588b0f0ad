"""The one clock of the schedule: the database's, whatever the hosts' clocks say."""

from datetime import datetime

from django.db import connection


def database_now(now: datetime | None = None) -> datetime:
    """Return `now` when given, else the time on the database server's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(%s::timestamptz, clock_timestamp())", [now])
        (moment,) = cursor.fetchone()
    assert isinstance(moment, datetime)  # noqa: S101 -- tells the type checker only
    return moment
