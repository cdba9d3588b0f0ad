"""Which connector answers for a target, and the account it is asked about."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE
from disclosure.actions.base import Impossible
from disclosure.domain.vocabulary import AccountHolderKind
from disclosure.holdings.contract import AccountRef, ServiceRef
from disclosure.holdings.guard import GuardedConnector
from disclosure.holdings.registry import connector_for
from disclosure.models import ProviderService, TargetAccount


def service_of(target: TargetAccount) -> ProviderService:
    """Return the service a target belongs to; raises `Impossible` when unknown."""
    service = target.service or target.disclosure_request.service
    if service is None:
        raise Impossible(
            "no_service", _("Record first which of our services is meant.")
        )
    return service


def connector_of(target: TargetAccount) -> GuardedConnector:
    """Return the guarded connector of the target's service as it is run today.

    Raises `ConnectorError` for a service of another company or without connector.
    """
    return connector_of_service(service_of(target))


def connector_of_service(service: ProviderService) -> GuardedConnector:
    """Return the guarded connector of a service as it is run today; as above."""
    ref = ServiceRef(
        code=service.code,
        entity_code=service.entity.code,
        is_ours=service.entity.is_ours,
        starts_on=service.starts_on,
        ends_on=service.ends_on,
    )
    return connector_for(ref, on=timezone.now().astimezone(LEGAL_ZONE).date())


def account_ref(target: TargetAccount) -> AccountRef:
    """Return the account a target was resolved to; raises `Impossible` before."""
    if not target.account_ref:
        raise Impossible("not_resolved", _("Find out first which account is meant."))
    return AccountRef(
        service_code=service_of(target).code,
        ref=target.account_ref,
        holder_kind=AccountHolderKind(target.account_holder_kind),
        is_minor=target.is_minor,
        retention_ends_on=target.retention_ends_on,
    )
