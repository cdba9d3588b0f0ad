"""What a query of the SQL connector may look like, checked when it is loaded.

A template is one SELECT with bound parameters (`:name`). It is never pasted together:
no braces, no percent signs, no quoted parameters, no second statement, no comment that
could swallow what follows. Each column of its list has a name, and the names are the
mapped ones, no more and no fewer. When it runs it stands in brackets inside a SELECT of
ours (`sql_connector`), so that only the columns in question ever leave the database.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from disclosure.domain.strict_toml import nearest
from disclosure.holdings.configuration import ConfigurationProblem

_LITERAL = re.compile(r"'(?:[^']|'')*'")
_QUOTED_NAME = re.compile(r'"(?:[^"]|"")*"|`[^`]*`')
_PARAMETER = re.compile(r"(?<![:\w\\]):([A-Za-z_]\w*)(?!:)")
_CAST_PARAMETER = re.compile(r"(?<![:\w]):\w+::")
_PLAIN_NAME = re.compile(r"(?:\w+\s*\.\s*){0,2}(\w+)")
_NAMED = re.compile(r".*[\s)]as\s+(\w+)", re.IGNORECASE | re.DOTALL)
_WRITES = re.compile(
    r"\b(insert|update|delete|merge|truncate|drop|alter|create|grant|revoke|call|copy"
    r"|into|for\s+(?:no\s+key\s+)?update|for\s+(?:key\s+)?share|lock)\b",
    re.IGNORECASE,
)
_PASTED = re.compile(r"[{}%?$\\]|(?<!:):\d")
_REMARK = re.compile(r"--|/\*|\*/|#")


@dataclass(frozen=True, slots=True)
class Template:
    """A checked query: its text, the parameters it names, the columns it gives."""

    key: str
    sql: str = dataclass_field(repr=False)
    parameters: frozenset[str]
    columns: tuple[str, ...]


def read_template(
    key: str,
    sql: str,
    *,
    known: Collection[str],
    needed: Collection[str],
    columns: Collection[str],
) -> Template:
    """Check a SELECT and return it.

    `known` are the parameters it may name, `needed` those it must; `columns` are the
    names its list must give, each once. Raises ConfigurationProblem, which names the
    key and never repeats the query.
    """
    bare = _bare(key, sql)
    if not re.match(r"select\b", bare, re.IGNORECASE):
        raise _problem(key, "must be one SELECT.")
    written = _WRITES.search(bare)
    if written:
        raise _problem(key, f"must only read; it says {written[1].upper()}.")
    parameters = _parameters(key, bare, known, needed)
    names = _names(key, bare)
    _require_mapped(key, names, columns)
    return Template(key, sql.strip(), parameters, names)


def read_statement(
    key: str, sql: str, *, known: Collection[str], needed: Collection[str]
) -> Template:
    """Check the one INSERT or UPDATE that freezes an account, as `read_template`."""
    bare = _bare(key, sql)
    if not re.match(r"(insert\s+into|update)\b", bare, re.IGNORECASE):
        raise _problem(key, "must be one INSERT or UPDATE.")
    return Template(key, sql.strip(), _parameters(key, bare, known, needed), ())


def _bare(key: str, sql: str) -> str:
    """Return the query without its literals and quoted names.

    Raises for whatever could change its meaning when it is run.
    """
    for literal in _LITERAL.findall(sql):
        if _PASTED.search(literal) or _PARAMETER.search(literal):
            raise _problem(
                key,
                "has a parameter or a placeholder inside quotation marks: it would "
                "be text, not a bound parameter. Write :name without quotation marks.",
            )
    bare = _QUOTED_NAME.sub(" quoted ", _LITERAL.sub(" 0 ", sql)).strip()
    if "'" in bare or '"' in bare or "`" in bare:
        raise _problem(key, "has a quotation mark that is never closed.")
    if ";" in bare:
        raise _problem(key, "must be one statement: remove the semicolon.")
    if _REMARK.search(bare):
        raise _problem(key, "must not hold remarks: write them in TOML (#) above it.")
    if _CAST_PARAMETER.search(bare):
        raise _problem(key, "casts a parameter by ::; write CAST(:name AS type).")
    if _PASTED.search(bare):
        raise _problem(
            key,
            "looks as if values were pasted into it ({, }, %, ?, $ or \\). Use bound "
            "parameters, written :name.",
        )
    return bare


def _parameters(
    key: str, bare: str, known: Collection[str], needed: Collection[str]
) -> frozenset[str]:
    parameters = frozenset(_PARAMETER.findall(bare))
    for name in sorted(parameters - set(known)):
        near = nearest(name, sorted(known))
        raise _problem(
            key, f"names the unknown parameter :{name}. Did you mean :{near}?"
        )
    missing = sorted(set(needed) - parameters)
    if missing:
        raise _problem(key, f"must use the parameter :{missing[0]}.")
    return parameters


def _names(key: str, bare: str) -> tuple[str, ...]:
    """Return the names of the columns of the SELECT list."""
    listed = re.sub(r"^select\s+(?:distinct\b(?!\s+on))?", "", bare, flags=re.I)
    names = []
    for item in _list_items(key, listed):
        plain = _PLAIN_NAME.fullmatch(item)
        named = _NAMED.fullmatch(item)
        found = plain or named
        if found is None:
            raise _problem(
                key,
                "must name each column of its list: write `expression AS name`, and "
                "no *.",
            )
        names.append(found[1].lower())
    return tuple(names)


def _list_items(key: str, listed: str) -> list[str]:
    """Split the SELECT list at its commas, as far as the FROM that ends it."""
    depth, start, items = 0, 0, []
    for match in re.finditer(r"[(),]|\bfrom\b", listed, re.IGNORECASE):
        sign = match[0].lower()
        if sign in "()":
            depth += 1 if sign == "(" else -1
        elif depth == 0:
            items.append(listed[start : match.start()].strip())
            start = match.end()
            if sign == "from":
                return items
    raise _problem(key, "must select from a table.")


def _require_mapped(key: str, names: tuple[str, ...], columns: Collection[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _problem(key, f"selects the column {twice[0]} twice.")
    unmapped = sorted(set(names) - set(columns))
    if unmapped:
        raise _problem(
            key, f"selects the column {unmapped[0]}, which nothing is mapped to."
        )
    missing = sorted(set(columns) - set(names))
    if missing:
        raise _problem(key, f"does not select the column {missing[0]}.")


def _problem(key: str, text: str) -> ConfigurationProblem:
    return ConfigurationProblem(f"{key}: {text}")
