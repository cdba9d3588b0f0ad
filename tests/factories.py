"""Records for tests, made the way the desk makes them: through actions alone."""

import itertools
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import time_machine
from django.db import transaction
from django.utils import timezone

from disclosure.access import SystemActor
from disclosure.actions import (
    closing,
    completion,
    delivery,
    documents,
    instruments,
    intake,
    notice,
    preservation,
    production,
    review,
    signing_off,
)
from disclosure.actions.finding import lookup
from disclosure.actions.house import authorities, companies, people
from disclosure.actions.house.company_terms import EntityTerms, ServiceTerms
from disclosure.actions.incidents import closing as incident_closing
from disclosure.actions.incidents import measures, reporting
from disclosure.actions.inputs import (
    DocumentInput,
    FieldInput,
    InstrumentInput,
    IntakeInput,
    ItemInput,
    MissingItem,
    PaperInput,
    TargetInput,
)
from disclosure.actions.law import assessments, case_assessments
from disclosure.actions.making import sealing
from disclosure.actions.paper import seal_register
from disclosure.actions.paper.files import Scan
from disclosure.actions.paper.second_looks import Side
from disclosure.domain.assessments import Weighing
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    DocumentKind,
    DocumentVerdict,
    IdentifierType,
    IdentityField,
    IncidentKind,
    IncidentOutcome,
    IncidentStatus,
    InstrumentKind,
    IntakeChannel,
    NoticeRule,
    ProviderRole,
    Recipient,
    Regime,
    RequesterKind,
    SealForm,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import (
    DisclosureRequest,
    ImpactAssessment,
    Incident,
    Instrument,
    IssuingAuthority,
    LegalEntity,
    Production,
    ProviderService,
    Requester,
    RulebookVersion,
    User,
)
from tests.entries import say

_number = itertools.count(1)
SETUP = SystemActor("test")

#: A PDF every inspection accepts: one empty page, no script, no form.
PDF = Path(__file__).with_name("blank.pdf")


def make_user(role: str = "", **extra) -> User:
    """Return a new person: staff with a role word, a portal account without."""
    extra.setdefault("email", f"{role or 'portal'}{next(_number)}@example.org")
    extra.setdefault("name", (role or "portal").replace("_", " ").title())
    extra.setdefault("language", "en")
    with transaction.atomic():
        person = User.objects.create_user(
            staff_role=role, password="long-enough-1", **extra
        )
        if role:
            say(person, word="staff.added")
    return person


def make_service(code: str = "video", role: str = "hosting") -> ProviderService:
    """Return a service of ours, run by our entity since 2000."""
    starts_on = date(2000, 1, 1)
    known = ProviderService.objects.filter(code=code, starts_on=starts_on).first()
    if known is not None:
        return known
    entity = LegalEntity.objects.filter(code="ours").first()
    if entity is None:
        terms = EntityTerms(
            "云港网络科技有限公司", "Cloudport Network Technology Co., Ltd."
        )
        entity = companies.record_entity("ours", terms, actor=SETUP)
    return companies.record_service(
        code,
        ServiceTerms(entity.code, code, code, ProviderRole(role), starts_on),
        actor=SETUP,
    )


def make_authority(
    name: str = "海州市东区人民法院", kind: RequesterKind = RequesterKind.COURT
) -> IssuingAuthority:
    """Return a fictional court or authority with a published number."""
    known = IssuingAuthority.objects.filter(name=name).first()
    if known is not None:
        return known
    return authorities.record_authority(
        name,
        kind=kind,
        callback_phone="010-00000000",
        callback_source="the yearbook of courts",
        actor=SETUP,
    )


