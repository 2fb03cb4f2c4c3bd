# SPDX-License-Identifier: Apache-2.0
"""Writes the configuration of schemathesis for a node that is served.

    python3 configuration.py http://127.0.0.1:8080/api/v1 TOKEN FILE

It knows references, acts and webhooks that are there, so that generated requests meet something; what they find is judged by
every check that schemathesis has.
"""

import json
import sys
import urllib.request


def ask(base: str, token: str, path: str, body=None, key=None):
    headers = {"Authorization": f"Bearer {token}"}
    if key:
        headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data=data, headers=headers, method="POST" if key else "GET")
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read())


def main() -> None:
    base, token, path = sys.argv[1:4]
    items = ask(base, token, "/files?limit=200")["items"]
    drafts = [item["ref"] for item in items if item["state"] in ("draft", "review", "translation", "authorised")]
    files = [item["ref"] for item in items if item["ref"] not in drafts]
    acts = [act["id"] for ref in files[:5] for act in ask(base, token, f"/files/{ref}/acts")["items"]]
    hook = ask(base, token, "/webhooks", {"url": "http://127.0.0.1:9/", "events": ["act.registered"]}, "configuration")
    packages = [item["digest"] for item in ask(base, token, "/evidence?limit=200")["items"]]
    roster = [item["id"] for item in ask(base, token, "/roster")["items"]]
    values = {
        "files": files, "refs": drafts + files[:3], "acts": acts, "rules": ["uncc.42.3.d", "house.title"],
        "hooks": [hook["webhook"]], "articles": ["40", "42", "house"],
        "packages": packages or ["ab" * 32], "lines": roster or [hook["webhook"]],
        "keys": [f"key-{number}" for number in range(20)],
    }
    lines = ["[auth.openapi.token]", 'bearer = "${COMITY_TOKEN}"', ""]
    for name, list_ in values.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(list_)}", ""]
    lines += [
        "[parameters]",
        'ref = { dictionary = "refs", probability = 0.8 }',
        'act = { dictionary = "acts", probability = 0.7 }',
        'rule = { dictionary = "rules", probability = 0.5 }',
        'id = { dictionary = "hooks", probability = 0.8 }',
        'package = { dictionary = "packages", probability = 0.8 }',
        'line = { dictionary = "lines", probability = 0.8 }',
        'article = { dictionary = "articles", probability = 0.7 }',
        "",
        # A sound request may still be against the law, the state of its file or the role of the officer: the schema does not know.
        "[checks.positive_data_acceptance]",
        'expected-statuses = ["2xx", 304, 400, 401, 403, 404, 409, 412, 422]',
        "",
        # 428 is what RFC 6585 has for a change without If-Match.
        "[checks.missing_required_header]",
        "expected-statuses = [400, 401, 403, 415, 422, 428]",
        "",
    ]
    with open(path, "w") as file:
        file.write("\n".join(lines))


if __name__ == "__main__":
    main()
