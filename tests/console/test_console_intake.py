"""Registering from paper: all of it or nothing, and faults at their fields."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from disclosure.access import LEGAL_ZONE
from disclosure.actions import review
from disclosure.actions.paper import registering
from disclosure.domain.vocabulary import IdentifierType
from disclosure.models import DisclosureRequest, Document, Instrument, Requester
from tests.factories import (
    PDF,
    make_intake,
    make_service,
    make_target,
    make_user,
    submit,
)

pytestmark = pytest.mark.django_db
INTAKE = reverse("console:intake")


def paper(*, presented: bool = False, **changes: Any) -> dict[str, Any]:
    """Return a filled form: a court's letter about one account."""
    make_service()
    received = timezone.now().astimezone(LEGAL_ZONE) - timedelta(hours=2)
    data: dict[str, Any] = {
        "arrival-token": str(uuid.uuid4()),
        "arrival-channel": "courier",
        "arrival-received_at": received.strftime("%Y-%m-%dT%H:%M"),
        "arrival-zone": "Asia/Shanghai",
        "arrival-requester_kind": "court",
        "arrival-requester_name": "海州市东区人民法院",
        "case-regime": "copyright",
        "case-service_code": "video",
        "case-stage": "first",
        "case-language": "zh-hans",
        "case-suit_pending": "true",
        "targets-TOTAL_FORMS": "1",
        "targets-INITIAL_FORMS": "0",
        "targets-0-identifier_type": "username",
        "targets-0-identifiers": "夜航船1987",
        "targets-0-observed_at": "2010-01-01T08:00",
        "targets-0-holder_kind": "unknown",
        "targets-0-asked": ["real_name"],
        "items-TOTAL_FORMS": "1",
        "items-INITIAL_FORMS": "0",
    }
    if presented:
        data |= {
            "instrument-present": "on",
            "instrument-kind": "court_letter",
            "instrument-ref": "（2026）海0101民初123号",
            "instrument-authority_name": "海州市东区人民法院",
            "instrument-addressee": "云港网络科技有限公司",
            "instrument-case_kind": "civil",
            "instrument-recipient": "court",
            "instrument-scan": SimpleUploadedFile(
                "letter.pdf", PDF.read_bytes(), "application/pdf"
            ),
            "items-0-fields_named": ["real_name"],
            "items-0-granted": "yes",
        }
    return data | changes


def stored() -> tuple[int, int, int, int]:
    """Return how much of anything is stored."""
    return (
        DisclosureRequest.objects.count(),
        Instrument.objects.count(),
        Document.objects.count(),
        Requester.objects.count(),
    )


def test_times_are_taken_in_the_zone_that_was_chosen(as_role: Any) -> None:
    client = as_role("clerk")
    client.cookies["time_zone"] = "America/New_York"
    data = paper(
        **{
            "arrival-received_at": "2026-01-05T23:30",
            "arrival-served_at": "2026-01-05T22:00",
            "arrival-zone": "America/New_York",
        }
    )
    assert client.post(INTAKE, data).status_code == 302
    row = DisclosureRequest.objects.get()
    assert row.served_at is not None
    assert row.served_at.isoformat() == "2026-01-06T03:00:00+00:00"
    assert row.received_on.isoformat() == "2026-01-06"


def test_a_second_click_registers_nothing_twice(as_role: Any) -> None:
    client, data = as_role("clerk"), paper()
    first, second = client.post(INTAKE, data), client.post(INTAKE, data)
    assert first["Location"] == second["Location"]
    assert stored()[0] == 1