def make_requester(
    kind: RequesterKind = RequesterKind.RIGHTS_HOLDER,
    *,
    verified: bool = True,
    authority: IssuingAuthority | None = None,
    name: str = "",
) -> Requester:
    """Return a sender with a portal account."""
    user = make_user()
    requester = people.edit_profile(
        kind=kind,
        name=name or f"Sender {next(_number)}",
        authority_name=authority.name if authority else "",
        language="en",
        actor=user,
    )
    if verified:
        requester = people.verify_requester(
            requester,
            until=date(2099, 1, 1),
            note="Papers seen at the desk.",
            authority=authority,
            actor=make_user("clerk"),
        )
        if kind in STATE_REQUESTERS:
            requester = people.confirm_verification(
                requester, confirmed=True, actor=make_user("case_officer")
            )
    return requester


def make_target(
    *fields: IdentityField,
    identifier: str = "夜航船1987",
    identifier_type: IdentifierType = IdentifierType.USERNAME,
    observed_at: datetime | None = datetime(2010, 1, 1, tzinfo=UTC),
) -> TargetInput:
    """Return an account asked about."""
    return TargetInput(
        identifier_type=identifier_type,
        identifier=identifier,
        fields=tuple(
            FieldInput(field)
            for field in fields or (IdentityField.REAL_NAME, IdentityField.EMAIL)
        ),
        observed_at=observed_at,
    )


def make_intake(**changes) -> IntakeInput:
    """Return a copyright request about one account of the video service."""
    make_service()
    values = {
        "regime": Regime.COPYRIGHT,
        "targets": (make_target(),),
        "ground": "My film is shown there without my consent.",
        "claimant_name": "Claimant",
        "claimant_kind": "rights_holder",
        "authorised_by_claimant": True,
        "service_code": "video",
        "language": "en",
    }
    return IntakeInput(**(values | changes))


def make_draft(requester: Requester | None = None) -> DisclosureRequest:
    """Return a draft of a portal sender."""
    requester = requester or make_requester()
    return intake.save_draft(
        None,
        {"ground": "unfinished"},
        regime=Regime.COPYRIGHT,
        language="en",
        actor=requester.user,
    )


def submit(
    intake_input: IntakeInput | None = None, requester: Requester | None = None
) -> DisclosureRequest:
    """Return a request submitted in the portal."""
    draft = make_draft(requester)
    return intake.submit(
        draft,
        intake_input or make_intake(),
        token=uuid.uuid4(),
        actor=draft.requester.user,
    )


def register_paper(
    intake_input: IntakeInput | None = None,
    *,
    kind: RequesterKind = RequesterKind.COURT,
    name: str = "海州市东区人民法院",
    received_at: datetime | None = None,
    clerk: User | None = None,
) -> DisclosureRequest:
    """Return a request registered from paper."""
    make_service()
    if kind is RequesterKind.COURT:
        make_authority(name)
    return intake.register(
        intake_input or make_intake(),
        PaperInput(
            channel=IntakeChannel.POST,
            received_at=received_at or timezone.now() - timedelta(hours=1),
            originals_seen=True,
            requester_kind=kind,
            requester_name=name,
        ),
        token=uuid.uuid4(),
        actor=clerk or make_user("clerk"),
    )


def order(
    *fields: IdentityField,
    refused: tuple[IdentityField, ...] = (),
    ref: str = "（2026）海0101民初123号",
    addressee: str = "云港网络科技有限公司",
    **changes,
) -> InstrumentInput:
    """Return a court letter that grants `fields` and refuses `refused`."""
    items = [ItemInput(fields)] if fields else []
    if refused:
        items.append(ItemInput(refused, granted=False))
    values = {
        "kind": InstrumentKind.COURT_LETTER,
        "ref": ref,
        "items": tuple(items),
        "addressee": addressee,
        "authority_name": "海州市东区人民法院",
        "issued_on": timezone.localdate() - timedelta(days=2),
        "served_on": timezone.localdate(),
        "recipient": Recipient.COURT,
    }
    return InstrumentInput(**(values | changes))


