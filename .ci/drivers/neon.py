"""PyPI's neon-serverless against the gateway."""
import datetime as dt
import os
import uuid
from decimal import Decimal

from neon_serverless import NeonDbError, neon

gateway, url, table = (os.environ[name] for name in ("GATEWAY", "DATABASE", "TABLE"))
sql = neon(url, endpoint=gateway)

row = {
    "text": "quote ' double \" brace {} backslash \\ newline \n snow ☃ 😀",
    "number": 41,
    "big": 2**62,
    "exact": Decimal("12345678901234567890.123"),
    "flag": True,
    "nothing": None,
    "list": ["a", 'b "c"', None, "NULL", "{}", "\\"],
    "json": {"a": [1, {"b": None}], 'k"': "☃"},
    "bytes": b"\x00\x01\xff",
    "id": uuid.uuid4(),
    "day": dt.date(2026, 2, 3),
    "time": dt.datetime(2026, 2, 3, 4, 5, 6, 789000, dt.timezone.utc),
}
types = ["text", "int", "int8", "numeric", "bool", "text", "text[]", "jsonb", "bytea", "uuid", "date", "timestamptz"]
columns = ", ".join(f'${n}::{ty} as "{name}"' for n, (name, ty) in enumerate(zip(row, types), 1))
(back,) = sql(f"select {columns}", list(row.values()))
for name, value in row.items():
    assert str(back[name]) == str(value), (name, back[name], value)

assert sql("select 1 as n, 2 as n", array_mode=True) == [[1, 2]]
full = sql(f"create table {table} (id int primary key)", full_results=True)
assert (full.command, full.row_count, full.rows) == ("CREATE", None, [])
try:
    level, inserted = sql.transaction(
        ["show transaction_isolation", (f"insert into {table} values ($1), ($2)", [1, 2])],
        isolation_level="RepeatableRead",
        full_results=True,
    )
    assert level.rows == [{"transaction_isolation": "repeatable read"}], level
    assert (inserted.command, inserted.row_count) == ("INSERT", 2)
    for queries, code in [
        ([(f"insert into {table} values (3)", []), (f"insert into {table} values (1)", [])], "23505"),
        (["select 1/0"], "22012"),
    ]:
        try:
            sql.transaction(queries)
            raise AssertionError("the batch went through")
        except NeonDbError as error:
            assert (error.status, error.code) == (400, code), vars(error)
    assert sql(f"select count(*)::int as n from {table}") == [{"n": 2}]
finally:
    sql(f"drop table {table}")
print("neon-serverless (PyPI): ok")
