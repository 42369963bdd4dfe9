"""Athena for the tests: its API in front of DuckDB.

The statements are those that `fh` sends, as Athena would get them. sqlglot
translates them from Athena's dialect to DuckDB's, and the objects are read from
moto's S3 as Athena reads a table of lines: below the folders that the query names,
names that start with `_` or `.` are hidden, `.gz` is unpacked, a column ends at
byte 1. Takes the address of moto; prints its port once it answers, and ends when
its standard input does.

`GET /` returns every call so far. The workgroup `endless` runs until it is stopped,
`broken` fails. `blind` answers no look at a query of records, `kept` deletes no table,
and `lost` loses the first answer to each start.
"""

import gzip
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import duckdb
import sqlglot

CALLS = []
QUERIES = {}
TABLES = {}
LOCK = threading.Lock()


def s3():
    return boto3.client(
        "s3",
        endpoint_url=sys.argv[1],
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="a",
    )


def lines(bucket, folder, heads):
    """The rows of a partition, and the bytes that were read for them."""
    client, found, size = s3(), [], 0
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder + "/")
    for page in pages:
        for item in page.get("Contents", []):
            key = item["Key"]
            if any(part.startswith(("_", ".")) for part in key.split("/")):
                continue
            path = f"s3://{bucket}/{key}"
            # What the path alone rules out is not opened, as by Trino.
            if heads and not path.startswith(heads):
                continue
            body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
            size += len(body)
            if key.endswith(".gz"):
                body = gzip.decompress(body)
            for line in body.removesuffix(b"\n").split(b"\n"):
                line = line.split(b"\x01")[0].decode("utf-8", "replace")
                found.append({"path": path, "line": line.replace("\0", " "), "prefix": folder})
    return found, size


def select(sql, parameters):
    """The rows of a statement, as texts, and the bytes that it has scanned."""
    text = fill(sql, [sqlglot.parse_one(value, read="athena") for value in parameters])
    name = re.search(r'FROM "([a-z0-9_]+)"\."([a-z0-9_]+)"', sql).groups()
    assert name in TABLES, f"TABLE_NOT_FOUND: {name}"
    folders = re.search(r"prefix IN \(([^)]*)\)", text).group(1)
    folders = [it.this for it in sqlglot.parse_one(f"SELECT {folders}").expressions]
    heads = tuple(re.findall(r"""starts_with\("\$path", '([^']*)'\)""", text))
    rows, size = [], 0
    for folder in folders:
        more, read = lines(TABLES[name], folder, heads)
        rows += more
        size += read
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{name[0]}"')
    connection.execute(
        f'CREATE TABLE "{name[0]}"."{name[1]}" ("$path" VARCHAR, line VARCHAR, prefix VARCHAR)'
    )
    connection.execute(
        f'INSERT INTO "{name[0]}"."{name[1]}" SELECT unnest($1), unnest($2), unnest($3)',
        [[row[it] for row in rows] for it in ("path", "line", "prefix")],
    )
    result = connection.execute(sqlglot.transpile(text, read="athena", write="duckdb")[0])
    names = [column[0] for column in result.description]
    return [names] + [[cell(it) for it in row] for row in result.fetchall()], size


def fill(sql, values):
    """Puts the values where the question marks are, outside of texts and comments."""
    values, out = iter(values), []
    for piece in re.split(r"('(?:[^']|'')*'|--[^\n]*)", sql):
        if not piece.startswith(("'", "--")):
            piece = re.sub(r"\?", lambda _: next(values).sql("athena"), piece)
        out.append(piece)
    assert next(values, None) is None, "more values than question marks"
    return "".join(out)


def cell(value):
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def run(query):
    sql, name = query["sql"], None
    try:
        if query["group"] == "broken":
            raise ValueError("HIVE_CURSOR_ERROR: incorrect header check")
        if query["group"] == "endless" and sql.startswith("WITH"):
            query["scanned"] = 5_000_000
            return
        made = re.match(r"CREATE EXTERNAL TABLE `(\w+)`\.`(\w+)` .*LOCATION 's3://([^/]+)/'", sql, re.S)
        dropped = re.match(r"DROP TABLE IF EXISTS `(\w+)`\.`(\w+)`$", sql)
        if made:
            TABLES[made.group(1), made.group(2)] = made.group(3)
        elif dropped and query["group"] == "kept":
            raise PermissionError("not authorized to perform glue:DeleteTable")
        elif dropped:
            del TABLES[dropped.group(1), dropped.group(2)]
        else:
            query["rows"], query["scanned"] = select(sql, query["parameters"])
        query["state"] = "SUCCEEDED"
    except Exception as error:
        query["state"], query["why"] = "FAILED", f"{type(error).__name__}: {error}"


class Refused(Exception):
    """An answer with this status and code."""


class Athena(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        with LOCK:
            self.answer({"calls": CALLS, "tables": [".".join(name) for name in TABLES]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        operation = self.headers["x-amz-target"].removeprefix("AmazonAthena.")
        with LOCK:
            CALLS.append([operation, body])
            try:
                self.answer(getattr(self, operation)(body))
            except Refused as refused:
                status, code = refused.args
                self.answer({"__type": code, "Message": code}, status)

    def answer(self, document, status=200):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def StartQueryExecution(self, body):
        token = body["ClientRequestToken"]
        assert len(token) >= 32
        if token not in QUERIES:
            QUERIES[token] = {
                "sql": body["QueryString"],
                "parameters": body.get("ExecutionParameters", []),
                "group": body.get("WorkGroup", "primary"),
                "state": "RUNNING",
                "scanned": 0,
                "rows": [],
                "why": None,
            }
            run(QUERIES[token])
            if QUERIES[token]["group"] == "lost":
                raise Refused(500, "InternalServerException")
        return {"QueryExecutionId": token}

    def GetQueryExecution(self, body):
        query = QUERIES[body["QueryExecutionId"]]
        if query["group"] == "blind" and query["sql"].startswith("WITH"):
            raise Refused(400, "AccessDeniedException")
        status = {"State": query["state"]}
        if query["why"]:
            status["StateChangeReason"] = query["why"]
        statistics = {"DataScannedInBytes": query["scanned"]}
        return {"QueryExecution": {"Status": status, "Statistics": statistics}}

    def GetQueryResults(self, body):
        rows = QUERIES[body["QueryExecutionId"]]["rows"]
        start = int(body.get("NextToken", 0))
        # Few at a time, so that there are several pages.
        page = rows[start : start + 7]
        data = [{"Data": [{} if it is None else {"VarCharValue": it} for it in row]} for row in page]
        more = {"NextToken": str(start + 7)} if start + 7 < len(rows) else {}
        return {"ResultSet": {"Rows": data}, **more}

    def StopQueryExecution(self, body):
        QUERIES[body["QueryExecutionId"]]["state"] = "CANCELLED"
        return {}


server = ThreadingHTTPServer(("127.0.0.1", 0), Athena)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