def record_order(
    disclosure_request: DisclosureRequest,
    instrument: InstrumentInput | None = None,
    *,
    officer: User,
    authenticated: bool = True,
) -> Instrument:
    """Record an order and what the call-back found about it."""
    row = instruments.record_instrument(
        disclosure_request,
        instrument or order(IdentityField.REAL_NAME, IdentityField.EMAIL),
        actor=officer,
    )
    return instruments.authenticate_instrument(
        row,
        authenticated=authenticated,
        note="Called the published number.",
        actor=officer,
    )


def add_proofs(
    disclosure_request: DisclosureRequest,
    kinds: tuple[DocumentKind, ...],
    *,
    officer: User,
    verdict: DocumentVerdict = DocumentVerdict.ACCEPTED,
) -> None:
    """Add a file of each kind and judge it; the review must be open.

    The files are texts: to look into a PDF takes a process of its own, and what is
    found in one has tests of its own.
    """
    for kind in kinds:
        row = documents.add_document(
            disclosure_request,
            DocumentInput(kind, f"{kind}.txt", "text/plain", f"{kind}\n".encode()),
            actor=officer,
        )
        documents.review_document(
            row, verdict, reason="seen", note="Looked at.", actor=officer
        )


def make_in(
    status: S, *, officer: User | None = None, fields=(IdentityField.REAL_NAME,)
) -> DisclosureRequest:
    """Return a court's request in this status, reached through actions alone."""
    officer = officer or make_user("case_officer")
    if status == S.DRAFT:
        return make_draft()
    disclosure_request = register_paper()
    if status == S.RECEIVED:
        return disclosure_request
    disclosure_request = review.open_review(disclosure_request, actor=officer)
    if status == S.IN_REVIEW:
        return disclosure_request
    if status == S.AWAITING_REQUESTER:
        completion.ask_requester(disclosure_request, [MISSING_SEAL], actor=officer)
        return _again(disclosure_request)
    record_order(disclosure_request, order(*fields), officer=officer)
    review.decide(disclosure_request, actor=officer)
    if status == S.DECIDED:
        return _again(disclosure_request)
    return _close(_again(disclosure_request), officer)


def make_incomplete(officer: User | None = None) -> DisclosureRequest:
    """Return a rights-holder's request that waits for what is missing."""
    officer = officer or make_user("case_officer")
    disclosure_request = review.open_review(submit(), actor=officer)
    completion.ask_requester(disclosure_request, [MISSING_SEAL], actor=officer)
    return _again(disclosure_request)


MISSING_SEAL = MissingItem(
    code="seal_missing",
    what_zh="文书未加盖公章",
    what_en="The document has no seal",
    cure_zh="请补送加盖公章的原件",
    cure_en="Send the sealed original",
)


def _again(disclosure_request: DisclosureRequest) -> DisclosureRequest:
    return DisclosureRequest.objects.get(pk=disclosure_request.pk)


def _close(disclosure_request: DisclosureRequest, officer: User) -> DisclosureRequest:
    answer = produce(disclosure_request, P.RELEASED, officer=officer)
    return closing.close(answer.disclosure_request, actor=officer)


def produce(
    disclosure_request: DisclosureRequest,
    status: P,
    *,
    officer: User | None = None,
) -> Production:
    """Return an answer to a decided request, in this status."""
    officer = officer or make_user("case_officer")
    _look_up_all(disclosure_request, officer)
    answer = production.prepare(_again(disclosure_request), actor=officer)
    ensure_weighed(answer)
    if status == P.CANCELLED:
        return production.cancel_production(answer, reason="test", actor=officer)
    for reached, step in (
        (P.PREPARING, _put_before_another),
        (P.AWAITING_APPROVAL, _approve_and_seal),
        (P.SEALED, _release),
    ):
        if status == reached:
            return answer
        answer = step(answer, officer)
    return _after_release(answer, status, officer)


def _look_up_all(disclosure_request: DisclosureRequest, officer: User) -> None:
    for target in disclosure_request.targets.all():
        if not target.account_ref:
            preservation.resolve_target(target, actor=officer)
        target.refresh_from_db()
        granted = target.decisions.filter(is_current=True, granted_fields__gt=0)
        if granted.exists():
            lookup.look_up(target, actor=officer)


