"""A query that could do something else than what it is for never gets to run."""

import pytest

from disclosure.holdings.configuration import ConfigurationProblem
from disclosure.holdings.sql_templates import read_statement, read_template

KNOWN = {"account_ref", "observed_at"}
TAKEN = [
    "SELECT a, b FROM t WHERE id = :account_ref",
    "select t.a, u.b from t join u using (id) where id = cast(:account_ref as int)",
    "SELECT count(*) AS a, max(x) AS b FROM t WHERE id = :account_ref",
    "SELECT DISTINCT a, b FROM t WHERE at <= :observed_at AND id = :account_ref",
    "SELECT a, CASE WHEN x IN (1, 2) THEN 'y, n' ELSE 'it''s' END AS b\n"
    "FROM t WHERE id = :account_ref",
    'SELECT "Real Name" AS a, (SELECT max(b) FROM u) AS b FROM t '
    "WHERE :account_ref = id::text",
    "SELECT a, extract(epoch FROM x) AS b FROM t WHERE id = :account_ref",
]


@pytest.mark.parametrize("sql", TAKEN)
def test_a_query_with_bound_parameters_and_mapped_columns_is_taken(sql):
    template = read_template(
        "q", sql, known=KNOWN, needed={"account_ref"}, columns=["a", "b"]
    )

    assert template.columns == ("a", "b")
    assert "FROM" not in repr(template).upper()


REFUSED = [
    # what is wrong, the query, what the message says
    ("braces", "SELECT a, b FROM t WHERE id = {account_ref}", "pasted"),
    ("percent", "SELECT a, b FROM t WHERE id = %(account_ref)s", "pasted"),
    ("percent s", "SELECT a, b FROM t WHERE id = %s", "pasted"),
    ("question mark", "SELECT a, b FROM t WHERE id = ?", "pasted"),
    ("dollar", "SELECT a, b FROM t WHERE id = $1", "pasted"),
    ("numbered", "SELECT a, b FROM t WHERE id = :1", "pasted"),
    ("quoted", "SELECT a, b FROM t WHERE id = ':account_ref'", "inside quotation"),
    ("quoted %s", "SELECT a, b FROM t WHERE id = '%s'", "inside quotation"),
    ("quoted brace", "SELECT a, b FROM t WHERE id = '{ref}'", "inside quotation"),
    ("backslash", r"SELECT a, b FROM t WHERE id = E'\x' || :account_ref", "quotation"),
    (
        "two",
        "SELECT a, b FROM t WHERE id = :account_ref; SELECT 1",
        "one statement",
    ),
    ("semicolon", "SELECT a, b FROM t WHERE id = :account_ref;", "one statement"),
    ("remark", "SELECT a, b FROM t WHERE id = :account_ref -- x", "remarks"),
    ("remark too", "SELECT a, b /* x */ FROM t WHERE id = :account_ref", "remarks"),
    ("open quote", "SELECT a, b FROM t WHERE id = :account_ref OR x = 'y", "closed"),
    ("unknown", "SELECT a, b FROM t WHERE id = :acount_ref", "Did you mean :account_r"),
    ("cast", "SELECT a, b FROM t WHERE id = :account_ref::bigint", "write CAST"),
    ("not asked", "SELECT a, b FROM t", "must use the parameter :account_ref"),
    ("star", "SELECT * FROM t WHERE id = :account_ref", "no \\*"),
    ("table star", "SELECT t.*, 1 AS b FROM t WHERE id = :account_ref", "no \\*"),
    ("no name", "SELECT a, max(b) FROM t WHERE id = :account_ref", "AS name"),
    ("more", "SELECT a, b, c FROM t WHERE id = :account_ref", "column c, which"),
    ("fewer", "SELECT a FROM t WHERE id = :account_ref", "not select the column b"),
    ("twice", "SELECT a, b, x AS a FROM t WHERE id = :account_ref", "a twice"),
    ("update", "UPDATE t SET a = 1 WHERE id = :account_ref", "one SELECT"),
    ("with", "WITH x AS (DELETE FROM t) SELECT a, b FROM x", "one SELECT"),
    ("into", "SELECT a, b INTO u FROM t WHERE id = :account_ref", "INTO"),
    ("lock", "SELECT a, b FROM t WHERE id = :account_ref FOR UPDATE", "FOR UPDATE"),
    ("no table", "SELECT :account_ref AS a, 1 AS b", "from a table"),
]


@pytest.mark.parametrize(
    ("sql", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_any_other_query_is_refused_when_it_is_read(sql, said):
    with pytest.raises(ConfigurationProblem, match=said) as raised:
        read_template(
            "groups.x.sql", sql, known=KNOWN, needed={"account_ref"}, columns=["a", "b"]
        )

    assert str(raised.value).startswith("groups.x.sql: ")
    assert sql not in str(raised.value)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM t WHERE id = :account_ref AND until = :until",
        "SELECT 1 FROM t WHERE id = :account_ref AND until = :until",
        "UPDATE t SET until = :until WHERE id = :account_ref; DROP TABLE t",
        "UPDATE t SET until = ':until' WHERE id = :account_ref",
        "UPDATE t SET until = :until",
    ],
)
def test_only_one_insert_or_update_may_freeze(sql):
    with pytest.raises(ConfigurationProblem):
        read_statement(
            "preserve.sql",
            sql,
            known={"account_ref", "until"},
            needed={"account_ref", "until"},
        )
