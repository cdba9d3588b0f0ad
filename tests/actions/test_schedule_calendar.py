"""Holiday notices: taken in whole or not at all, and what follows for deadlines."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction

from disclosure.access import AccessDenied, SystemActor
from disclosure.actions import jobs
from disclosure.actions.deadlines import holidays, schedule
from disclosure.actions.deadlines.holiday_files import COLUMNS, CalendarFileError
from disclosure.actions.deadlines.reckoning import calendar_from_table, calendar_version
from disclosure.domain import calendars
from disclosure.domain.vocabulary import DayKind, DeadlineKind
from disclosure.models import (
    AuditEntry,
    Deadline,
    DisclosureRequest,
    Holiday,
    OutboxMessage,
    User,
)
from tests.factories import make_user
from tests.tasks.conftest import new_request

pytestmark = pytest.mark.django_db
JOB = SystemActor("test")
BEIJING = ZoneInfo("Asia/Shanghai")
HEADER = ",".join(COLUMNS)

#: An invented notice for 2027: the statutory days, and Saturday 9 January made up for.
NOTICE = "invented notice for 2027"
STATUTORY = [day.isoformat() for day in sorted(calendars.statutory_days(2027))]


def csv_of(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def rest(on: str) -> str:
    return f"{on},holiday,假日,holiday,{NOTICE},yes"


def work(on: str) -> str:
    return f"{on},make_up_working_day,假日,holiday,{NOTICE},yes"


def notice_2027(*more: str) -> bytes:
    return csv_of(*map(rest, STATUTORY), *more)


@pytest.fixture
def lead() -> User:
    return make_user("team_lead", email="lead@example.org", language="zh-hans")


@pytest.fixture
def disclosure_request() -> DisclosureRequest:
    return new_request()


def counted(
    disclosure_request: DisclosureRequest,
    kind: DeadlineKind = DeadlineKind.ANSWER_INTERNAL,
    length: int = 5,
) -> Deadline:
    """Start a limit of working days on Friday 2027-01-01, a holiday by rule."""
    start = datetime(2027, 1, 1, 10, tzinfo=BEIJING)
    with time_machine.travel(start, tick=False), transaction.atomic():
        return schedule.set_deadline(
            disclosure_request,
            kind,
            actor=JOB,
            starts_at=start,
            length=length,
            day_kind=DayKind.WORKING,
        )


def leaves(word: str) -> list[Any]:
    entries = AuditEntry.objects.filter(action=word).order_by("pk")
    return [json.loads(bytes(entry.leaf)) for entry in entries]


def test_the_shipped_calendar_fills_the_table_once() -> None:
    added = holidays.load_shipped_calendar(actor=JOB)
    assert added == Holiday.objects.count() == len(list(calendars.notice_days()))
    assert holidays.load_shipped_calendar(actor=JOB) == 0
    assert len(leaves("calendar.loaded")) == 1


def test_a_table_and_the_shipped_rows_are_the_same_calendar() -> None:
    before = calendar_from_table()
    holidays.load_shipped_calendar(actor=JOB)
    after = calendar_from_table()
    assert before.known_years == after.known_years
    assert (
        dict(before.days) == dict(after.days) == dict(calendars.mainland_china().days)
    )


def test_a_notice_makes_its_year_known_and_says_so_in_the_trail(lead: User) -> None:
    report = holidays.import_holidays(notice_2027(work("2027-01-09")), actor=lead)
    assert (report.added, report.changed) == (len(STATUTORY) + 1, 0)
    known = calendar_from_table()
    assert known.is_working_day(date(2027, 1, 9))
    assert not known.status(date(2027, 3, 3)).provisional
    (said,) = leaves("calendar.imported")
    assert said["actor"]["id"] == str(lead.pk)
    assert said["data"]["version"] == calendar_version() == 1
    assert 2027 in said["data"]["years"]


def test_the_same_notice_again_changes_nothing(lead: User) -> None:
    holidays.import_holidays(notice_2027(), actor=lead)
    report = holidays.import_holidays(notice_2027(), actor=lead)
    assert (report.added, report.changed, report.moved) == (0, 0, 0)
    assert calendar_version() == 1
    assert len(leaves("calendar.imported")) == 1


def test_one_day_of_a_known_year_can_be_corrected(lead: User) -> None:
    # 2020-01-31 was a working day until the holiday was prolonged.
    report = holidays.import_holidays(csv_of(rest("2020-02-03")), actor=lead)
    assert (report.added, report.changed) == (1, 0)
    assert calendar_from_table().is_rest_day(date(2020, 2, 3))
    report = holidays.import_holidays(csv_of(work("2020-02-03")), actor=lead)
    assert (report.added, report.changed) == (0, 1)
    assert leaves("calendar.imported")[-1]["data"]["changed"] == [
        "2020-02-03:make_up_working_day"
    ]


def test_an_open_deadline_moves_and_somebody_is_told(
    lead: User, disclosure_request: DisclosureRequest
) -> None:
    deadline = counted(disclosure_request)
    assert (deadline.due_on, deadline.provisional) == (date(2027, 1, 8), True)
    # Monday the 4th off, and nothing made up for: one day later, over the weekend.
    report = holidays.import_holidays(notice_2027(rest("2027-01-04")), actor=lead)
    assert report.moved == 1
    deadline.refresh_from_db()
    assert (deadline.due_on, deadline.provisional) == (date(2027, 1, 11), False)
    assert deadline.steps[0]["code"] == "length_as_stated"
    assert [step["code"] for step in deadline.steps].count("length_as_stated") == 1
    (said,) = leaves("deadline.moved")
    assert said["stream"] == disclosure_request.stream
    assert said["data"]["due_before"] == "2027-01-08"
    mail = OutboxMessage.objects.get(kind="deadline_moved")
    assert mail.recipient_email == "lead@example.org"
    overdue = deadline.reminders.get(kind="reminder", offset_hours=24)
    assert overdue.remind_at == datetime(2027, 1, 12, 9, tzinfo=BEIJING)


def test_a_make_up_day_brings_a_date_forward(
    lead: User, disclosure_request: DisclosureRequest
) -> None:
    deadline = counted(disclosure_request, length=6)
    assert deadline.due_on == date(2027, 1, 11)
    holidays.import_holidays(notice_2027(work("2027-01-09")), actor=lead)
    deadline.refresh_from_db()
    assert deadline.due_on == date(2027, 1, 9)


def test_what_the_sender_was_told_is_never_shortened(
    lead: User, disclosure_request: DisclosureRequest
) -> None:
    deadline = counted(disclosure_request, DeadlineKind.COMPLETION, length=6)
    holidays.import_holidays(notice_2027(work("2027-01-09")), actor=lead)
    deadline.refresh_from_db()
    assert deadline.due_on == date(2027, 1, 11)
    assert deadline.calendar_version == 1
    assert leaves("deadline.moved") == []


@pytest.mark.parametrize("kind", [DeadlineKind.OBJECTION, DeadlineKind.DOWNLOAD_WINDOW])
def test_a_window_promised_to_others_stays(
    lead: User, disclosure_request: DisclosureRequest, kind: DeadlineKind
) -> None:
    deadline = counted(disclosure_request, kind)
    holidays.import_holidays(notice_2027(rest("2027-01-04")), actor=lead)
    deadline.refresh_from_db()
    assert deadline.due_on == date(2027, 1, 8)


def test_ended_and_stated_deadlines_stay(
    lead: User, disclosure_request: DisclosureRequest
) -> None:
    ended = counted(disclosure_request)
    with transaction.atomic():
        schedule.meet(disclosure_request, DeadlineKind.ANSWER_INTERNAL, actor=JOB)
        dated = schedule.set_deadline(
            disclosure_request,
            DeadlineKind.ANSWER_STATED,
            actor=JOB,
            starts_at=datetime(2027, 1, 1, tzinfo=BEIJING),
            due_on=date(2027, 1, 4),
        )
    report = holidays.import_holidays(notice_2027(rest("2027-01-04")), actor=lead)
    assert report.moved == 0
    for deadline, due in ((ended, date(2027, 1, 8)), (dated, date(2027, 1, 4))):
        deadline.refresh_from_db()
        assert deadline.due_on == due


def test_a_recount_broken_off_is_finished_by_the_sweep(
    lead: User, disclosure_request: DisclosureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadline = counted(disclosure_request)

    def die(**_kwargs: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(holidays, "recount", die)
        with pytest.raises(KeyboardInterrupt):
            holidays.import_holidays(notice_2027(rest("2027-01-04")), actor=lead)
    deadline.refresh_from_db()
    assert deadline.due_on == date(2027, 1, 8)
    for _again in range(2):
        jobs.tick(now=datetime(2027, 1, 2, tzinfo=BEIJING))
    deadline.refresh_from_db()
    assert deadline.due_on == date(2027, 1, 11)
    assert len(leaves("deadline.moved")) == 1


FAULTS = {
    "nothing at all": (b"", 1, ""),
    "no row": (csv_of(), 0, ""),
    "other columns": (b"day,what\n2027-01-01,holiday\n", 1, ""),
    "not text": (csv_of().replace(b"kind", b"\xff\xfe"), 1, ""),
    "a column too few": (csv_of("2027-01-01,holiday,x,x,notice"), 2, ""),
    "no date": (csv_of(rest("2027-02-30")), 2, "date"),
    "a far year": (csv_of(rest("9999-01-01")), 2, "date"),
    "a year before the rule": (csv_of(rest("1970-01-01")), 2, "date"),
    "another kind": (csv_of("2027-01-01,feast,x,x,notice,yes"), 2, "kind"),
    "no source": (csv_of("2027-01-01,holiday,x,x,,yes"), 2, "source"),
    "no name": (csv_of("2027-01-01,holiday,,x,notice,yes"), 2, "name_zh"),
    "a name too long": (csv_of(f"2027-01-01,holiday,{'x' * 101},,n,yes"), 2, "name_zh"),
    "a control character": (csv_of("2027-01-01,holiday,x\x07,,n,yes"), 2, "name_zh"),
    "neither yes nor no": (csv_of("2027-01-01,holiday,x,x,n,maybe"), 2, "verified"),
    "a day twice": (notice_2027(rest("2027-01-01")), 0, ""),
    "a day of two kinds": (notice_2027(work("2027-01-01")), 0, ""),
    "a year not whole": (csv_of(rest("2027-01-01")), 0, ""),
    "an unclosed quote": (csv_of('2027-01-01,holiday,"x,x,n,yes'), 2, ""),
    "ten megabytes": (b"x" * 10_000_000, 0, ""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_is_refused_whole_and_the_place_named(
    fault: str, lead: User
) -> None:
    data, line, column = FAULTS[fault]
    with pytest.raises(CalendarFileError) as refused:
        holidays.import_holidays(data, actor=lead)
    assert (refused.value.data["line"], refused.value.data["field"]) == (line, column)
    assert str(refused.value.message)
    assert not Holiday.objects.exists()
    assert calendar_version() == 0


@pytest.mark.parametrize("role", ["clerk", "case_officer", "approver", "auditor", ""])
def test_who_may_not_import_changes_nothing(role: str) -> None:
    person = make_user(role, email="other@example.org")
    with pytest.raises(AccessDenied):
        holidays.import_holidays(notice_2027(), actor=person)
    with pytest.raises(AccessDenied):
        holidays.load_shipped_calendar(actor=person)
    with pytest.raises(AccessDenied):
        holidays.recount(actor=person)
    assert not Holiday.objects.exists()


def test_the_command_reads_a_file_and_names_what_is_wrong(
    lead: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "2027.csv"
    file.write_bytes(b"\xef\xbb\xbf" + notice_2027(work("2027-01-09")))
    call_command("import_holidays", file, by="LEAD@example.org")
    assert f"days added: {len(STATUTORY) + 1}" in capsys.readouterr().out
    file.write_bytes(csv_of(rest("tomorrow")))
    with pytest.raises(CommandError, match=r"line 2|第 2 行"):
        call_command("import_holidays", file, by="lead@example.org")
    with pytest.raises(CommandError, match="address"):
        call_command("import_holidays", file, by="nobody@example.org")
    with pytest.raises(CommandError, match="Give FILE"):
        call_command("import_holidays")
    with pytest.raises(CommandError):
        call_command("import_holidays", tmp_path / "none.csv", by="lead@example.org")
    call_command("import_holidays", shipped=True)