def _put_before_another(answer: Production, officer: User) -> Production:
    return production.request_approval(answer, actor=officer)


def _approve_and_seal(answer: Production, officer: User) -> Production:
    if answer.approvals_required:
        production.approve(
            answer,
            contents_sha256=answer.contents_sha256,
            actor=make_user("approver"),
        )
    return stamp(sealing.seal(sign_off(answer), actor=officer))


def sign_off(answer: Production) -> Production:
    """Return an approved answer as it may be sealed: signed off if it goes to state."""
    answer = Production.objects.get(pk=answer.pk)
    if signing_off.needs_sign_off(answer):
        signing_off.sign_off(
            answer,
            contents_sha256=answer.contents_sha256,
            actor=make_user("team_lead"),
        )
    return answer


def stamp(answer: Production) -> Production:
    """Return a sealed answer with the company's e-seal on it, compared, if needed."""
    if not signing_off.needs_sign_off(answer):
        return answer
    form, scan = SealForm.E_SEALED, None
    if not answer.signed_by:
        form = SealForm.STAMPED
        scan = Scan("sealed.pdf", "application/pdf", PDF.read_bytes())
    seal_register.record_seal(
        answer,
        seal_register.SealUse(form, "E-1", "Seal keeper", timezone.localdate()),
        scan=scan,
        actor=make_user("clerk"),
    )
    second = make_user("approver")
    for side in Side:
        seal_register.open_side(answer, side, actor=second)
    seal_register.compare_sealed(answer, is_same=True, actor=second)
    return Production.objects.get(pk=answer.pk)


def _release(answer: Production, officer: User) -> Production:
    return delivery.release(answer, actor=officer).production


def _after_release(answer: Production, status: P, officer: User) -> Production:
    if status == P.RELEASED:
        return answer
    if status == P.RECALLED:
        return delivery.recall(answer, reason="test", actor=officer)
    if status == P.EXPIRED:
        return _expire(answer)
    return _opened(answer, status)


def _expire(answer: Production) -> Production:
    after = answer.deliveries.get().expires_at + timedelta(seconds=1)
    with time_machine.travel(after, tick=False):
        return delivery.expire(answer, actor=SystemActor("tick"))


def _opened(answer: Production, status: P) -> Production:
    recipient = make_requester(
        RequesterKind.COURT, authority=answer.recipient_authority
    )
    delivery.open_package(answer, acknowledged_name="Li Wei", actor=recipient.user)
    if status == P.PURGED:
        return closing.purge(answer, actor=make_user("team_lead"))
    return Production.objects.get(pk=answer.pk)


def make_review(
    *,
    identifier: str = "m-3002",
    more: tuple[str, ...] = (),
    fields: tuple[IdentityField, ...] = (
        IdentityField.COMPANY_NAME,
        IdentityField.BUSINESS_ADDRESS,
    ),
    requester: Requester | None = None,
    officer: User,
) -> DisclosureRequest:
    """Return a trademark request on document review, all documents accepted.

    About the account `identifier`, and about `more` of them.
    """
    make_service("market", "marketplace")
    disclosure_request = submit(
        make_intake(
            regime=Regime.TRADEMARK,
            service_code="market",
            targets=tuple(
                make_target(
                    *fields,
                    identifier=each,
                    identifier_type=IdentifierType.ACCOUNT_ID,
                    observed_at=datetime(2026, 11, 1, tzinfo=UTC),
                )
                for each in (identifier, *more)
            ),
        ),
        requester,
    )
    disclosure_request = review.open_review(disclosure_request, actor=officer)
    for target in disclosure_request.targets.all():
        preservation.resolve_target(target, actor=officer)
    add_proofs(disclosure_request, TRADEMARK_PAPERS, officer=officer)
    return _again(disclosure_request)


