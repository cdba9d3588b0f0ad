"""Pages as people see them: wide and narrow, in both languages, without a script."""

from pathlib import Path
from typing import Any

import pytest

from disclosure.domain.vocabulary import (
    ProductionStatus,
    RequesterKind,
    RequestStatus,
)
from disclosure.models import DisclosureRequest
from tests import factories
from tests.browser.conftest import WIDTHS, Windows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


#: No line of a phone holds it, and nothing in it invites a line break.
LONG_NAME = "verifierkeysofthisinstallation" * 8


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_console(
    windows: Windows, language: str, settings: Any, tmp_path: Path
) -> None:
    # Keys that cannot be read are named by their path, however long it is.
    settings.CHECKPOINT_VERIFIER_KEYS_FILE = tmp_path / LONG_NAME
    officer = factories.make_user("case_officer")
    request = factories.make_in(RequestStatus.IN_REVIEW, officer=officer)
    answer = factories.make_production_in(
        ProductionStatus.AWAITING_APPROVAL, officer=officer
    )
    case = f"/console/requests/{answer.disclosure_request_id}/"
    for width in WIDTHS:
        window = windows.open(language, width)
        lead = factories.make_user("team_lead", language=language)
        window.sign_in(lead)
        for path in (
            "/console/",
            "/console/audit/",
            "/console/intake/",
            f"/console/requests/{request.pk}/",
            f"/console/requests/{request.pk}/record-instrument/",
            case,
            f"/console/answers/{answer.pk}/",
            f"/console/answers/{answer.pk}/approve/",
        ):
            window.go(path)
        window.go(f"{case}trail/")
        assert LONG_NAME in window.page.inner_text("main")
    assert not windows.faults, "\n".join(windows.faults)


@pytest.mark.parametrize(
    ("language", "width", "script"),
    [("en", 1440, True), ("zh-hans", 390, True), ("en", 390, False)],
)
def test_a_request_is_submitted(
    windows: Windows, language: str, width: int, script: bool
) -> None:
    requester = factories.make_requester(RequesterKind.INJURED_PERSON, verified=False)
    window = windows.open(language, width, script=script)
    page = window.page
    requester.user.language = language
    requester.user.save()
    window.go("/")
    window.sign_in(requester.user)
    window.go("/new/")
    window.go("/new/personal_rights/")
    window.press("form[action$='/begin/'] button")
    tasks = page.url.removeprefix(window.base)
    window.go(f"{tasks}ground/")
    page.select_option("[name=service]", "forum")
    page.fill("[name=ground]", "A post there says I had broken the law.")
    page.select_option("[name=stage]", "pre_suit")
    window.press("main form .desk-actions button.btn-primary")
    window.go(f"{tasks}accounts/")
    page.locator("[name=type]").first.select_option("username")
    page.locator("[name=identifier]").first.fill("oldtree")
    window.press("main form button.btn-primary[name=save]")
    page.check("[name=fields_asked][value=real_name]")
    window.press("main form .desk-actions button.btn-primary")
    window.go(f"{tasks}document/")
    page.check("[name=has][value=no]")
    window.press("main form .desk-actions button.btn-primary")
    window.go(f"{tasks}papers/")
    page.select_option("[name=kind]", "identity_proof")
    page.set_input_files("[name=uploads]", str(factories.PDF))
    window.press("main form[enctype] button[type=submit]")
    window.press("main button[name=done]")
    window.go(f"{tasks}check/")
    page.check("[name=truthful]")
    window.press("main form .desk-actions button.btn-primary")
    row = DisclosureRequest.objects.get()
    assert row.status == RequestStatus.RECEIVED
    assert str(row.reference) in page.inner_text("main")
    window.go(f"/requests/{row.pk}/")
    assert not windows.faults, "\n".join(windows.faults)
