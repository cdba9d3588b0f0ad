"""The paper side of the demo's answers to courts: signed off, stamped, compared."""

from pathlib import Path

from django.conf import settings
from django.utils import timezone

from disclosure.access import LEGAL_ZONE
from disclosure.actions import signing_off
from disclosure.actions.paper import seal_register
from disclosure.actions.paper.files import Scan
from disclosure.actions.paper.seal_register import SealUse
from disclosure.actions.paper.second_looks import Side
from disclosure.audit.configured import sequencer
from disclosure.domain.vocabulary import DeliveryChannel, IdentitySeen, SealForm
from disclosure.management.demo.papers import paper
from disclosure.management.demo.past import Past
from disclosure.management.demo.people import Cast
from disclosure.models import Delivery, Production


def sign_off(answer: Production, cast: Cast, past: Past) -> None:
    """Have the lead sign it off, where it goes to a court or authority."""
    if signing_off.needs_sign_off(answer):
        past.wait(minutes=30)
        signing_off.sign_off(
            Production.objects.get(pk=answer.pk),
            contents_sha256=answer.contents_sha256,
            actor=cast["lead"],
        )


def stamp(answer: Production, cast: Cast, past: Past) -> None:
    """Have it stamped, scanned and compared, where it was signed off."""
    if signing_off.sign_off_of(answer) is None:
        return
    past.wait(hours=1)
    use = SealUse(
        SealForm.STAMPED,
        f"YZ-{answer.disclosure_request.reference}-{answer.number}",
        "公章保管人",
        timezone.now().astimezone(LEGAL_ZONE).date(),
    )
    scan = Scan(
        "sealed.pdf", "application/pdf", paper("盖章文书扫描件", use.register_number)
    )
    seal_register.record_seal(answer, use, scan=scan, actor=cast["clerk"])
    past.wait(minutes=15)
    for side in Side:
        seal_register.open_side(answer, side, actor=cast["approver"])
    seal_register.compare_sealed(answer, is_same=True, actor=cast["approver"])


def shown_at_the_desk(row: Delivery) -> IdentitySeen | None:
    """Return what the collector showed, for an answer handed over at the desk."""
    return IdentitySeen.WORK_CARD if row.channel == DeliveryChannel.DESK else None


def sequence() -> None:
    """Do what the sequencer does, which does not run yet while the demo is loaded."""
    if Path(settings.CHECKPOINT_KEY_FILE).exists():
        sequencer().run_until_idle()
