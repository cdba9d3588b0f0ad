"""The demo's impact assessments: written by an officer, approved by the lead."""

from disclosure.actions.law import assessments, case_assessments
from disclosure.actions.law.rulebooks import book_of
from disclosure.domain.assessments import starter
from disclosure.management.demo.people import Cast
from disclosure.models import Production, User

CHINESE = "zh-hans"
NECESSITY = "文书逐项写明该信息项，缺少该项不足以履行文书所定义务。"
RISK = "该信息项较为敏感，一旦误送或者扩散，当事人可能遭受财产损失或者名誉损害。"
MEASURES = (
    "逐值查看留痕，由第二人复核；仅向文书载明的接收方交付，要求签收，期满即销毁密钥。"
)


def weigh(answer: Production, cast: Cast, *, officer: User) -> None:
    """Have what an answer rests on weighed, where nobody did so before."""
    found = case_assessments.coverage(answer)
    if not found.is_needed:
        return
    for each in found.missing_rules:
        rule = book_of(each.rulebook).rule(each.rule)
        row = assessments.write_assessment(
            rule.id,
            starter(rule, CHINESE),
            language=CHINESE,
            from_starter=True,
            version=each.rulebook,
            actor=officer,
        )
        assessments.approve_assessment(row, actor=cast["lead"])
    if found.form_missing:
        form = case_assessments.write_case_assessment(
            answer,
            necessity=NECESSITY,
            risk=RISK,
            measures=MEASURES,
            actor=officer,
        )
        case_assessments.decide_case_assessment(form, approved=True, actor=cast["lead"])
