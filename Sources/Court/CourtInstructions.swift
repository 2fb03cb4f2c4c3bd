// SPDX-License-Identifier: Apache-2.0

/// The text of `VERIFY.txt`: how to check a bundle without Comity.
enum CourtInstructions {
    static func text(_ manifest: CourtManifest) -> String {
        """
        HOW TO CHECK THIS BUNDLE WITH ORDINARY PROGRAMS

        Bundle   \(manifest.name)\(CourtLayout.suffix), file \(manifest.ref)\(manifest.exercise ? ", EXERCISE: not a real case" : "")
        Made by  \(manifest.state), \(manifest.by), \(manifest.at)
        Digest   \(manifest.digest)

        With a browser, without a network: open verify.html and choose the folder in which it lies.
        With Comity: comity evidence verify FOLDER --explain

        With sha256sum and python, in the folder in which this text lies:

        1. The exhibits and the files about them:
               cd bag/\(manifest.name)
               sha256sum -c manifest-sha256.txt
               sha256sum -c tagmanifest-sha256.txt
               cd ../..
           (a % in a file name is written %25 in the manifest, as RFC 8493 says)

        2. Signatures, files, chain of custody and register. Save what stands between the lines as check.py,
           elsewhere than in this folder. It needs Python 3.9 or later and the package cryptography of PyPI
           (pip install cryptography). Then, in this folder:
               python3 check.py

        3. Compare the fingerprints that it prints with those that the two authorities read to you on a
           telephone number you knew before. A file cannot prove who owns a key.

        What it proves: the exhibits are byte for byte what that authority sealed then; who, according to the
        registers of both States, held them since. What it does not: that the content is true, that nothing
        happened before sealing, who owns a key, that nobody copied the exhibits, that a State wrote everything
        into its register. For links that no entry supports use verify.html or Comity.

        ---------------------------------------------------------------- check.py
        \(script)
        ---------------------------------------------------------------- end of check.py

        """
    }

    static let script = #"""
        import base64, hashlib, json
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        def b64(text): return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        def sha(data): return hashlib.sha256(data).digest()
        def read(path): return open(path, "rb").read()
        def kid(jwk):
            text = '{"crv":"Ed25519","kty":"OKP","x":"%s"}' % jwk["x"]
            return base64.urlsafe_b64encode(sha(text.encode())).decode().rstrip("=")
        def signed(document, *jwks):
            """The payload of a JWS, if one of these keys signed it; otherwise an exception."""
            keys = {kid(jwk): b64(jwk["x"]) for jwk in jwks}
            for item in document["signatures"]:
                header = json.loads(b64(item["protected"]))
                if header["alg"] == "EdDSA" and header["kid"] in keys:
                    text = (item["protected"] + "." + document["payload"]).encode()
                    Ed25519PublicKey.from_public_bytes(keys[header["kid"]]).verify(b64(item["signature"]), text)
                    return b64(document["payload"])
            raise SystemExit("NOT VALID: signed by a key that is not in the directory entries")
        def must(holds, says):
            if not holds: raise SystemExit("NOT VALID: " + says)

        custody = json.loads(read("custody.json"))
        keys, register = {}, {}
        for text in custody["directory"]:
            document = json.loads(b64(text))
            entry = json.loads(b64(document["payload"]))
            signed(document, entry["rootKey"])
            keys.setdefault(entry["state"], []).append(entry["signingKey"])
            for succession in entry.get("successions", []):
                claims = json.loads(b64(json.loads(succession)["payload"]))
                if claims["use"] == "signing":
                    keys[entry["state"]].append({"crv": "Ed25519", "kty": "OKP", "x": claims["former"]})
            register.setdefault(entry["state"], []).append(entry["register"])
            digest = sha(b64(entry["rootKey"]["x"]))
            print("compare    %s  %s" % (entry["state"], " ".join("%05d" % int.from_bytes(digest[i:i+2], "big") for i in range(0, 16, 2))))

        document = json.loads(read("bundle.jws"))
        bundle = json.loads(b64(document["payload"]))
        signed(document, *keys[bundle["state"]])
        for file in bundle["files"]:
            must(sha(read(file["path"])).hex() == file["sha256"], file["path"] + " was changed")
        print("bundle     signed by %s, %d files as listed" % (bundle["state"], len(bundle["files"])))

        bag = "bag/" + bundle["name"] + "/"
        document = json.loads(read(bag + "comity/statement.jws"))
        statement = json.loads(b64(document["payload"]))
        signed(document, *keys[statement["from"]])
        must(sha(b64(document["payload"])).hex() == bundle["digest"] == custody["package"], "the statement is of another package")
        must(sha(read(bag + "manifest-sha256.txt")).hex() == statement["manifest"], "the manifest is not the signed one")
        print("statement  signed by %s, %s, %d exhibits" % (statement["from"], statement["sealedAt"], len(statement["exhibits"])))

        head = custody["register"]
        must(head["key"] in register[bundle["state"]], "the register key is not in the directory entry")
        name, key_id, key = head["key"].split("+", 2)
        key = base64.b64decode(key)
        must(key[0] == 1 and sha(name.encode() + b"\n" + key).hex()[:8] == key_id, "the register key")
        text, lines = head["checkpoint"].rsplit("\n\n", 1)
        origin, size, root = text.split("\n")[:3]
        line = next(line for line in lines.splitlines() if line.startswith("\u2014 %s " % name))
        blob = base64.b64decode(line.split(" ")[2])
        must(origin == name and blob[:4].hex() == key_id, "the checkpoint is of another register")
        Ed25519PublicKey.from_public_bytes(key[1:]).verify(blob[4:], (text + "\n").encode())
        print("register   %s, checkpoint of %s entries" % (origin, size))

        for entry in custody["entries"]:
            data, where = b64(entry["bytes"]), "entry %d" % entry["index"]
            if entry["kind"] == "act":
                document = json.loads(data)
                data = b64(document["payload"])
                signed(document, *keys[json.loads(data)["from"]["state"]])
            must(sha(data).hex() == entry["hash"], where + " was changed")
            index, last, node = entry["index"], int(size) - 1, sha(b"\x00" + sha(data))
            for step in map(bytes.fromhex, entry["proof"]):
                must(last > 0, where + " is not proven")
                if index & 1 or index == last:
                    node = sha(b"\x01" + step + node)
                    while not index & 1 and index: index, last = index >> 1, last >> 1
                else:
                    node = sha(b"\x01" + node + step)
                index, last = index >> 1, last >> 1
            must(last == 0 and node == base64.b64decode(root), where + " is not proven")
            said = json.loads(data)
            must(custody["package"] in json.dumps(said), where + " is about another package")
            detail = said.get("detail", {})
            who = said["by"] if isinstance(said["by"], str) else said["from"]["state"] + " " + said["by"]["officer"]
            print("proven     %5d  %-18s %-29s %s" % (entry["index"], detail.get("what") or said.get("kind") or said["event"], detail.get("at") or said["at"], who))
        print("all that was checked here holds")
        """#
}
