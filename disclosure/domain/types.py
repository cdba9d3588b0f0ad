"""What the domain takes in and gives out, under one name for the layers above.

Frozen values without behaviour but reading: facts come from a scenario file or from
the record (`fact_types`), rulings and evaluations go back to it (`ruling_types`).
"""

from disclosure.domain.fact_types import (
    DocumentFacts,
    Facts,
    HeldField,
    InstrumentFacts,
    InstrumentItemFacts,
    ObjectionFacts,
    Override,
    ProcedureFacts,
    RequestedField,
    RequesterFacts,
    SitePolicy,
    TargetFacts,
    Text,
)
from disclosure.domain.periods import Period, Periods
from disclosure.domain.ruling_types import (
    DeadlineRule,
    Evaluation,
    FieldDenial,
    FieldDisposition,
    FieldGrant,
    Finding,
    RequiredDocument,
    Ruling,
    TargetResult,
    TargetRuling,
)

__all__ = [
    "DeadlineRule",
    "DocumentFacts",
    "Evaluation",
    "Facts",
    "FieldDenial",
    "FieldDisposition",
    "FieldGrant",
    "Finding",
    "HeldField",
    "InstrumentFacts",
    "InstrumentItemFacts",
    "ObjectionFacts",
    "Override",
    "Period",
    "Periods",
    "ProcedureFacts",
    "RequestedField",
    "RequesterFacts",
    "RequiredDocument",
    "Ruling",
    "SitePolicy",
    "TargetFacts",
    "TargetResult",
    "TargetRuling",
    "Text",
]