def test_the_letter_comes_with_its_request_or_neither_does(
    as_role: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the two would leave a request without what it rests on."""
    client, data = as_role("clerk"), paper(presented=True)
    scan = data["instrument-scan"]

    def crash(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the machine went down")

    with monkeypatch.context() as broken:
        broken.setattr(registering, "write_document", crash)
        with pytest.raises(RuntimeError):
            client.post(INTAKE, data)
    assert stored() == (0, 0, 0, 0)
    scan.seek(0)
    assert client.post(INTAKE, data).status_code == 302
    scan.seek(0)
    assert client.post(INTAKE, data).status_code == 302
    assert stored()[:3] == (1, 1, 1)
    assert Document.objects.get().instrument == Instrument.objects.get()


def test_several_groups_of_accounts(as_role: Any) -> None:
    client = as_role("clerk")
    more = {
        "targets-TOTAL_FORMS": "2",
        "targets-1-identifier_type": "url",
        "targets-1-identifiers": "https://video.example.com/a\nhttps://video.example.com/b",
        "targets-1-holder_kind": "enterprise",
        "targets-1-asked": ["ip_address"],
        "targets-1-from_on": "2026-01-01",
        "targets-1-to_on": "2026-01-07",
    }
    assert client.post(INTAKE, paper(**more)).status_code == 302
    row = DisclosureRequest.objects.get()
    assert row.targets.count() == 3
    asked = row.targets.get(label="t3").requested_fields.get()
    assert asked.periods[0].end.isoformat() == "2026-01-07"


def test_a_row_is_added_without_losing_what_was_typed(as_role: Any) -> None:
    client = as_role("clerk")
    response = client.post(INTAKE, paper(add_targets="1"))
    assert response.status_code == 200
    assert len(response.context["forms"].targets.forms) == 2
    assert "夜航船1987" in response.content.decode()
    assert stored()[0] == 0


TEN_MEGABYTES = "字" * 3_500_000
BAD = [
    ("arrival-received_at", "", "arrival", "received_at"),
    ("arrival-received_at", "yesterday", "arrival", "received_at"),
    ("arrival-received_at", "9999-12-31T23:59", "arrival", "received_at"),
    ("arrival-received_at", "2199-01-01T00:00", "arrival", "received_at"),
    ("arrival-served_at", "2199-01-01T00:00", "arrival", "served_at"),
    ("arrival-zone", "Mars/Olympus", "arrival", "zone"),
    ("arrival-token", "not-a-token", "arrival", "token"),
    ("arrival-channel", "portal", "arrival", "channel"),
    ("arrival-requester", "1", "arrival", "requester"),
    ("arrival-requester_name", "", "arrival", "requester_name"),
    ("arrival-requester_name", "A\x07B", "arrival", "requester_name"),
    ("arrival-requester_name", "x" * 201, "arrival", "requester_name"),
    ("arrival-email", "nobody", "arrival", "email"),
    ("case-regime", "patent", "case", "regime"),
    ("case-ground", "a\x00b", "case", "ground"),
    ("case-ground", "x" * 10_001, "case", "ground"),
    ("case-suit_pending", ["x", "y"], "case", None),
    ("targets-0-identifiers", "", "targets", "identifiers"),
    ("targets-0-identifiers", " \n \n", "targets", "identifiers"),
    ("targets-0-identifiers", "x" * 501, "targets", "identifiers"),
    ("targets-0-identifiers", "a\x1bb", "targets", "identifiers"),
    ("targets-0-identifier_type", "soul", "targets", "identifier_type"),
    ("targets-0-identifier_type", "ip_time", "targets", None),
    ("targets-0-port", "443", "targets", "port"),
    ("targets-0-port", "0", "targets", "port"),
    ("targets-0-observed_until", "2010-01-01T09:00", "targets", "observed_until"),
    ("targets-0-observed_until", "soon", "targets", "observed_until"),
    ("targets-0-asked", [], "targets", "asked"),
    ("targets-0-asked", ["soul"], "targets", "asked"),
    ("targets-0-from_on", "2026-02-30", "targets", "from_on"),
    ("targets-0-from_on", "9999-01-01", "targets", "from_on"),
    ("targets-0-from_on", "0001-01-01", "targets", "from_on"),
]


@pytest.mark.parametrize(("name", "value", "part", "field"), BAD)
def test_a_fault_stands_at_its_field_and_the_rest_is_kept(
    name: str, value: Any, part: str, field: str | None, as_role: Any
) -> None:
    response = as_role("clerk").post(INTAKE, paper(**{name: value}))
    if field is None:
        assert response.status_code in {302, 422}
        return
    assert response.status_code == 422
    forms = response.context["forms"]
    form = getattr(forms, part)
    errors = form[0].errors if part == "targets" else form.errors
    assert field in errors
    text = response.content.decode()
    if part != "targets":
        assert "夜航船1987" in text
    assert "courier" in text
    assert stored() == (0, 0, 0, 0)


def test_port_and_window_of_addresses_are_registered(as_role: Any) -> None:
    data = paper(
        **{
            "targets-0-identifier_type": "ip_time",
            "targets-0-identifiers": "192.0.2.1\n192.0.2.2",
            "targets-0-observed_until": "2010-01-01T08:30",
            "targets-0-port": "61000",
        }
    )
    assert as_role("clerk").post(INTAKE, data).status_code == 302
    rows = DisclosureRequest.objects.get().targets.order_by("label")
    assert [row.port for row in rows] == [61000, 61000]
    assert {row.observed_until - row.observed_at for row in rows} == {
        timedelta(minutes=30)
    }


def test_a_sighting_shown_and_sent_back_stays_as_it_was(as_role: Any) -> None:
    moment = datetime(2010, 1, 1, 0, 0, 5, 250, tzinfo=UTC)
    target = make_target(
        identifier="192.0.2.1",
        identifier_type=IdentifierType.IP_TIME,
        observed_at=moment,
    )
    row = submit(make_intake(targets=(target,)))
    officer = make_user("case_officer")
    review.open_review(row, actor=officer)
    client = as_role("case_officer")
    address = reverse("console:target_facts", args=[row.targets.get().pk])
    form = client.get(address).context["form"]
    shown = {"observed_at": "2010-01-01T08:00:05", "version": form["version"].value()}
    assert shown["observed_at"] in str(form["observed_at"])
    sent = shown | {"account_holder_kind": "unknown", "is_minor": "unknown"}

    assert client.post(address, sent | {"port": "70000"}).status_code == 422
    assert client.post(address, sent | {"port": "61000"}).status_code == 302

    found = row.targets.get()
    assert (found.observed_at, found.port) == (moment, 61000)


@pytest.mark.parametrize(
    ("count", "status"), [(100, 302), (300, 302), (301, 422), (5000, 422)]
)
def test_how_many_accounts_fit(count: int, status: int, as_role: Any) -> None:
    names = "\n".join(f"name-{number}" for number in range(count))
    response = as_role("clerk").post(INTAKE, paper(**{"targets-0-identifiers": names}))
    assert response.status_code == status
    assert DisclosureRequest.objects.count() == (status == 302)
    if status == 302:
        row = DisclosureRequest.objects.get()
        assert row.targets.count() == count
        page = as_role("clerk").get(reverse("console:request", args=[row.pk]))
        assert page.status_code == 200


def test_accounts_of_all_groups_are_counted_together(as_role: Any) -> None:
    names = "\n".join(f"name-{number}" for number in range(200))
    more = {
        "targets-TOTAL_FORMS": "2",
        "targets-0-identifiers": names,
        "targets-1-identifier_type": "shop",
        "targets-1-identifiers": names,
        "targets-1-holder_kind": "unknown",
        "targets-1-asked": ["real_name"],
    }
    response = as_role("clerk").post(INTAKE, paper(**more))
    assert response.status_code == 422
    assert "identifiers" in response.context["forms"].targets[1].errors


@pytest.mark.parametrize("total", ["0", "-1", "x", "99999999", "", "1e3"], ids=str)
def test_a_tampered_count_of_rows_stores_nothing(total: str, as_role: Any) -> None:
    response = as_role("clerk").post(INTAKE, paper(**{"targets-TOTAL_FORMS": total}))
    assert response.status_code == 422
    assert stored() == (0, 0, 0, 0)


FILES = [
    ("letter.pdf", b"", "application/pdf"),
    ("letter.pdf", b"\x89PNG\r\n\x1a\n" + b"0" * 100, "application/pdf"),
    ("letter.exe", b"MZ" + b"0" * 100, "application/octet-stream"),
    ("letter.pdf", b"%PDF-1.4 broken", "application/pdf"),
    ("letter.png", PDF.read_bytes(), "image/png"),
]


@pytest.mark.parametrize(("name", "data", "kind"), FILES)
def test_a_scan_that_is_not_what_it_says_is_refused_with_everything_else_kept(
    name: str, data: bytes, kind: str, as_role: Any
) -> None:
    scan = SimpleUploadedFile(name, data, kind)
    response = as_role("clerk").post(
        INTAKE, paper(presented=True, **{"instrument-scan": scan})
    )
    assert response.status_code == 422
    assert "scan" in response.context["forms"].presented.errors
    assert "（2026）海0101民初123号" in response.content.decode()
    assert stored() == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"instrument-ref": ""}, "ref"),
        (
            {
                "instrument-issued_on": "2026-02-02",
                "instrument-valid_until": "2026-02-01",
            },
            "valid_until",
        ),
        ({"instrument-answer_due_on": "9999-12-31"}, "answer_due_on"),
        ({"instrument-kind": "wish"}, "kind"),
    ],
)
def test_a_fault_in_the_order_stops_the_registration(
    change: dict[str, Any], field: str, as_role: Any
) -> None:
    response = as_role("clerk").post(INTAKE, paper(presented=True, **change))
    assert response.status_code == 422
    assert field in response.context["forms"].presented.errors
    assert stored() == (0, 0, 0, 0)


def test_an_order_left_out_needs_nothing(as_role: Any) -> None:
    response = as_role("clerk").post(INTAKE, paper(**{"instrument-ref": ""}))
    assert response.status_code == 302
    assert stored()[1] == 0


def test_ten_megabytes_of_text_store_nothing(as_role: Any) -> None:
    response = as_role("clerk").post(INTAKE, paper(**{"case-ground": TEN_MEGABYTES}))
    assert response.status_code == 422
    assert "ground" in response.context["forms"].case.errors
    assert "夜航船1987" in response.content.decode()
    assert stored() == (0, 0, 0, 0)
