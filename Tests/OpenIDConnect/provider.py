#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A provider of OpenID Connect for the tests: oidc-provider-mock of PyPI, a real process over real HTTP.

Around it stand two things that it does not do by itself: it checks PKCE, and `PUT /mode/NAME` lets it lie in one way, so that
the node can be seen to notice. Prints its port on the first line."""
import json
import logging
import os
import sys
import threading
import time
import urllib.parse
import warnings

import authlib.deprecate
import joserfc.errors

for kind in (authlib.deprecate.AuthlibDeprecationWarning, joserfc.errors.SecurityWarning):
    warnings.simplefilter("ignore", kind)
logging.disable(logging.CRITICAL)

import flask  # noqa: E402
import oidc_provider_mock  # noqa: E402
import werkzeug.serving  # noqa: E402
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: E402
from joserfc import jwt  # noqa: E402
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey  # noqa: E402
from joserfc.jws import JWSRegistry  # noqa: E402
from joserfc.util import urlsafe_b64encode  # noqa: E402

app = oidc_provider_mock.app(user_claims=())
mode = "honest"
challenges = {}
elliptic = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
edwards = OKPKey.generate_key("Ed25519", {"kid": "ed", "use": "sig"})
foreign = RSAKey.generate_key(2048)
weak = RSAKey.generate_key(1024, {"kid": "weak", "use": "sig"})


@app.put("/mode/<name>")
def set_mode(name):
    global mode
    mode = name
    return "", 204


def own_key():
    return RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))


@app.before_request
def check_pkce():
    if flask.request.path == "/oauth2/token":
        challenge = challenges.pop(flask.request.form.get("code"), None)
        if challenge is None or create_s256_code_challenge(flask.request.form.get("code_verifier", "")) != challenge:
            return flask.jsonify({"error": "invalid_grant"}), 400
    if mode == "down" and not flask.request.path.startswith("/mode/"):
        return "down", 503
    if mode == "redirect" and flask.request.path == "/jwks":
        return flask.redirect("/elsewhere")
    return None


def lie(claims, header, key):
    """What the token says in this mode, and the key it is signed with."""
    algorithm = "RS256"
    now = int(time.time())
    if mode == "nonce":
        claims["nonce"] = "another"
    elif mode == "no-nonce":
        claims.pop("nonce", None)
    elif mode == "audience":
        claims["aud"] = "another"
    elif mode == "party":
        claims["aud"] = ["comity", "another"]
        claims["azp"] = "another"
    elif mode == "no-party":
        claims["aud"] = ["comity", "another"]
        claims.pop("azp", None)
    elif mode == "both":
        claims["aud"] = ["comity", "another"]
        claims["azp"] = "comity"
    elif mode == "expired":
        claims["exp"] = now - 120
    elif mode == "no-expiry":
        del claims["exp"]
    elif mode == "future":
        claims["iat"] = now + 600
    elif mode == "issuer":
        claims["iss"] = "https://another.example.net"
    elif mode == "subject":
        claims["sub"] = ""
    elif mode == "foreign-key":
        key = foreign
    elif mode == "unknown-key":
        key, header["kid"] = foreign, "unknown"
    elif mode == "embedded-key":
        key, header["jwk"] = foreign, foreign.as_dict(is_private=False)
    elif mode == "weak-key":
        key, header["kid"] = weak, "weak"
    elif mode == "shared-secret":
        # The public key as a shared secret: the classic confusion of algorithms.
        key, algorithm = OctKey.import_key(own_key().as_pem(private=False)), "HS256"
    elif mode == "rs512":
        algorithm = "RS512"
    elif mode == "critical":
        header["crit"] = ["kid"]
    elif mode == "es256":
        key, header["kid"], algorithm = elliptic, "ec", "ES256"
    elif mode == "eddsa":
        key, header["kid"], algorithm = edwards, "ed", "EdDSA"
    elif mode == "no-key-id":
        header.pop("kid", None)
    header["alg"] = algorithm
    return key, algorithm


@app.after_request
def answer(response):
    path = flask.request.path
    if path == "/oauth2/authorize" and response.location:
        code = urllib.parse.parse_qs(urllib.parse.urlparse(response.location).query).get("code")
        if code:
            challenges[code[0]] = flask.request.args.get("code_challenge")
    elif path == "/jwks" and response.status_code == 200:
        body = json.loads(response.data)
        strange = [{"kty": "XYZ", "kid": "strange"}, {}, {"kty": "RSA", "kid": "broken", "n": "AQAB", "e": "!"}]
        body["keys"] = strange + body["keys"] + [key.as_dict(is_private=False) for key in (elliptic, edwards, weak)]
        response.data = json.dumps(body)
    elif path == "/oauth2/token" and response.status_code == 200:
        body = json.loads(response.data)
        token = jwt.decode(body["id_token"], own_key(), algorithms=["RS256"])
        header, claims = {"kid": own_key().kid, "typ": "JWT"}, dict(token.claims)
        if mode == "unsigned":
            parts = [urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"alg": "none"}, claims)]
            body["id_token"] = ".".join(parts) + "."
        elif mode == "changed":
            head, payload, signature = body["id_token"].split(".")
            body["id_token"] = ".".join([head, payload[:-4] + ("AAAA" if payload[-4:] != "AAAA" else "BBBB"), signature])
        elif mode == "garbage":
            body["id_token"] = "garbage"
        else:
            key, algorithm = lie(claims, header, own_key())
            body["id_token"] = jwt.encode(
                header, claims, key, registry=JWSRegistry(algorithms=[algorithm], strict_check_header=False))
        response.data = json.dumps(body)
    elif path == "/userinfo" and mode == "other-person":
        response.data = json.dumps({"sub": "somebody-else", "preferred_username": "D1"})
    elif path == "/.well-known/openid-configuration" and response.status_code == 200:
        body = json.loads(response.data)
        if mode == "discovery":
            body["issuer"] = "https://another.example.net"
        elif mode == "plain-http":
            body["token_endpoint"] = "http://another.example.net/token"
        response.data = json.dumps(body)
    return response


server = werkzeug.serving.make_server("localhost", 0, app, threaded=True)
print(server.server_port, flush=True)
# The test holds the other end; when it goes, so does the provider.
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
server.serve_forever()
