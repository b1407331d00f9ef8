"""Calls every operation of a running service through the client that openapi-python-client made of its description:
`every-operation.py FOLDER OPENAPI.json URL PLAYER_TOKEN OPERATOR_TOKEN SERVICE_TOKEN`, where FOLDER has the package `leaderboard_client`.
`ops/check-api` runs it, on a service where nobody has played. Each must be there, give the status that is wanted here, and read its answer.
"""
import enum
import importlib
import inspect
import json
import re
import sys
import typing
from pathlib import Path

folder, description, url, player, operator, service = sys.argv[1:]
sys.path.insert(0, folder)
package = importlib.import_module("leaderboard_client")
API = json.loads(Path(description).read_text())

REASON = {"reason": "a test"}
FIVE_MORE = {"score_increase": 5, **REASON}
ADA = {"user_id": "ada", "score_increase": 50, "segments": ["team:red"]}
REPORTS = [{"id": "m1-bob", "user_id": "bob", "score_increase": 7}, {"id": "m1-eve", "user_id": "eve", "score": 3, "operator": "set"}]
# Parameters, by the names that the generator gives them.
VALUES = {
    "board": "python", "id": "ada", "kind": "team", "guide": "guides", "version": "x", "name": "app.js", "boards": "python", "p": "50,90",
    "upgrade": "websocket", "connection": "Upgrade", "sec_web_socket_version": "13", "sec_web_socket_key": "dGhlIHNhbXBsZSBub25jZQ==",
}
DEFINITION = {"segments": ["team"], "totals": ["team"], "windows": [{"name": "all"}, {"name": "round", "reset": "manual"}], "operators": ["incr", "set"]}
# In this order; what is not named here is read, after the board is there and played on. Each: body, other parameters, status.
WRITES = {
    "PUT /api/v1/admin/boards/{board}": (DEFINITION, {"if_none_match": "*"}, 201),
    "POST /api/v1/score/update": ({"user_id": "ada", "score_increase": 50}, {"prefer": "return=representation"}, 200),
    "POST /api/v1/boards/{board}/score/update": (ADA, {"prefer": "return=representation"}, 200),
    "POST /api/v1/score/updates": ({"user_id": "ada", "updates": [{"board": "python", "score_increase": 5}]}, {}, 200),
    "POST /api/v1/boards/{board}/scores": (REPORTS, {"prefer": "return=representation"}, 200),
    "PUT /api/v1/boards/{board}/users/{id}/profile": ({"name": "Ada"}, {}, 204),
    "PUT /api/v1/users/{id}/profile": ({"name": "Ada"}, {}, 204),
    "POST /api/v1/live/tickets": ({"board": "python"}, {}, 200),
    "PUT /api/v1/admin/boards/{board}/members/{id}": (None, {}, 200),
}
LAST = {
    "POST /api/v1/admin/users/{id}/adjust/preview": (FIVE_MORE, {}, 200), "POST /api/v1/admin/users/{id}/adjust": (FIVE_MORE, {}, 200),
    "POST /api/v1/admin/boards/{board}/users/{id}/adjust/preview": (FIVE_MORE, {}, 200),
    "POST /api/v1/admin/boards/{board}/users/{id}/adjust": (FIVE_MORE, {}, 200),
    "DELETE /api/v1/admin/boards/{board}/members/{id}": (None, {}, 200),
    "POST /api/v1/admin/audit/revert/preview": ({"user_id": "ada"}, {}, 200),
    "POST /api/v1/admin/audit/revert": ({"user_id": "ada", **REASON}, {}, 200),
    "POST /api/v1/admin/audit/unrevert/preview": ({"user_id": "ada"}, {}, 200),
    "POST /api/v1/admin/audit/unrevert": ({"user_id": "ada", **REASON}, {}, 200),
    "POST /api/v1/admin/boards/{board}/audit/unrevert/preview": ({"user_id": "ada"}, {}, 200),
    "POST /api/v1/admin/boards/{board}/audit/unrevert": ({"user_id": "ada", **REASON}, {}, 200),
    "POST /api/v1/admin/boards/{board}/held/release/preview": ({"all": True}, {}, 200),
    "POST /api/v1/admin/boards/{board}/held/release": ({"user_id": "ada", **REASON}, {}, 200),
    "POST /api/v1/admin/boards/{board}/held/reject/preview": ({"rule": "least_time"}, {}, 200),
    "POST /api/v1/admin/boards/{board}/held/reject": ({"all": True, **REASON}, {}, 200),
    "POST /api/v1/admin/boards/{board}/held/{id}/release/preview": ({}, {}, 404),
    "POST /api/v1/admin/boards/{board}/held/{id}/release": (REASON, {}, 404),
    "POST /api/v1/admin/boards/{board}/held/{id}/reject/preview": ({}, {}, 404),
    "POST /api/v1/admin/boards/{board}/held/{id}/reject": (REASON, {}, 404),
    "POST /api/v1/admin/boards/{board}/audit/revert/preview": ({"user_id": "ada"}, {}, 200),
    "POST /api/v1/admin/boards/{board}/audit/revert": ({"user_id": "ada", **REASON}, {}, 200),
    "POST /api/v1/admin/users/{id}/suspend": (REASON, {}, 200), "POST /api/v1/admin/users/{id}/reinstate": (REASON, {}, 200),
    "POST /api/v1/admin/boards/{board}/users/{id}/suspend": (REASON, {}, 200),
    "POST /api/v1/admin/boards/{board}/users/{id}/reinstate": (REASON, {}, 200),
    **{f"POST /api/v1/admin/{prefix}users/{{id}}/{act}": (REASON, {}, 200)
       for prefix in ("", "boards/{board}/") for act in ("hide", "unhide", "hold", "unhold")},
    "POST /api/v1/admin/users/{id}/profile/blank": (REASON, {}, 200), "POST /api/v1/admin/users/{id}/profile/allow": (REASON, {}, 200),
    "POST /api/v1/admin/boards/{board}/users/{id}/profile/blank": (REASON, {}, 200),
    "POST /api/v1/admin/boards/{board}/users/{id}/profile/allow": (REASON, {}, 200),
    "DELETE /api/v1/boards/{board}/users/{id}/profile": (None, {}, 204), "DELETE /api/v1/users/{id}/profile": (None, {}, 204),
    "POST /api/v1/admin/boards/{board}/freeze": (REASON, {}, 200), "POST /api/v1/admin/boards/{board}/reveal": (REASON, {}, 200),
    "POST /api/v1/admin/boards/{board}/reset": ({"window": "round", "season": "1", **REASON}, {}, 200),
    "DELETE /api/v1/admin/boards/{board}/users/{id}": (REASON, {}, 200), "DELETE /api/v1/admin/users/{id}": (REASON, {}, 200),
    "DELETE /api/v1/admin/boards/{board}": (None, {"data": "delete"}, 200),
}
OF_SERVICES = {"POST /api/v1/boards/{board}/scores"}
# Of a stream without an end only the request is made here.
ENDLESS = {f"GET /api/v1/{place}/{way}" for place in ("scoreboard", "boards/{board}") for way in ("live", "events")} | {"GET /api/v1/live"}
# What the parts of answers must be, where a generator has lost them before.
LOOKS = {
    "POST /api/v1/score/update": lambda answer: (answer.user_id, answer.score, answer.rank) == ("ada", 50, 1),
    "POST /api/v1/boards/{board}/score/update": lambda answer: (answer.board, answer.score, answer.rank) == ("python", 50, 1),
    "POST /api/v1/score/updates": lambda answer: answer.results[0].http_status == 200,
    "POST /api/v1/boards/{board}/scores": lambda answer: [(one.id, one.http_status, one.score) for one in answer.results] == [("m1-bob", 200, 7), ("m1-eve", 200, 3)],
    "GET /api/v1/scoreboard": lambda rows: (rows[0].user_id, rows[0].score) == ("ada", 50),
    "GET /api/v1/boards/{board}/scoreboard": lambda rows: (rows[0].user_id, rows[0].score, rows[0].rank) == ("ada", 55, 1),
    "GET /api/v1/boards/{board}/users/{id}": lambda answer: (answer.score, answer.rank) == (55, 1),
}
TYPES = {"/client/{name}": {"name": "live.js"}, "/boards/{board}": {}}


