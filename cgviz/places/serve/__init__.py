"""The playground on this machine: one page and one kernel, for whoever has the link, on 127.0.0.1 alone."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from queue import Empty, Queue
from secrets import compare_digest, token_urlsafe
from subprocess import PIPE, Popen
from threading import Lock, Thread
from typing import Any

from cgviz.errors import UsageError
from cgviz.kernel import VERSION
from cgviz.places.site import page, shared

HOST = "127.0.0.1"
SECONDS = 30.0
LONGEST = 4 * 2**20  # bytes of a request
MOST_PASSED_OVER, CHUNK = 16 * 2**20, 2**16
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
LATE = "this takes longer than {seconds:g} s, so it was stopped; a smaller program will do"
__all__ = ["Server"]


class Server:
    """A server that listens; `link` is the address of its page, with the token that nobody else knows.

    port     0 takes one that is free
    seconds  after which an answer is given up

    Raises UsageError where the port is taken.
    """

    def __init__(self, port: int = 0, seconds: float = SECONDS) -> None:
        self.token = token_urlsafe(18)
        self.files = {"": page({"server": "kernel"}).encode(), **dict(shared())}
        try:
            self.http = Patient((HOST, port), partial(Handler, self))
        except OSError as error:
            raise UsageError(f"port {port} cannot be used: {error.strerror}; give --port another, or none") from None
        self.http.daemon_threads = True
        self.kernel = Kernel(seconds)

    @property
    def port(self) -> int:
        return int(self.http.server_port)

    @property
    def link(self) -> str:
        return f"http://{HOST}:{self.port}/{self.token}/"

    def run(self) -> None:
        """Serves until it is interrupted, then ends its kernel."""
        try:
            self.http.serve_forever(poll_interval=0.2)
        finally:
            self.close()

    def close(self) -> None:
        self.kernel.end()
        self.http.server_close()


class Patient(ThreadingHTTPServer):
    """A server to which a page that is closed in the middle of an answer is nothing to speak of."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Answers what is asked by the right host with the right token; anything else is not there."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "cgviz", ""
    timeout = 60

    def __init__(self, mine: Server, *args: object) -> None:
        self.mine = mine
        super().__init__(*args)  # type: ignore[arg-type]

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the terminal is the user's."""

    def do_GET(self) -> None:
        name = self.asked()
        content = None if name is None else self.mine.files.get(name)
        if content is None:
            self.refuse(HTTPStatus.NOT_FOUND, "there is nothing here")
        else:
            kind = guess_type(name or "index.html")[0] or "application/octet-stream"
            self.say(HTTPStatus.OK, content, f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)

    do_HEAD = do_GET  # noqa: N815

    def do_POST(self) -> None:
        if self.asked() != "kernel" or not self.headers.get("Content-Type", "").startswith("application/json"):
            return self.refuse(HTTPStatus.NOT_FOUND, "there is nothing here")
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            return self.refuse(HTTPStatus.LENGTH_REQUIRED, "a request tells its length")
        if int(length) > LONGEST:
            self.pass_over(int(length))
            return self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a request has at most {LONGEST // 2**20} MB")
        request = self.rfile.read(int(length)).decode(errors="replace")
        self.say(HTTPStatus.OK, self.mine.kernel.answer(request).encode(), "application/json")

    def pass_over(self, length: int) -> None:
        """Reads what is too much, up to a bound, so that whoever sends it gets to hear why."""
        for _ in range(0, min(length, MOST_PASSED_OVER), CHUNK):
            self.rfile.read(min(CHUNK, length))
            length -= CHUNK

    def asked(self) -> str | None:
        """Returns which file is asked for; None where the host or the token is another's."""
        host, _, port = self.headers.get("Host", "").rpartition(":")
        if host not in (HOST, "localhost") or port != str(self.mine.port):
            return None
        origin = self.headers.get("Origin")
        if origin and origin not in (f"http://{HOST}:{port}", f"http://localhost:{port}"):
            return None
        token, _, name = self.path.partition("?")[0].removeprefix("/").partition("/")
        return name if compare_digest(token.encode(), self.mine.token.encode()) else None

    def refuse(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True
        self.say(status, why.encode(), "text/plain; charset=utf-8")

    def say(self, status: HTTPStatus, content: bytes, kind: str) -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(content)), "Content-Security-Policy": POLICY}
        headers |= {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


class Kernel:
    """Answers requests, one at a time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.lock = Lock()
        self.begin()

    def begin(self) -> None:
        self.process = Popen(
            [sys.executable, "-m", "cgviz.kernel"], stdin=PIPE, stdout=PIPE, encoding="utf-8", start_new_session=True
        )
        self.lines: Queue[str] = Queue()
        self.listener = Thread(target=self.listen, args=(self.process, self.lines), daemon=True)
        self.listener.start()

    @staticmethod
    def listen(process: Popen[str], lines: Queue[str]) -> None:
        assert process.stdout
        with process.stdout as said:
            for line in said:
                lines.put(line)
        lines.put("")

    def answer(self, request: str) -> str:
        """Returns the response to a request; where it takes too long, one that says so."""
        with self.lock:
            try:
                assert self.process.stdin
                self.process.stdin.write(" ".join(request.splitlines()) + "\n")
                self.process.stdin.flush()
                found = self.lines.get(timeout=self.seconds)
            except (Empty, OSError):
                found = ""
            if found:
                return found
            self.end()
            self.begin()
        return json.dumps(stopped(self.seconds))

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        with suppress(OSError):
            assert self.process.stdin
            self.process.stdin.close()
        self.listener.join()


def stopped(seconds: float) -> dict[str, object]:
    message = LATE.format(seconds=seconds)
    error = {"kind": "evaluation", "message": message, "remedy": "", "text": message, "start": None, "end": None}
    return {"cgviz": VERSION, "id": None, "ok": False, "error": {**error, "fix": None}, "notes": [], "answers": {}}
