"""A Kafka REST proxy that lists clusters, topics and brokers, as Confluent's v2 and v3 do, and nothing else."""

import http.server
import json
import threading


class SmallRestProxy:
    def __init__(self, cluster_id, topics, brokers):
        base = f"/v3/clusters/{cluster_id}"
        answers = {
            "/topics": topics,
            "/brokers": {"brokers": brokers},
            "/v3/clusters": {"kind": "KafkaClusterList", "data": [{"kind": "KafkaCluster", "cluster_id": cluster_id}]},
            f"{base}/topics": {"data": [{"topic_name": name} for name in topics]},
            f"{base}/brokers": {"data": [{"broker_id": broker} for broker in brokers]},
        }

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                document = answers.get(self.path.split("?")[0])
                body = json.dumps(document if document is not None else {"error_code": 404, "message": "HTTP 404 Not Found"}).encode()
                kind = "application/json" if self.path.startswith("/v3") else "application/vnd.kafka.v2+json"
                self.send_response(200 if document is not None else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