def operations():
    for path, methods in API["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def module(name, operation):
    method, path = name.split(" ")
    place = Path(package.__path__[0]) / "api" / operation["tags"][0]
    request = re.compile(rf'"method": "{method.lower()}",\s+"url": "{re.escape(path)}"')
    for file in sorted(place.glob("*.py")):
        if request.search(file.read_text()):
            return importlib.import_module(f"leaderboard_client.api.{place.name}.{file.stem}")
    raise SystemExit(f"{name} is not in the client")


def body_of(found, value):
    kind = typing.get_type_hints(found._get_kwargs)["body"]
    if isinstance(value, list):
        # Each has to be of a type of its own.
        (element,) = typing.get_args(kind)
        return [element.from_dict(dict(one)) for one in value]
    for choice in typing.get_args(kind) or (kind,):
        try:
            return choice.from_dict(dict(value))
        except KeyError:
            continue
    raise SystemExit(f"{found.__name__}: no body of {kind} is made of {value}")


def argument(found, name, value):
    """A text, or the choice that it is."""
    kinds = typing.get_args(typing.get_type_hints(found._get_kwargs)[name])
    choices = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, enum.Enum)]
    return choices[0](value) if choices else value


def call(name, operation, body=None, others=None, status=None):
    found = module(name, operation)
    path = name.split(" ")[1]
    given = {**VALUES, **TYPES.get(path, {})}
    if path == "/api/v1/boards/{board}/scores/{score}":
        given["score"] = 5
    needed = {n: given[n] for n, p in inspect.signature(found._get_kwargs).parameters.items() if p.default is inspect.Parameter.empty and n != "body"}
    arguments = {**needed, **{n: argument(found, n, value) for n, value in (others or {}).items()}}
    if body is not None:
        arguments["body"] = body_of(found, body)
    if name in ENDLESS:
        found._get_kwargs(**arguments)
        return
    is_public = "/admin/" not in path and path != "/api/v1/boards"
    bearer = service if name in OF_SERVICES else player if is_public else operator
    client = package.AuthenticatedClient(base_url=url, token=bearer)
    answer = found.sync_detailed(client=client, **arguments)
    if status is None:
        status = 204 if name.startswith("OPTIONS") else 200
    if answer.status_code != status:
        raise SystemExit(f"{name}: {answer.status_code} instead of {status}: {answer.content[:500]}")
    described = operation["responses"][str(status)]
    while "$ref" in described:
        described = API["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
    if "application/json" in described.get("content", {}) and answer.parsed is None:
        raise SystemExit(f"{name}: the answer was not read")
    if name in LOOKS and not LOOKS[name](answer.parsed):
        raise SystemExit(f"{name}: {answer.parsed}")


def knows_arguments(name, operation):
    parameters = inspect.signature(module(name, operation)._get_kwargs).parameters.values()
    needed = {parameter.name for parameter in parameters if parameter.default is inspect.Parameter.empty}
    return needed <= VALUES.keys() | {"score"}


known = dict(operations())
uncalled = []
unknown = [name for name in [*WRITES, *LAST] if name not in known]
if unknown:
    raise SystemExit(f"no operations: {unknown}")
for name, (body, others, status) in WRITES.items():
    call(name, known[name], body, others, status)
for name, operation in known.items():
    if name in WRITES or name in LAST:
        continue
    # What is new, and of which nobody has said here how it is called, must be in the client all the same.
    if not name.startswith(("GET", "OPTIONS")) or not knows_arguments(name, operation):
        uncalled.append(name)
    else:
        call(name, operation)
for name, (body, others, status) in LAST.items():
    call(name, known[name], body, others, status)
print(f"{len(known) - len(uncalled)} operations by the client that is made of the description" + "".join(f"; not called: {name}" for name in uncalled))
