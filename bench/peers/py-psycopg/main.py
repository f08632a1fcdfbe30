# Python with psycopg 3: the three requests of `bench/limit`. The loop stands for the managed Python runtime.
import http.client
import json
import os
import uuid

import psycopg
from psycopg.rows import dict_row

COLUMNS = """t.id, t.contributor_id, t.fund_id, t.project_ref, t.designation, t.amount_minor, t.currency,
  t.note, t.status, t.occurred_on, t.settled_at, t.journal_id, t.created_at, t.version"""
ROWS = "giving.contributions t join giving.contributors c on c.id = t.contributor_id"

# A transaction pooler keeps no prepared statement for its client.
db = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, row_factory=dict_row, prepare_threshold=None)


def moment(value):
    text = value.strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    return text + "Z"


def contribution(row):
    row["amount"] = {"amount": row.pop("amount_minor"), "currency": row.pop("currency")}
    row["settled_at"] = row["settled_at"] and moment(row["settled_at"])
    row["created_at"] = moment(row["created_at"])
    return row


def answer(status, body):
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body, default=str)}


def find(key):
    row = db.execute(f"select {COLUMNS} from {ROWS} where t.id = %s", (key,)).fetchone()
    return answer(200, contribution(row)) if row else answer(404, None)


def keyset(query):
    limit = int(query.get("limit", 20))
    given = {"giver": query.get("contributor"), "after": query.get("after"), "id": query.get("afterId"), "limit": limit + 1}
    rows = db.execute(
        f"""select {COLUMNS} from {ROWS}
        where (%(giver)s::uuid is null or t.contributor_id = %(giver)s)
          and (%(after)s::timestamptz is null or (t.created_at, t.id) > (%(after)s, %(id)s::uuid))
        order by t.created_at, t.id limit %(limit)s""",
        given,
    ).fetchall()
    return answer(200, {"data": [contribution(row) for row in rows[:limit]]})


def create(key, given):
    given |= {"key": key, "hash": bytes(32), "actor": uuid.UUID(int=0), "request": str(uuid.uuid4())}
    given |= {"project": given.get("project_ref"), "minor": given["amount"]["amount"], "currency": given["amount"]["currency"]}
    row = db.execute(
        f"""select {COLUMNS} from giving.contributors c
        cross join lateral giving.contribute('psycopg', %(key)s, %(hash)s, %(id)s, c.id, %(project)s,
          %(minor)s, %(currency)s, %(note)s, %(occurred_on)s::date, %(actor)s, %(request)s) t
        where c.id = %(contributor_id)s""",
        given,
    ).fetchone()
    return answer(201, contribution(row)) if row else answer(422, None)


def handle(event):
    if event["requestContext"]["http"]["method"] == "POST":
        return create(event["headers"]["idempotency-key"], json.loads(event["body"]))
    key = event["rawPath"].split("/")[4:]
    return find(key[0]) if key else keyset(event.get("queryStringParameters") or {})


runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    runtime.request("GET", "/2018-06-01/runtime/invocation/next")
    response = runtime.getresponse()
    event, request = json.loads(response.read()), response.getheader("lambda-runtime-aws-request-id")
    body = json.dumps(handle(event))
    runtime.request("POST", f"/2018-06-01/runtime/invocation/{request}/response", body)
    runtime.getresponse().read()
