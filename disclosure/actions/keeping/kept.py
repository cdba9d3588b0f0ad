"""Whether a request's papers are still there: they end with its retention."""

from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import Impossible
from disclosure.models import DisclosureRequest


def require_kept(disclosure_request: DisclosureRequest) -> None:
    """Raise `Impossible` once the retention of the record has ended.

    Ask before an entry of a read is written: nothing was read where nothing is left.
    """
    if disclosure_request.record_erased_at is not None:
        raise Impossible(
            "record_erased",
            _(
                "The retention of this record has ended: its documents, letters and "
                "reasons were erased for good. What was done, by whom and when is "
                "still in the audit trail."
            ),
        )
