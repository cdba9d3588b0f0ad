"""When the impact of an answer on the person has to be weighed, and how.

The Personal Information Protection Law wants an assessment before personal
information is provided to others (art. 55) and says what it weighs (art. 56). One
weighing of a rule covers every answer under it that is as the rule foresees; what
departs from it is weighed in a short form of its own.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from disclosure.domain.fields import sensitivity as sensitivity_of
from disclosure.domain.fields import spec
from disclosure.domain.rules import Rule
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    DataCategory,
    Deviation,
    FieldClass,
    GateKind,
    IdentityField,
    LawfulBasis,
    RequesterKind,
    Sensitivity,
)

CITATION_ZH: Final = "个人信息保护法第五十五条、第五十六条"
CITATION_EN: Final = "Personal Information Protection Law arts. 55, 56"
VERIFIED: Final = True

#: Days an assessment is valid unless its writer says otherwise: house practice.
STANDARD_VALIDITY_DAYS: Final = 365
LONGEST_VALIDITY_DAYS: Final = 3 * 365
#: Days before its review date at which the team leads are reminded.
REVIEW_NOTICE_DAYS: Final = 30

_SPECIAL_CLASSES: Final = frozenset(
    {FieldClass.BIOMETRIC, FieldClass.SPECIAL, FieldClass.COMMUNICATION}
)
_OF_A_COMPANY: Final = frozenset({FieldClass.BUSINESS})


@dataclass(frozen=True, slots=True)
class Volume:
    """From how much on an answer is no longer what a rule's assessment foresaw."""

    accounts: int = 20
    values: int = 500


@dataclass(frozen=True, slots=True)
class Exposure:
    """What one answer hands over about one account.

    `fields` are those released, `values` how many values they hold.
    """

    holder_kind: AccountHolderKind
    is_minor: bool | None
    fields: frozenset[IdentityField]
    values: int
    overridden: bool = False


def needs_assessment(exposures: Iterable[Exposure]) -> bool:
    """Whether an answer hands over anything of a natural person.

    An enterprise's own business data is nobody's personal information; a holder of
    unknown kind counts as a person, and so does whoever represents an enterprise.
    """
    return any(_of_a_person(each) for each in exposures)


def _of_a_person(exposure: Exposure) -> bool:
    if not exposure.fields:
        return False
    if exposure.holder_kind is not AccountHolderKind.ENTERPRISE:
        return True
    return any(
        spec(field).field_class not in _OF_A_COMPANY
        or spec(field).category is DataCategory.REPRESENTATIVE
        for field in exposure.fields
    )


def deviations(
    exposures: Iterable[Exposure],
    requester_kind: RequesterKind,
    *,
    treat_id_number_as_sensitive: bool = True,
    volume: Volume | None = None,
) -> tuple[Deviation, ...]:
    """Return why the rule's assessment alone does not cover an answer, if anything.

    In the order of the vocabulary, each once. A minor, sensitive fields (art. 28),
    special categories, a house override of the rule, a foreign authority behind the
    request, and more accounts or values than usual.
    """
    limit = volume or Volume()
    handed = [each for each in exposures if each.fields]
    released = frozenset(field for each in handed for field in each.fields)
    found = {
        Deviation.MINOR: any(each.is_minor for each in handed),
        Deviation.SENSITIVE_FIELDS: any(
            sensitivity_of(
                field, treat_id_number_as_sensitive=treat_id_number_as_sensitive
            )
            is Sensitivity.SENSITIVE
            for field in released
        ),
        Deviation.SPECIAL_CATEGORIES: any(
            spec(field).field_class in _SPECIAL_CLASSES for field in released
        ),
        Deviation.OVERRIDE: any(each.overridden for each in handed),
        Deviation.FOREIGN_AUTHORITY: bool(handed)
        and requester_kind is RequesterKind.FOREIGN_AUTHORITY,
        Deviation.UNUSUAL_VOLUME: len(handed) > limit.accounts
        or sum(each.values for each in handed) > limit.values,
    }
    return tuple(word for word in Deviation if found[word])


def may_be_assessed(rule: Rule) -> bool:
    """Whether anything can be handed over under the rule at all."""
    return (
        not rule.draft
        and rule.gate is not GateKind.NONE_SUFFICES
        and rule.lawful_basis is not LawfulBasis.NONE
        and not rule.reference
    )


def rule_sha256(rule: Rule) -> str:
    """Return the digest of what a rule says, its wordings of findings apart.

    Two rulebooks in which the rule reads the same give the same digest.
    """
    said = json.dumps(
        _plain(rule), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(said.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        compared = (each.name for each in fields(value) if each.compare)
        return {name: _plain(getattr(value, name)) for name in compared}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(str(each) for each in value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int) else str(value)


@dataclass(frozen=True, slots=True)
class Weighing:
    """The four things an assessment says (art. 56)."""

    purpose: str
    necessity: str
    risk: str
    measures: str

    def missing(self) -> tuple[str, ...]:
        """Return the names of the parts that say nothing yet."""
        parts = ("purpose", "necessity", "risk", "measures")
        return tuple(name for name in parts if not getattr(self, name).strip())


@lru_cache(maxsize=1)
def _starters() -> Mapping[str, Any]:
    path = files("disclosure.domain").joinpath("assessments_cn", "starters.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def starter(rule: Rule, language: str) -> Weighing:
    """Return a text to begin from, for the gate of the rule: a person completes it.

    In Chinese or English; another language falls back to Chinese. It is a draft and
    covers nothing until somebody wrote it down and somebody else approved it.
    """
    word = "en" if language == "en" else "zh"
    parts = _starters()[rule.gate.value]
    title = rule.title.en if word == "en" else rule.title.zh
    return Weighing(
        **{
            name: parts[f"{name}_{word}"].strip().replace("{rule}", title)
            for name in ("purpose", "necessity", "risk", "measures")
        }
    )
