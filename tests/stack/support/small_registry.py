"""A schema registry for records to be written against: what Confluent's serializers and `klaxon decode` ask, no more.

Its answers are those of Confluent's registry 8 (schema ids from 1 on, GUIDs, maxId, error codes); deletions are made by methods.
"""

import http.server
import json
import threading
import urllib.parse
import uuid


class SmallRegistry:
    def __init__(self, first_id=1):
        self._lock = threading.Lock()
        self._next = first_id
        self._by_text = {}  # (type, text) -> id
        self.schemas = {}  # id -> {"schema", "schemaType", "guid"}
        self.versions = {}  # subject -> [(version, id, deleted)]
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self._answer(registry.get(*self._asked()))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                path, _ = self._asked()
                self._answer(registry.register(path[1], body) if path[-1] == "versions" else registry.look_up(path[1], body))

            def _asked(self):
                url = urllib.parse.urlsplit(self.path)
                path = [urllib.parse.unquote(part) for part in url.path.strip("/").split("/")]
                return path, dict(urllib.parse.parse_qsl(url.query))

            def _answer(self, answer):
                status, document = answer
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self):
        self._server.shutdown()

    def register(self, subject, body):
        with self._lock:
            key = (body.get("schemaType", "AVRO"), body["schema"])
            if key not in self._by_text:
                self._by_text[key] = self._next
                self.schemas[self._next] = {"schema": key[1], "schemaType": key[0], "guid": str(uuid.uuid4())}
                self._next += 1
            number = self._by_text[key]
            rows = self.versions.setdefault(subject, [])
            if not any(row[1] == number and not row[2] for row in rows):
                rows.append((len(rows) + 1, number, False))
            return 200, {"id": number, "guid": self.schemas[number]["guid"]}

    def look_up(self, subject, body):
        status, found = self.register(subject, body)
        version = next(row[0] for row in self.versions[subject] if row[1] == found["id"])
        return status, {**found, "subject": subject, "version": version, **self.schemas[found["id"]]}

    def delete(self, subject, permanent):
        """Softly: it can still be asked for by id. Permanent: its ids are gone, if nobody else has them."""
        with self._lock:
            rows = self.versions.pop(subject)
            if not permanent:
                self.versions[subject] = [(version, number, True) for version, number, _ in rows]
                return
            for _, number, _ in rows:
                if not any(number == row[1] for other in self.versions.values() for row in other):
                    self.schemas.pop(number, None)

    def get(self, path, query):
        with self._lock:
            if path == ["subjects"]:
                return 200, sorted(subject for subject, rows in self.versions.items() if not all(row[2] for row in rows))
            if path[0] == "subjects":
                version, number, _ = self.versions[path[1]][-1]
                return 200, {"subject": path[1], "version": version, "id": number, **self.schemas[number]}
            if path[:2] == ["schemas", "guids"]:
                found = next((row for row in self.schemas.values() if row["guid"] == path[2]), None)
                return (200, found) if found else self._not_found()
            if path[:2] != ["schemas", "ids"] or int(path[2]) not in self.schemas:
                return self._not_found()
            number = int(path[2])
            if len(path) == 3:
                return 200, {**self.schemas[number], "maxId": self._next - 1}
            deleted = query.get("deleted") == "true"
            return 200, [
                {"subject": subject, "version": version}
                for subject, rows in self.versions.items()
                for version, of, gone in rows
                if of == number and (deleted or not gone)
            ]

    @staticmethod
    def _not_found():
        return 404, {"error_code": 40403, "message": "Schema not found"}
