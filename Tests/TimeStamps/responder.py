#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A time stamping service for the tests: `openssl ts` behind HTTP, in a folder that holds ts.cnf and its keys.

The file `mode` in that folder lets it fail or lie in one way; the file `asked` counts the questions. Prints its port on the first
line, and ends when its input does. Standard library only."""
import http.server
import os
import subprocess
import sys
import threading
import time
import uuid

folder = sys.argv[1]
lock = threading.Lock()


def run(*arguments):
    subprocess.run(["openssl", "ts", *arguments], cwd=folder, check=True, capture_output=True)


def answer(query):
    name = uuid.uuid4().hex
    with open(os.path.join(folder, name + ".tsq"), "wb") as file:
        file.write(query)
    with lock:
        run("-reply", "-config", "ts.cnf", "-queryfile", name + ".tsq", "-out", name + ".tsr")
    with open(os.path.join(folder, name + ".tsr"), "rb") as file:
        return file.read()


def question(digest):
    """Another question: openssl chooses the nonce."""
    name = uuid.uuid4().hex + ".tsq"
    run("-query", "-digest", digest, "-sha256", "-cert", "-out", name)
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def digest(query):
    """The 32 bytes after the header of their OCTET STRING."""
    place = query.index(b"\x04\x20") + 2
    return query[place : place + 32].hex()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def give(self, body, status=200, length=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(length or len(body)))
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        with lock, open(os.path.join(folder, "asked"), "ab") as file:
            file.write(b".")
        with open(os.path.join(folder, "mode")) as file:
            mode = file.read().strip()
        if self.headers["Content-Type"] != "application/timestamp-query" or mode == "error":
            return self.give(b"", 500)
        if mode == "redirect":
            return self.give(b"", 302)
        if mode == "slow":
            time.sleep(600)
        if mode == "drip":
            self.give(b"", length=1000)
            for _ in range(600):
                self.wfile.write(b"0")
                self.wfile.flush()
                time.sleep(0.2)
        if mode == "garbage":
            return self.give(os.urandom(900))
        if mode == "html":
            return self.give(b"<html>Welcome to the hotel</html>")
        if mode == "huge":
            return self.give(bytes(1 << 20))
        if mode == "refuse":
            return self.give(bytes.fromhex("3005300302010230")[:7])
        if mode == "wrong-nonce":
            return self.give(answer(question(digest(query))))
        if mode == "wrong-imprint":
            return self.give(answer(query.replace(bytes.fromhex(digest(query)), bytes(32))))
        body = answer(query)
        if mode == "damaged":
            body = body[:-9] + bytes([body[-9] ^ 1]) + body[-8:]
        self.give(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *arguments):
        pass


def watch():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=watch, daemon=True).start()
server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
