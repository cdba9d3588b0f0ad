"""Rows for the pages about finding accounts, looking up, preserving, and the team."""

from collections.abc import Callable
from typing import Any, Final

from disclosure.actions import appeals, preservation
from disclosure.actions.finding import choosing, expiring, lookup
from disclosure.actions.finding.resolving import resolve_target
from disclosure.actions.house import catalogue, companies
from disclosure.actions.house.company_terms import EntityTerms
from disclosure.actions.jobs import TICK
from disclosure.domain.vocabulary import (
    FieldHandling,
    IdentityField,
    ProposalCause,
)
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.holdings.contract import AccountRef
from disclosure.models import (
    DirectoryChange,
    DisclosureRequest,
    HoldingTask,
    Preservation,
    Requester,
)
from tests.entries import said_of
from tests.factories import make_in, make_service, make_user

#: Pages whose address names no row, and those whose rows have numbers.
BARE: Final = frozenset(
    {
        "tasks", "services", "team", "verify_trail", "outgoing_register", "stopped",
        "add_entity", "add_service", "add_staff",
    }
)  # fmt: skip
NUMBERED: Final = dict.fromkeys(
    (
        "service",
        "service_field",
        "explain_holding",
        "confirm_preservation",
        "refuse_preservation",
        "change_entity",
        "change_service",
    ),
    1,
)


def choice() -> Any:
    """Return an account that somebody chose and nobody confirmed."""
    target = make_in(S.IN_REVIEW).targets.get()
    return choosing.choose_account(
        target,
        AccountRef("video", "v-1001"),
        reason="Only this one posted it.",
        actor=make_user("case_officer"),
    )


def proposal() -> Any:
    """Return data that is about to expire."""
    target = make_in(S.IN_REVIEW).targets.get()
    found = expiring.Expiring(
        target.pk,
        ProposalCause.LOGS_AGEING,
        target.disclosure_request.received_on,
        ("ip_address",),
    )
    return expiring.propose_preservation(found, actor=TICK)


def by_hand() -> Preservation:
    """Return a preservation that a person has to do."""
    officer = make_user("case_officer")
    target = make_in(S.IN_REVIEW, officer=officer).targets.get()
    resolve_target(target, actor=officer)
    target.refresh_from_db()
    return preservation.preserve(target, actor=officer)


def passed_on() -> Any:
    """Return a holding that says "passed on" and explains nothing."""
    service = make_service()
    catalogue.set_service_field(
        service,
        IdentityField.REAL_NAME,
        catalogue.FieldTerms(FieldHandling.PASSED_ON, passed_on_to="Example Parcel"),
        actor=make_user("administrator"),
    )
    officer = make_user("case_officer")
    target = make_in(S.DECIDED, officer=officer).targets.get()
    from_choice = choosing.choose_account(
        target, AccountRef("video", "v-1001"), reason="One match.", actor=officer
    )
    target = choosing.confirm_account(from_choice, actor=make_user("approver"))
    lookup.look_up(target, actor=officer)
    return target.holdings.get(is_current=True)


def task() -> HoldingTask:
    """Return a task done by hand."""
    return HoldingTask.objects.get(target=by_hand().target)


def renamed() -> DirectoryChange:
    """Return another name of a company that waits for a second person."""
    entity = make_service().entity
    change = companies.change_entity(
        entity,
        "",
        EntityTerms("海港科技有限公司", entity.name_en),
        version=entity.version,
        actor=make_user("administrator"),
    )
    assert isinstance(change, DirectoryChange)
    return change


def appealed() -> DisclosureRequest:
    """Return a closed request whose sender disagrees with the answer."""
    row = make_in(S.CLOSED)
    user = make_user()
    with said_of(row.requester):
        Requester.objects.filter(pk=row.requester_id).update(user=user)
    appeals.appeal(DisclosureRequest.objects.get(pk=row.pk), "Look again.", actor=user)
    return DisclosureRequest.objects.get(pk=row.pk)


LOOKING_UP: Final[dict[str, Callable[[], Any]]] = {
    "confirm_account": choice,
    "reject_account": choice,
    "decline_preservation": proposal,
    "confirm_preservation": by_hand,
    "refuse_preservation": by_hand,
    "explain_holding": passed_on,
    "reassign_task": task,
    "service_field": make_service,
    "staff_role": lambda: make_user("clerk"),
    "deactivate": lambda: make_user("clerk"),
}
#: The companies and services, and what a second person settles.
HOUSE: Final[dict[str, Callable[[], Any]]] = {
    "change_entity": lambda: make_service().entity,
    "change_service": make_service,
    "settle_change": renamed,
    "decide_appeal": appealed,
}
#: Pages that make a new row: their address names none.
MAKING_NEW: Final = frozenset({"add_entity", "add_service", "add_staff"})
