"""The test servers: one per case and port, with scripted responses."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import socket
import ssl
import struct
import subprocess
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Response = dict[str, Any]

_FIELDS = {"status", "headers", "body", "rows", "next", "gzip", "header_bytes", "append"} | {
    *("delay_ms", "byte_delay_ms", "hang", "truncate_at"),
}
_EXCLUSIVE_FIELDS = {"close", "reset", "raw"}
_AUTHORITIES = ("trusted", "untrusted", "system")
_CERTIFICATES = {name: name for name in _AUTHORITIES} | {
    # The folder of the certificate for each kind of TLS server.
    "self_signed": "self_signed",
    "mutual": "trusted",
}
_KINDS = {
    "sandbox",
    "responses",
    "pages",
    "refuses_connections",
    "backlog_full",
    "silent",
    "tls",
    "proxy",
}


class Server:
    """Serves the responses of a case, or forwards requests to a sandbox; records the requests."""

    def __init__(self, case: dict[str, Any], certificates: Path, sandbox: str = "") -> None:
        script = case["server"]
        unknown = set(script) - _KINDS
        if unknown:
            raise ValueError(f"{case['name']}: unknown server fields {unknown}")
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.connections = 0
        self._script = script
        self._sandbox = urlsplit(sandbox).netloc
        self._certificate = script.get("tls")
        self._certificates = certificates
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._waiting: list[socket.socket] = []
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        # A port that is bound but does not listen refuses connections, and stays reserved.
        if "refuses_connections" in script:
            return
        if "backlog_full" in script:
            self._fill_backlog()
        else:
            self._listener.listen(128)
            threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        scheme = "https" if "tls" in self._script or "silent" in self._script else "http"
        return f"{scheme}://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Close the port and all connections."""
        self._stopping.set()
        with self._lock:
            sockets = [*self._open, *self._waiting, self._listener]
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _fill_backlog(self) -> None:
        """Open connections until the listen backlog is full."""
        self._listener.listen(0)
        while len(self._waiting) < 64:
            connection = socket.socket()
            self._waiting.append(connection)
            connection.settimeout(0.2)
            try:
                connection.connect(("127.0.0.1", self.port))
            except OSError:
                return
        raise RuntimeError("could not fill the listen backlog")

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                stream, _ = self._listener.accept()
            except OSError:
                return
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                self._open.add(stream)
            threading.Thread(target=self._serve, args=(stream,), daemon=True).start()

    def _serve(self, stream: socket.socket) -> None:
        served = stream
        try:
            if self._certificate in _CERTIFICATES:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                folder = self._certificates / _CERTIFICATES[self._certificate]
                context.load_cert_chain(folder / "leaf.pem", folder / "leaf.key")
                if self._certificate == "mutual":
                    context.verify_mode = ssl.CERT_REQUIRED
                    context.load_verify_locations(folder / "ca.pem")
                served = context.wrap_socket(stream, server_side=True)
                with self._lock:
                    self._open.add(served)
            if self._certificate == "plain":
                served.recv(4096)
                served.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                return
            if "silent" in self._script:
                self._wait_until_closed(served)
                return
            while self._respond(served):
                pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(stream)
                self._open.discard(served)
            served.close()

    def _respond(self, stream: socket.socket) -> bool:
        """Handle a request; return whether the connection stays open."""
        head = _read_head(stream)
        if head is None:
            return False
        first, *lines = head.split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        target = first.split(" ")[1] if first.count(" ") == 2 else ""
        with self._lock:
            number = len(self.requests)
            self.requests.append((target, headers))
        if self._sandbox:
            return self._forward(stream, target, headers)
        return self._send(stream, self._select(number, target), number)

    def _forward(self, stream: socket.socket, target: str, headers: dict[str, str]) -> bool:
        """Forward a request to the sandbox, and the response to the client."""
        connection = http.client.HTTPConnection(self._sandbox)
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        head = "".join(f"{name}: {value}\r\n" for name, value in response.getheaders())
        head = f"HTTP/1.1 {response.status} {response.reason}\r\n{head}\r\n"
        stream.sendall(head.encode() + response.read())
        connection.close()
        return True

    def _select(self, number: int, target: str) -> Response:
        script = self._script
        if "pages" in script:
            cursor = parse_qs(urlsplit(target).query).get("starting_after", [""])[0]
            selected: Response = script["pages"].get(cursor, {"status": 404, "body": {}})
            return selected
        responses: list[Response] = script.get("responses", [{"rows": [{"id": "1"}]}])
        if "proxy" in script:
            responses = [script["proxy"]]
        return responses[min(number, len(responses) - 1)]

    def _send(self, stream: socket.socket, response: Response, number: int) -> bool:
        unknown = set(response) - _FIELDS - _EXCLUSIVE_FIELDS
        if unknown:
            raise ValueError(f"unknown response fields {unknown}")
        time.sleep(response.get("delay_ms", 0) / 1000)
        if "close" in response:
            return False
        if "reset" in response:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if "raw" in response:
            stream.sendall(response["raw"].encode("latin-1"))
            return False
        if response.get("hang") == "response":
            return self._wait_until_closed(stream)
        body, headers = _render_body(response, number)
        status = response.get("status", 200)
        head = f"HTTP/1.1 {status} {_REASONS.get(status, 'X')}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if response.get("hang") == "head":
            stream.sendall(head.encode())
            return self._wait_until_closed(stream)
        stream.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        if response.get("hang") == "body":
            stream.sendall(body[:-1])
            return self._wait_until_closed(stream)
        if "truncate_at" in response:
            stream.sendall(body[: response["truncate_at"]])
            return False
        if "byte_delay_ms" in response:
            for byte in body:
                stream.sendall(bytes([byte]))
                time.sleep(response["byte_delay_ms"] / 1000)
            return True
        stream.sendall(body)
        return True

    def _wait_until_closed(self, stream: socket.socket) -> bool:
        """Send nothing until the client closes the connection or the server stops."""
        while stream.recv(4096):
            pass
        return False


