"""The kernel in a process of its own, which is ended where an answer takes too long, and begun anew."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from queue import Empty, Queue
from subprocess import PIPE, Popen
from threading import Lock, Thread

from cgviz.kernel import VERSION

LATE = "this takes longer than {seconds:g} s, so it was stopped; a smaller program will do"


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