TRADEMARK_PAPERS = (
    DocumentKind.IDENTITY_PROOF,
    DocumentKind.BUSINESS_LICENCE,
    DocumentKind.OWNERSHIP_PROOF,
    DocumentKind.INFRINGEMENT_PROOF,
    DocumentKind.PURCHASE_RECORD,
    DocumentKind.LINK_LIST,
    DocumentKind.DECLARATION,
    DocumentKind.UNDERTAKING,
    DocumentKind.CASE_ACCEPTANCE,
    DocumentKind.POWER_OF_ATTORNEY,
)


def make_production_in(status: P, *, officer: User | None = None) -> Production:
    """Return an answer in this status, reached through actions alone."""
    officer = officer or make_user("case_officer")
    if status != P.IN_NOTICE:
        return produce(make_in(S.DECIDED, officer=officer), status, officer=officer)
    disclosure_request = make_review(officer=officer)
    review.decide(disclosure_request, actor=officer)
    answer = produce(_again(disclosure_request), P.PREPARING, officer=officer)
    planned = notice.plan_notice(
        disclosure_request.targets.get(),
        NoticeRule.REQUIRED,
        review_on=date(2099, 1, 1),
        actor=officer,
    )
    notice.give_notice(
        planned, answer, text="Somebody asks who you are.", actor=officer
    )
    return Production.objects.get(pk=answer.pk)


def make_incident(
    kind: IncidentKind = IncidentKind.WRONG_RECIPIENT,
    *,
    answer: Production | None = None,
    bound: DisclosureRequest | None = None,
    officer: User | None = None,
    **facts,
) -> Incident:
    """Return an incident reported in words, about an answer, a request or neither."""
    of = answer.disclosure_request if answer else bound
    facts.setdefault("what", "The letter went to somebody else.")
    if answer:
        facts.setdefault("productions", (answer,))
    return reporting.open_incident(
        of,
        kind,
        reporting.IncidentFacts(**facts),
        actor=officer or make_user("case_officer"),
    )


def make_incident_in(
    status: IncidentStatus,
    *,
    kind: IncidentKind = IncidentKind.LEAK,
    officer: User | None = None,
    **facts,
) -> Incident:
    """Return an incident in this status, reached through actions alone."""
    officer = officer or make_user("case_officer")
    incident = make_incident(kind, officer=officer, **facts)
    if status == IncidentStatus.OPEN:
        return incident
    incident = measures.contain(incident, note="Access was taken away.", actor=officer)
    if status == IncidentStatus.CONTAINED:
        return incident
    incident = incident_closing.propose_closing(
        incident,
        outcome=IncidentOutcome.UNFOUNDED,
        root_cause="The file held test data.",
        corrective="",
        actor=officer,
    )
    if status == IncidentStatus.AWAITING_CLOSING:
        return incident
    return incident_closing.close_incident(incident, actor=make_user("team_lead"))


def ensure_weighed(answer: Production) -> None:
    """Have the rules of an answer assessed, and its deviations, where nobody did."""
    found = case_assessments.coverage(answer)
    if not found.is_needed:
        return
    for each in found.missing_rules:
        make_assessment(each.rule, version=each.rulebook)
    if found.form_missing:
        form = case_assessments.write_case_assessment(
            answer,
            necessity="The document names it.",
            risk="The person is young.",
            measures="Only what is named leaves.",
            actor=make_user("case_officer"),
        )
        case_assessments.decide_case_assessment(
            form, approved=True, actor=make_user("team_lead")
        )


WEIGHING = Weighing(
    purpose="To answer the document.",
    necessity="Only what is named leaves.",
    risk="The recipient learns who it is.",
    measures="Two people look at it.",
)


def make_assessment(
    rule: str, *, version: RulebookVersion | None = None, in_force: bool = True
) -> ImpactAssessment:
    """Return an assessment of a rule, approved by another unless it stays a draft."""
    row = assessments.write_assessment(
        rule, WEIGHING, version=version, actor=make_user("case_officer")
    )
    if not in_force:
        return row
    return assessments.approve_assessment(row, actor=make_user("team_lead"))
