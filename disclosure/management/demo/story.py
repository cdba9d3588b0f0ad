"""The hands that tell a case: one method for each step of a request's life."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from disclosure.access import LEGAL_ZONE, SystemActor
from disclosure.actions import (
    completion,
    delivery,
    documents,
    instruments,
    intake,
    preservation,
    production,
    receipts,
    review,
)
from disclosure.actions.finding import choosing, lookup
from disclosure.actions.inputs import (
    DocumentInput,
    InstrumentInput,
    IntakeInput,
    MissingItem,
    PaperInput,
)
from disclosure.actions.making import sealing
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    DocumentKind,
    DocumentVerdict,
    IntakeChannel,
    ProductionKind,
    ReferralKind,
    RequesterKind,
)
from disclosure.holdings.contract import AccountRef
from disclosure.management.demo import paperwork
from disclosure.management.demo.case import Case, token_of
from disclosure.management.demo.papers import TITLES, paper
from disclosure.management.demo.past import Past
from disclosure.management.demo.people import Cast
from disclosure.management.demo.weighing import weigh
from disclosure.models import (
    Delivery,
    DisclosureRequest,
    Instrument,
    Production,
    TargetAccount,
    User,
)

#: Services whose data a person looks up.
BY_HAND: Final = frozenset({"archive"})


@dataclass(slots=True)
class Story:
    """Tells one case. Every step is an action by the person whose work it is."""

    case: Case
    cast: Cast
    past: Past
    officer_key: str = ""

    @property
    def officer(self) -> User:
        """Who reviews and decides this case: one of the two, the same every time."""
        usual = "officer2" if self.case.token.int % 3 == 0 else "officer"
        return self.cast[self.officer_key or usual]

    # How it comes in

    def filed(
        self,
        sender: str,
        asked: IntakeInput,
        *,
        papers: Iterable[DocumentKind] = (),
        instrument: InstrumentInput | None = None,
    ) -> DisclosureRequest:
        """Have a portal account submit it, with its papers."""
        user = self.cast[sender]
        draft = intake.save_draft(
            None, {}, regime=asked.regime, language=asked.language, actor=user
        )
        for kind in papers:
            self.paper(draft, kind, actor=user)
        if instrument is None:
            return intake.submit(draft, asked, token=self.case.token, actor=user)
        self.paper(draft, None, title=instrument.ref, actor=user)
        return instruments.submit_with_instrument(
            draft, asked, instrument, token=self.case.token, actor=user
        )

    def registered(
        self,
        asked: IntakeInput,
        *,
        kind: RequesterKind,
        name: str = "",
        sender: str = "",
        channel: IntakeChannel = IntakeChannel.POST,
        received_at: datetime | None = None,
    ) -> DisclosureRequest:
        """Have the clerk register it from paper and confirm receipt.

        `sender` names a portal account that is known; `received_at` a day long gone.
        """
        disclosure_request = intake.register(
            asked,
            PaperInput(
                channel=channel,
                received_at=received_at or self.past.now(),
                originals_seen=True,
                courier_number="YZ000000001CN"
                if channel is IntakeChannel.COURIER
                else "",
                requester_id=str(self.cast.profile(sender).pk) if sender else "",
                requester_kind=kind,
                requester_name=name,
            ),
            token=self.case.token,
            actor=self.cast["clerk"],
        )
        self.past.wait(minutes=20)
        return intake.acknowledge(disclosure_request, actor=self.cast["clerk"])

    def paper(
        self,
        disclosure_request: DisclosureRequest,
        kind: DocumentKind | None,
        *,
        title: str = "",
        actor: User | None = None,
    ) -> None:
        """Add a file of this kind."""
        title = title or (TITLES[kind] if kind else self.case.title)
        documents.add_document(
            disclosure_request,
            DocumentInput(
                kind, f"{title}.pdf", "application/pdf", paper(title, self.case.title)
            ),
            actor=actor or self.officer,
        )

    # How it is judged

    def reviewed(
        self,
        disclosure_request: DisclosureRequest,
        verdicts: Mapping[DocumentKind, DocumentVerdict] | None = None,
        **facts: Any,
    ) -> DisclosureRequest:
        """Open the review, find out the accounts, judge the papers, note the facts.

        Papers without a verdict of their own are accepted.
        """
        self.past.wait(hours=2)
        disclosure_request = review.open_review(disclosure_request, actor=self.officer)
        for target in disclosure_request.targets.order_by("label"):
            self.resolved(target)
        for row in disclosure_request.documents.exclude(kind="").order_by(
            "received_at"
        ):
            self.past.wait(minutes=6)
            kind = DocumentKind(row.kind)
            verdict = (verdicts or {}).get(kind, DocumentVerdict.ACCEPTED)
            if verdict is DocumentVerdict.PENDING:
                continue
            accepted = verdict is DocumentVerdict.ACCEPTED
            documents.review_document(
                row,
                verdict,
                note="" if accepted else "与出具单位核对：编号查无记录，印章样式不符。",
                actor=self.officer,
            )
        if facts:
            disclosure_request = review.record_facts(
                disclosure_request,
                **({"authorised_by_claimant": True} | facts),
                actor=self.officer,
            )
        return disclosure_request

    def resolved(self, target: TargetAccount) -> None:
        """Find out which account is meant; the archive's are found by hand."""
        service = target.service or target.disclosure_request.service
        if service is None:
            return
        if service.code in BY_HAND:
            choice = choosing.choose_account(
                target,
                AccountRef(
                    service.code,
                    f"a-{target.identifier}",
                    AccountHolderKind.NATURAL_PERSON,
                    is_minor=False,
                ),
                reason="在停用系统的备份索引中按用户名查得唯一结果。",
                actor=self.officer,
            )
            choosing.confirm_account(choice, actor=self.cast["approver"])
        elif service.entity.is_ours and service.code != "broadband":
            preservation.resolve_target(target, actor=self.officer)

    def ordered(
        self,
        disclosure_request: DisclosureRequest,
        instrument: InstrumentInput,
        *,
        genuine: bool | None = True,
    ) -> Instrument:
        """Record an instrument and what the call-back found; None: not called yet."""
        self.past.wait(minutes=25)
        row = instruments.record_instrument(
            disclosure_request, instrument, actor=self.officer
        )
        return row if genuine is None else self.called_back(row, genuine=genuine)

    def called_back(self, row: Instrument, *, genuine: bool = True) -> Instrument:
        """Call the published number and record the answer."""
        self.past.wait(minutes=15)
        return instruments.authenticate_instrument(
            row,
            authenticated=genuine,
            note=(
                "拨打政务公开目录所载电话，承办人确认文书属实。"
                if genuine
                else "拨打政务公开目录所载电话，对方称未出具该文书。"
            ),
            actor=self.officer,
        )

    def asked_back(
        self, disclosure_request: DisclosureRequest, *items: MissingItem
    ) -> None:
        """Ask the sender for what is missing."""
        self.past.wait(hours=1)
        completion.ask_requester(
            disclosure_request,
            items,
            text="请在期限内补正，逾期将按现有材料结案。",
            actor=self.officer,
        )

    def decided(
        self, disclosure_request: DisclosureRequest, note: str = ""
    ) -> DisclosureRequest:
        """Decide, and hand the duties of a refusal to their owners."""
        self.past.wait(hours=3)
        review.evaluate(disclosure_request, actor=self.officer)
        decisions = review.decide(disclosure_request, note=note, actor=self.officer)
        wanted = {
            ReferralKind(kind)
            for decision in decisions
            for kind in decision.ruling.get("referrals", [])
        }
        for kind in sorted(wanted):
            self.past.wait(minutes=4)
            preservation.refer(
                disclosure_request, kind, self.cast["clerk"], actor=self.officer
            )
        return self.again(disclosure_request)

    def handled(self, disclosure_request: DisclosureRequest, proof: str) -> None:
        """Have the duties that were referred done, with their proof."""
        self.past.wait(hours=3)
        for referral in disclosure_request.referrals.order_by("kind"):
            preservation.complete_referral(
                referral, proof=proof, actor=self.cast["clerk"]
            )

    def looked_up(
        self,
        disclosure_request: DisclosureRequest,
        rows: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """Look up what is held of all that was granted; `rows` for the archive."""
        self.past.wait(minutes=30)
        for target in disclosure_request.targets.order_by("label"):
            granting = target.decisions.filter(
                is_current=True, granted_fields__isnull=False
            )
            if not granting.exists():
                continue
            if rows:
                lookup.enter_holdings(target, rows, actor=self.officer)
            else:
                lookup.look_up(target, actor=self.officer)

    # How it is answered

    def prepared(
        self, disclosure_request: DisclosureRequest, *labels: str
    ) -> Production:
        """Prepare the answer for these accounts, or for all."""
        self.past.wait(minutes=20)
        return production.prepare(
            self.again(disclosure_request), labels=labels or None, actor=self.officer
        )

    def returning(
        self, disclosure_request: DisclosureRequest, reason: str
    ) -> Production:
        """Prepare the letter that returns it."""
        self.past.wait(minutes=20)
        return production.prepare_return(
            self.again(disclosure_request), reason=reason, actor=self.officer
        )

    def put_forward(self, answer: Production) -> Production:
        """Put it before the second person, with what it rests on weighed."""
        self.past.wait(minutes=10)
        answer = production.request_approval(answer, actor=self.officer)
        weigh(answer, self.cast, officer=self.officer)
        return answer

    def sealed(self, answer: Production) -> Production:
        """Have it approved, where it must be, and seal it."""
        answer = self.put_forward(answer)
        approvers = ("approver", "lead")[: answer.approvals_required]
        for key in approvers:
            self.past.wait(hours=1)
            production.approve(
                answer, contents_sha256=answer.contents_sha256, actor=self.cast[key]
            )
        paperwork.sign_off(answer, self.cast, self.past)
        self.past.wait(minutes=5)
        sealing.begin_sealing(answer, actor=self.officer)
        paperwork.sequence()
        return sealing.finish_sealing(answer, seconds=0, actor=self.officer)

    def released(
        self, answer: Production, channel: IntakeChannel = IntakeChannel.PORTAL
    ) -> Production:
        """Seal and release it. Raises ValueError when the law says no at the end."""
        answer = self.sealed(answer)
        paperwork.stamp(answer, self.cast, self.past)
        self.past.wait(minutes=15)
        outcome = delivery.release(answer, channel=channel, actor=self.officer)
        if outcome.delivery is None:
            codes = [finding.code for finding in outcome.findings]
            raise ValueError(f"{self.case.key}: release refused, {codes}")
        return outcome.production

    def answered(
        self,
        disclosure_request: DisclosureRequest,
        *labels: str,
        channel: IntakeChannel = IntakeChannel.PORTAL,
    ) -> Production:
        """Prepare, approve, seal and release in one go."""
        return self.released(self.prepared(disclosure_request, *labels), channel)

    def opened(self, answer: Production, reader: str) -> Delivery:
        """Have the recipient acknowledge receipt, by account or by signed receipt."""
        self.past.wait(days=1)
        row = answer.deliveries.latest("released_at")
        if row.channel == IntakeChannel.PORTAL:
            user = self.cast[reader]
            opened = delivery.open_package(
                answer, acknowledged_name=user.name, actor=user
            )
            if answer.kind == ProductionKind.ANSWER:
                delivery.download(self.current(answer), actor=user)
            return opened
        return receipts.hand_over(
            answer,
            received_by=reader,
            identity=paperwork.shown_at_the_desk(row),
            actor=self.cast["clerk"],
        )

    @staticmethod
    def request_of(key: str) -> DisclosureRequest | None:
        """Return the request of another case, None while it is not made."""
        return DisclosureRequest.objects.filter(submission_token=token_of(key)).first()

    @staticmethod
    def again(disclosure_request: DisclosureRequest) -> DisclosureRequest:
        """Return the request as it stands now."""
        return DisclosureRequest.objects.get(pk=disclosure_request.pk)

    @staticmethod
    def current(answer: Production) -> Production:
        """Return the answer as it stands now."""
        return Production.objects.get(pk=answer.pk)


#: What does by itself what time brings.
TICK: Final = SystemActor("tick")


def beijing(year: int, month: int, day: int, hour: int = 10) -> datetime:
    """Return a time of that day in the legal zone."""
    return datetime(year, month, day, hour, tzinfo=LEGAL_ZONE)