def _read_head(stream: socket.socket) -> str | None:
    head = b""
    while b"\r\n\r\n" not in head:
        received = stream.recv(4096)
        if not received:
            return None
        head += received
    return head.partition(b"\r\n\r\n")[0].decode("latin-1")


def _render_body(response: Response, number: int) -> tuple[bytes, dict[str, str]]:
    headers = {"Content-Type": "application/json"}
    if "rows" in response:
        cursor = (response.get("next") or "").replace("{n}", str(number))
        next_page = {"starting_after": cursor} if cursor else None
        pages = {"type": "pages", "per_page": 20, "next": next_page}
        body: Any = {"type": "list", "data": response["rows"], "pages": pages}
    else:
        body = response.get("gzip", response.get("body", ""))
    data = (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()
    if "gzip" in response:
        data = gzip.compress(data)
        headers["Content-Encoding"] = "gzip"
    if "header_bytes" in response:
        headers["X-Padding"] = "x" * response["header_bytes"]
    data += response.get("append", "").encode()
    return data, {**headers, **response.get("headers", {})}


_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    407: "Proxy Authentication Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def make_certificates(folder: Path) -> None:
    """Create CAs, a certificate for 127.0.0.1 issued by each, and one that is self-signed."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout"]
    own = folder / "self_signed"
    own.mkdir()
    command = ["req", "-x509", *key, "leaf.key", "-out", "leaf.pem", "-days", "2", "-subj", "/CN=x"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", *command], cwd=own, check=True, capture_output=True)
    for name in _AUTHORITIES:
        issuer = folder / name
        issuer.mkdir()
        (issuer / "leaf.cnf").write_text("subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "leaf.cnf"]
        for command in (
            ["req", "-x509", *key, "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=ca"],
            ["req", *key, "leaf.key", "-out", "leaf.csr", "-subj", "/CN=127.0.0.1"],
            ["x509", "-req", "-in", "leaf.csr", *signing, "-days", "2", "-out", "leaf.pem"],
        ):
            subprocess.run(["openssl", *command], cwd=issuer, check=True, capture_output=True)
