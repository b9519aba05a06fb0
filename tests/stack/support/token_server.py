"""An OpenID provider: its token endpoint grants RS256-signed tokens to clients (RFC 6749 section 4.4), brokers read its keys.

The subject of a token, which is the principal that brokers see, is the client's id.
"""

import base64
import contextlib
import http.server
import json
import os
import subprocess
import threading
import time
import urllib.parse

AUDIENCE, ISSUER, SCOPE = "kafka", "klaxon-test", "kafka:read"


def _encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class _Key:
    def __init__(self, path):
        self._path = path
        self.name = os.path.basename(path)
        subprocess.run(["openssl", "genrsa", "-out", path, "2048"], check=True, capture_output=True, timeout=60)

    def public(self):
        text = subprocess.run(["openssl", "rsa", "-in", self._path, "-noout", "-modulus"], check=True, capture_output=True, text=True, timeout=60)
        modulus = bytes.fromhex(text.stdout.strip().removeprefix("Modulus="))
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.name, "n": _encoded(modulus), "e": "AQAB"}

    def sign(self, claims):
        head = {"alg": "RS256", "typ": "JWT", "kid": self.name}
        text = ".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
        command = ["openssl", "dgst", "-sha256", "-sign", self._path]
        done = subprocess.run(command, input=text.encode(), check=True, capture_output=True, timeout=60)
        return f"{text}.{_encoded(done.stdout)}"


class TokenServer:
    """Serves on a free port from now on until stop(). `clients`: id -> secret; it may be changed, as may `lifetime` (s)."""

    def __init__(self, folder, clients, lifetime):
        self.clients = clients
        self.lifetime = lifetime
        self.granted = []  # (time.monotonic(), client id)
        self.refused = 0
        self._key = _Key(os.path.join(folder, "token.key"))
        self._keys = json.dumps({"keys": [self._key.public()]}).encode()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def token(self, client, lifetime):
        now = time.time()
        claims = {"sub": client, "aud": AUDIENCE, "iss": ISSUER, "scope": SCOPE, "iat": int(now), "exp": int(now + lifetime)}
        return self._key.sign(claims)

    def grant(self, client, secret, form):
        """(status, JSON) for one request of a client."""
        if form.get("grant_type") != ["client_credentials"]:
            return 400, {"error": "unsupported_grant_type"}
        if secret is None or self.clients.get(client) != secret:
            self.refused += 1
            return 401, {"error": "invalid_client", "error_description": "no such client, or a wrong secret"}
        if form.get("scope", [SCOPE]) != [SCOPE]:
            return 400, {"error": "invalid_scope"}
        self.granted.append((time.monotonic(), client))
        return 200, {"access_token": self.token(client, self.lifetime), "token_type": "Bearer", "expires_in": self.lifetime, "scope": SCOPE}

    def _handler(owner):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path == "/jwks":
                    self._answer(200, owner._keys)
                else:
                    self._answer(404, b"{}")

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                form = urllib.parse.parse_qs(body)
                client, secret = self._credentials(form)
                status, answer = owner.grant(client, secret, form) if self.path == "/token" else (404, {})
                self._answer(status, json.dumps(answer).encode())

            def _credentials(self, form):
                """Of the Authorization header, or of the form (RFC 6749 section 2.3.1)."""
                scheme, _, value = self.headers.get("Authorization", "").partition(" ")
                if scheme.lower() != "basic":
                    return form.get("client_id", [None])[0], form.get("client_secret", [None])[0]
                client, _, secret = base64.b64decode(value).decode().partition(":")
                return urllib.parse.unquote_plus(client), urllib.parse.unquote_plus(secret)

            def _answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # the client was ended
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler
