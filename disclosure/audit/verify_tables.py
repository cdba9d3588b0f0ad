"""Compare the record with the trail: what rows say now against what was entered.

The trail is the witness. A row that says otherwise was changed behind it: by the
owner or a superuser, since the guards refuse it to everybody else.
"""

from typing import Final

from django.db.backends.utils import CursorWrapper

from disclosure.audit.entries import Fault, FaultCode
from disclosure.audit.report import Report

#: What is compared, with a query for the rows that differ: the row, its stream, what
#: it says and what the trail says (NULL: nothing at all).
_QUERIES: Final[tuple[tuple[str, str], ...]] = (
    (
        "status of a request",
        "SELECT 'request ' || r.id, 'request:' || r.id, r.status, e.status "
        "FROM disclosure_disclosurerequest r LEFT JOIN LATERAL ("
        "  SELECT a.status FROM disclosure_auditentry a"
        "  WHERE a.subject = 'disclosure_request:' || r.id"
        "  AND a.stream = 'request:' || r.id AND a.status IS NOT NULL"
        "  ORDER BY a.stream_seq DESC LIMIT 1) e ON true "
        "WHERE r.status IS DISTINCT FROM e.status",
    ),
    (
        "status of an answer",
        "SELECT 'answer ' || p.id, 'request:' || p.disclosure_request_id, p.status, "
        "e.status FROM disclosure_production p LEFT JOIN LATERAL ("
        "  SELECT a.status FROM disclosure_auditentry a"
        "  WHERE a.subject = 'production:' || p.id"
        "  AND a.stream = 'request:' || p.disclosure_request_id"
        "  AND a.status IS NOT NULL"
        "  ORDER BY a.stream_seq DESC LIMIT 1) e ON true "
        "WHERE p.status IS DISTINCT FROM e.status",
    ),
    (
        "a request that is gone",
        "SELECT DISTINCT a.subject, a.stream, NULL, 'there' "
        "FROM disclosure_auditentry a WHERE a.subject LIKE 'disclosure\\_request:%%' "
        "AND a.status IS NOT NULL AND NOT EXISTS ("
        "  SELECT FROM disclosure_disclosurerequest r"
        "  WHERE a.subject = 'disclosure_request:' || r.id)",
    ),
    (
        "an answer that is gone",
        "SELECT DISTINCT a.subject, a.stream, NULL, 'there' "
        "FROM disclosure_auditentry a WHERE a.subject LIKE 'production:%%' "
        "AND a.status IS NOT NULL AND NOT EXISTS ("
        "  SELECT FROM disclosure_production p"
        "  WHERE a.subject = 'production:' || p.id)",
    ),
    (
        "status of an incident",
        "SELECT 'incident ' || i.id, s.stream, i.status, e.status "
        "FROM disclosure_incident i CROSS JOIN LATERAL (SELECT coalesce("
        "  'request:' || i.disclosure_request_id, 'incident:' || i.id) stream) s "
        "LEFT JOIN LATERAL (SELECT a.status FROM disclosure_auditentry a"
        "  WHERE a.subject = 'incident:' || i.id AND a.stream = s.stream"
        "  AND a.status IS NOT NULL"
        "  ORDER BY a.stream_seq DESC LIMIT 1) e ON true "
        "WHERE i.status IS DISTINCT FROM e.status",
    ),
    (
        "text of an impact assessment",
        "SELECT 'assessment ' || r.id, 'assessments', r.said, e.said FROM ("
        "  SELECT id, encode(sha256(convert_to(concat_ws(chr(31), purpose,"
        "  necessity, risk, measures), 'UTF8')), 'hex') said"
        "  FROM disclosure_impactassessment) r LEFT JOIN LATERAL ("
        "  SELECT convert_from(a.leaf, 'UTF8')::jsonb #>> '{data,weighing_sha256}' said"
        "  FROM disclosure_auditentry a WHERE a.subject = 'impactassessment:' || r.id"
        "  AND a.stream = 'assessments' AND a.action = 'assessment.written'"
        "  ORDER BY a.stream_seq DESC LIMIT 1) e ON true "
        "WHERE r.said IS DISTINCT FROM e.said",
    ),
    (
        "hash of a sealed package",
        "SELECT 'answer ' || p.id, 'request:' || p.disclosure_request_id, "
        "p.package_sha256, e.said FROM disclosure_production p LEFT JOIN LATERAL ("
        "  SELECT convert_from(a.leaf, 'UTF8')::jsonb #>> '{data,package_sha256}' said"
        "  FROM disclosure_auditentry a WHERE a.subject = 'production:' || p.id"
        "  AND a.stream = 'request:' || p.disclosure_request_id"
        "  AND a.action = 'production.sealed'"
        "  ORDER BY a.stream_seq DESC LIMIT 1) e ON true "
        "WHERE p.package_sha256 IS DISTINCT FROM coalesce(e.said, '')",
    ),
    (
        "contents that were approved",
        "SELECT 'approval ' || v.id, 'request:' || p.disclosure_request_id, "
        "v.contents_sha256, e.said FROM disclosure_approval v "
        "JOIN disclosure_production p ON p.id = v.production_id LEFT JOIN LATERAL ("
        "  SELECT l.leaf #>> '{data,contents_sha256}' said FROM ("
        "    SELECT convert_from(a.leaf, 'UTF8')::jsonb leaf"
        "    FROM disclosure_auditentry a WHERE a.subject = 'production:' || p.id"
        "    AND a.stream = 'request:' || p.disclosure_request_id"
        "    AND a.action = 'production.approved') l"
        "  WHERE l.leaf #>> '{data,approval}' = v.id::text"
        "  AND l.leaf #>> '{actor,id}' = v.approver_id::text LIMIT 1) e ON true "
        "WHERE v.contents_sha256 IS DISTINCT FROM e.said",
    ),
)


def verify_tables(
    cursor: CursorWrapper, report: Report, stream: str | None = None
) -> None:
    """Add a fault for each row that the trail contradicts, of one stream or all."""
    for what, query in _QUERIES:
        cursor.execute(
            f"SELECT * FROM ({query}) AS d (subject, stream, now, entered) "  # noqa: S608 -- one of the constants above
            "WHERE %(stream)s::text IS NULL OR stream = %(stream)s ORDER BY 1",
            {"stream": stream},
        )
        for subject, of_stream, now, entered in cursor.fetchall():
            message = (
                f"{what}: {subject} says {now or 'nothing'}, the trail says "
                f"{entered or 'nothing'}"
            )
            report.add(Fault(FaultCode.RECORD_DIFFERS, message, stream=of_stream))
