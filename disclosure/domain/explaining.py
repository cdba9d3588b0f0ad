"""A ruling in plain lines, Chinese and English together, for a lawyer to read."""

from collections.abc import Iterable, Iterator, Mapping

from disclosure.domain.evaluation import deadline_json
from disclosure.domain.fields import spec
from disclosure.domain.periods import Period
from disclosure.domain.rulebook import Rulebook
from disclosure.domain.rules import TextCatalogue
from disclosure.domain.types import (
    Evaluation,
    FieldDisposition,
    Finding,
    RequiredDocument,
    TargetResult,
    TargetRuling,
    Text,
)
from disclosure.domain.vocabulary import (
    DeadlineKind,
    Disposition,
    DocumentVerdict,
    Outcome,
    Result,
)

_MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.UNKNOWN: "?"}

_RESULTS: Mapping[str, Text] = {
    Result.GRANTED: Text("全部提供", "granted"),
    Result.PARTLY_GRANTED: Text("部分提供", "partly granted"),
    Result.REFUSED: Text("不予提供", "refused"),
    Result.NOT_HELD: Text("经查询未留存", "not held"),
    Result.PENDING: Text("待定", "pending"),
    Result.REFERRED: Text("转办", "referred"),
    Result.WITHDRAWN: Text("已撤回", "withdrawn"),
    "full": Text("全部办理", "full"),
    "partial": Text("部分办理", "partial"),
    "none": Text("未办理", "none"),
}

_DISPOSITIONS: Mapping[Disposition, Text] = {
    Disposition.RELEASED: Text("提供", "released"),
    Disposition.NOT_REQUESTED: Text("未申请", "not requested"),
    Disposition.NOT_ORDERED: Text("文书未载明", "not ordered"),
    Disposition.BARRED: Text("不得提供", "barred"),
    Disposition.NOT_HELD: Text("未留存", "not held"),
    Disposition.LOST: Text("已灭失", "lost"),
    Disposition.WITHHELD_ON_OBJECTION: Text("异议成立不提供", "withheld on objection"),
}


_DEADLINES: Mapping[DeadlineKind, Text] = {
    DeadlineKind.ACKNOWLEDGE: Text("收件回执", "acknowledgement"),
    DeadlineKind.ANSWER_INTERNAL: Text("内部答复时限", "internal answer"),
    DeadlineKind.INSTRUMENT_VALIDITY: Text("文书有效期", "validity of the document"),
}

_MISSING = Text("未提交", "missing")


def explain(evaluation: Evaluation, rulebook: Rulebook) -> Iterator[str]:
    """Yield the lines of the whole answer."""
    ruling = evaluation.ruling
    yield _pair("结果 / Result", _RESULTS[evaluation.result], str(evaluation.result))
    if evaluation.compliance:
        yield _pair(
            "文书办理 / Compliance",
            _RESULTS[str(evaluation.compliance)],
            str(evaluation.compliance),
        )
    yield f"规则库 / Rulebook: {ruling.rulebook_version}"
    yield f"收到日期 / Received: {ruling.received_on.isoformat()}（Asia/Shanghai）"
    for target, result in zip(ruling.targets, evaluation.targets, strict=True):
        yield ""
        yield from _target(target, result, rulebook)


def _target(
    ruling: TargetRuling, result: TargetResult, rulebook: Rulebook
) -> Iterator[str]:
    texts = rulebook.texts
    yield f"== 账号 / Account {ruling.target_id} =="
    yield _pair("结果 / Result", _RESULTS[result.result], str(result.result))
    if ruling.rule_id and ruling.rule_title and ruling.rule_citation:
        yield _pair("规则 / Rule", ruling.rule_title, ruling.rule_id)
        yield from _quoted("依据 / Citation", ruling.rule_citation)
        if not ruling.rule_verified:
            yield "  （条文未经核对 / text not verified against the official source）"
    else:
        yield "规则 / Rule: 无 / none"
    if ruling.gate:
        yield _pair("提供条件 / Gate", texts.label(ruling.gate), str(ruling.gate))
    for name, value in (
        ("接收方 / Recipient", ruling.recipient),
        ("处理依据 / Lawful basis", ruling.lawful_basis),
        ("用户告知 / Notice", ruling.notice_rule),
    ):
        yield _pair(name, texts.label(value), str(value))
    yield f"审批人数 / Approvals: {ruling.approvals}"
    if ruling.internal_override:
        yield "!! 内部特批 / INTERNAL OVERRIDE !!"
    if ruling.escalated:
        yield "!! 已上报人工研判 / ESCALATED !!"
    findings = (*ruling.findings, *result.findings)
    yield from _section(
        "审查意见 / Findings",
        (line for one in findings for line in _finding(one, ruling.rule_citation)),
    )
    yield from _section(
        "信息项 / Fields",
        (line for row in result.dispositions for line in _field(row)),
    )
    yield from _section(
        "材料 / Documents", (_document(one, texts) for one in ruling.required_documents)
    )
    yield from _section(
        "补正方式 / Cures",
        (line for cure in ruling.cures for line in _bullet(cure)),
    )
    yield from _section("期限 / Deadlines", _deadlines(ruling))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    body = list(lines)
    if body:
        yield f"{title}:"
        yield from body


def _pair(name: str, text: Text, code: str) -> str:
    return f"{name}: {text.zh} / {text.en} [{code}]"


def _quoted(name: str, text: Text) -> Iterator[str]:
    yield f"{name}: {text.zh}"
    yield f"    {text.en}"


def _bullet(text: Text) -> Iterator[str]:
    yield f"  - {text.zh}"
    yield f"    {text.en}"


def _finding(finding: Finding, usual: Text | None) -> Iterator[str]:
    """The citation is printed where it differs from the rule's own."""
    passed = finding.decisive or finding.outcome is Outcome.PASS
    weight = "" if passed else "（仅记录 / recorded only）"
    yield f"  {_MARKS[finding.outcome]} {finding.reason.zh}{weight} [{finding.code}]"
    yield f"    {finding.reason.en}"
    if finding.citation and finding.citation != usual:
        yield f"    § {finding.citation.zh} / {finding.citation.en}"


def _field(row: FieldDisposition) -> Iterator[str]:
    label = spec(row.field).label
    end = _DISPOSITIONS[row.disposition]
    yield (
        f"  {label.zh} / {label.en} [{row.field}] {_days(row.period)}"
        f" → {end.zh} / {end.en} [{row.disposition}]"
    )
    yield f"    {row.reason.zh}"
    yield f"    {row.reason.en}"


def _days(period: Period) -> str:
    if period.unlimited:
        return "（不限期间 / no limit in time）"
    start = period.start.isoformat() if period.start else "…"
    end = period.end.isoformat() if period.end else "…"
    return f"{start} — {end}"


def _document(document: RequiredDocument, texts: TextCatalogue) -> str:
    need = "必需 / required" if document.required else "可补充 / welcome"
    label = document.label
    state = _MISSING
    if document.state != "missing":
        state = texts.label(DocumentVerdict(document.state))
    return (
        f"  - {label.zh} / {label.en}（{need}）: "
        f"{state.zh} / {state.en} [{document.state}]"
    )


def _deadlines(ruling: TargetRuling) -> Iterator[str]:
    for deadline in ruling.deadlines:
        said = deadline_json(deadline)
        name = _DEADLINES.get(deadline.kind, Text(deadline.kind, deadline.kind))
        yield f"  - {name.zh} / {name.en} [{deadline.kind}]: {said['due_on']}"
        yield f"    {deadline.source.zh} / {deadline.source.en}"
