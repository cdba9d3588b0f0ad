"""Who is told by mail of what became of an answer, in the transaction that made it so.

Only those are told who may also see it: an account that merely claims to be a court
learns nothing, not even that there is an answer.
"""

from datetime import date

from disclosure.actions import audience
from disclosure.domain.vocabulary import ProductionKind, StaffRole
from disclosure.models import (
    AccountChoice,
    Delivery,
    Message,
    Objection,
    Production,
    User,
)
from disclosure.notifications import queue


def tell_released(delivery: Delivery, *, until: date) -> None:
    """Tell the recipient's accounts that there is an answer, or a letter of refusal."""
    production = delivery.production
    is_answer = production.kind in {ProductionKind.ANSWER, ProductionKind.NOT_HELD}
    _tell_recipients(
        production,
        "package_released" if is_answer else "refused",
        f"released:{delivery.pk}",
        until=until,
    )


def tell_opened(delivery: Delivery, opener: User) -> None:
    """Tell whoever acknowledged receipt, lest somebody else did it in their name."""
    queue(
        "package_opened",
        to=opener,
        language=opener.language,
        context={},
        dedupe_key=f"opened:{delivery.pk}",
        disclosure_request=delivery.production.disclosure_request,
        production=delivery.production,
    )


def tell_blocked(production: Production) -> None:
    """Tell the recipient's accounts that what was released was taken back."""
    _tell_recipients(production, "delivery_blocked", f"blocked:{production.pk}")


def tell_purged(production: Production) -> None:
    """Tell the recipient's accounts that the values they were given are destroyed."""
    _tell_recipients(production, "package_purged", f"purged:{production.pk}")


def tell_objection(objection: Objection) -> None:
    """Tell the case team that an account holder objected."""
    for person in audience.case_team(objection.disclosure_request):
        queue(
            "objection_received",
            to=person,
            language=person.language,
            context={},
            dedupe_key=f"objection:{objection.pk}:{person.pk}",
            disclosure_request=objection.disclosure_request,
        )


def tell_appeal(appeal: Message) -> None:
    """Tell the team leads that a sender appealed: they choose who looks again."""
    for person in audience.staff([StaffRole.TEAM_LEAD]):
        queue(
            "appeal_received",
            to=person,
            language=person.language,
            context={},
            dedupe_key=f"appeal:{appeal.pk}:{person.pk}",
            disclosure_request=appeal.disclosure_request,
        )


def tell_choice(choice: AccountChoice) -> None:
    """Tell whoever may confirm a choice of account that one waits."""
    disclosure_request = choice.disclosure_request
    roles = [StaffRole.APPROVER, StaffRole.TEAM_LEAD]
    for person in audience.staff(roles):
        if person.pk == choice.chosen_by_id:
            continue
        queue(
            "account_confirmation",
            to=person,
            language=person.language,
            context={},
            dedupe_key=f"choice:{choice.pk}:{person.pk}",
            disclosure_request=disclosure_request,
        )


def tell_team_changed(member: User) -> None:
    """Tell who leads, administers or audits of a role: nobody gets one silently."""
    roles = [StaffRole.TEAM_LEAD, StaffRole.ADMINISTRATOR, StaffRole.AUDITOR]
    for person in audience.staff(roles):
        if person.pk == member.pk:
            continue
        queue(
            "team_changed",
            to=person,
            language=person.language,
            context={},
            dedupe_key=f"team:{member.pk}:{member.version}:{person.pk}",
        )


def _tell_recipients(
    production: Production, kind: str, key: str, **context: object
) -> None:
    for profile in audience.recipients(production):
        queue(
            kind,
            to=profile,
            language=production.language,
            context=context,
            dedupe_key=f"{key}:{profile.pk}",
            disclosure_request=production.disclosure_request,
            production=production,
        )
