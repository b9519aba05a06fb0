"""Servers on a broker's address that are no broker. What one does may be changed while clients are connected or come back."""

import contextlib
import socket
import threading
import time

_NOT_HTTP = b"<html><head><title>400 Bad Request</title></head></html>"
_ANSWER = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(_NOT_HTTP) + _NOT_HTTP


class OddServer:
    """`does`: "web" answers what is not HTTP as nginx does; "silent" takes everything and says nothing; "cut" ends a
    connection at its first bytes, "torn" in the middle of the first answer of `target` (HOST:PORT); "forward" brings it
    there."""

    def __init__(self, does, target=None, port=0):
        self.does = does
        self.target = target
        self.came = []  # when connections came, time.monotonic()
        self._open = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def change(self, does):
        """From now on, and whoever is connected loses the connection."""
        self.does = does
        self._drop()

    def stop(self):
        """May be called again."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._drop()

    def _drop(self):
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.came.append(time.monotonic())
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        with self._lock:
            self._open.add(sock)
        try:
            getattr(self, "_" + self.does)(sock)
        except OSError:
            pass  # the client or we ended it
        finally:
            with self._lock:
                self._open.discard(sock)
            sock.close()

    def _web(self, sock):
        sock.recv(65536)
        sock.sendall(_ANSWER)

    def _silent(self, sock):
        while sock.recv(65536):
            pass

    def _cut(self, sock):
        sock.recv(65536)

    def _torn(self, sock):
        host, port = self.target.rsplit(":", 1)
        with socket.create_connection((host, int(port)), 5) as other:
            other.sendall(sock.recv(65536))
            sock.sendall(other.recv(16))

    def _forward(self, sock):
        host, port = self.target.rsplit(":", 1)
        with socket.create_connection((host, int(port)), 5) as other:
            other.settimeout(None)
            back = threading.Thread(target=_pump, args=(other, sock), daemon=True)
            back.start()
            _pump(sock, other)
            back.join()


def _pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for sock in (source, sink):
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
