"""Runs tests on mutants: a process that has collected them once and forks for each mutant.

In the fork the code of the changed function takes the place of the code that every live function of it has; what the
mutant changes is seen by the first test, without an import or a collection. Where it changes what an import does, all
is imported anew, in a fork of a process that has loaded the libraries, but nothing of ours.
"""

from __future__ import annotations

import compileall
import gc
import inspect
import marshal
import multiprocessing
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NoReturn

import pytest
from coverage import Coverage

ROOT = Path(__file__).parent.parent
ABSENT = ("torch", "jax")
LEFT_OUT = (".*", "__pycache__", "build", "dist", "*.egg-info")
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["pytest", "hypothesis", "numpy", "sympy", "rich", "click", "jsonschema"])
QUIET = ["-q", "-p", "no:cacheprovider", "-n", "0", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
MEMORY = 4 << 30
KEPT = "cgviz/ops/"  # where what a function has made once is kept: what survives there is asked anew
NO_SUCH_TEST = 4
LONG = 600
"""Seconds after which a mutant that computes nothing any more counts as one that never ends."""


@dataclass(frozen=True)
class Changed:
    """A module with a mutant in it: its path, its source, its code without and with the mutant."""

    path: str
    source: str
    codes: tuple[CodeType, CodeType]

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@dataclass
class Reach:
    """Which tests execute which lines, and the seconds of processor time that each takes while it is traced."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, set[tuple[int, str]]] = field(default_factory=dict)


def copied(copy: Path) -> Path:
    """Returns a compiled copy of the project, since tests read its files, without what mutants do without."""
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    absent = f"import sys\n\nsys.modules.update(dict.fromkeys({ABSENT}))\n"  # neither imported nor found
    (copy / "sitecustomize.py").write_text(absent, encoding="utf-8")
    compileall.compile_dir(copy / "cgviz", quiet=2)
    return copy


def entered(copy: Path) -> None:
    """Makes a copy of the project this process's own."""
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    sys.modules.update(dict.fromkeys(ABSENT))  # type: ignore[arg-type]
    os.environ |= {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    with open("says.txt", "a") as says:
        os.dup2(says.fileno(), 1)
        os.dup2(says.fileno(), 2)


class Tests:
    """Tests that a process of their own has collected, in a copy of the project."""

    def __init__(self, copy: Path, files: list[str]) -> None:
        self.copy = copied(copy)
        self.pipe, other = multiprocessing.Pipe()
        SERVER.Process(target=collect, args=(copy, files, other), daemon=True).start()
        other.close()

    def reach(self, file: str) -> Reach:
        found = self.asked("reach", file)
        return found if isinstance(found, Reach) else self.fail()

    def first_failure(self, changed: Changed, tests: list[str], seconds: float, is_run: bool) -> str | None:
        """Returns the first test that fails with a module as it is changed, none where they pass.

        is_run  whether the tests run what is changed, not only an import
        """
        file = self.copy / changed.path
        before = file.read_bytes(), file.stat()
        file.write_text(changed.source, encoding="utf-8")
        try:
            asked = changed.module, marshal.dumps(changed.codes), tests, seconds
            found = self.asked("run_with", *asked) if is_run else "import"
            if found is None and changed.path.startswith(KEPT):
                found = "import"
            return self.anew(tests, seconds) if found == "import" else found  # type: ignore[no-any-return]
        finally:
            file.write_bytes(before[0])
            os.utime(file, ns=(before[1].st_atime_ns, before[1].st_mtime_ns))

    def anew(self, tests: list[str], seconds: float) -> str | None:
        """Returns "anew" where they fail with all imported anew, or never end."""
        process = SERVER.Process(target=run_tests, args=(self.copy, tests, seconds))
        process.start()
        process.join(LONG)
        if process.exitcode is None:
            process.kill()
        if process.exitcode == NO_SUCH_TEST:  # renamed by the mutant, or nothing can be imported
            return self.anew(sorted({test.partition("::")[0] for test in tests}), seconds)
        return None if process.exitcode == 0 else "anew"

    def asked(self, *asked: Any) -> Any:
        try:
            self.pipe.send(asked)
            return self.pipe.recv()
        except (EOFError, OSError):
            self.fail()

    def fail(self) -> NoReturn:
        raise RuntimeError("the tests fail as they are\n" + (self.copy / "says.txt").read_text()[-2000:])


def collect(copy: Path, files: list[str], pipe: Connection) -> None:
    entered(copy)
    multiprocessing.current_process().daemon = False  # which may have children: grading does
    sys.dont_write_bytecode = False  # the rewritten tests are kept for those who collect them again
    pytest.main([*QUIET, *files], plugins=[Forks(pipe)])


def run_tests(copy: Path, tests: list[str], seconds: float) -> None:
    entered(copy)
    sys.dont_write_bytecode = True
    limit(seconds)
    sys.exit(pytest.main([*QUIET, "-x", *tests]))


def limit(seconds: float) -> None:
    """Ends this process where it takes far more than it should: a mutant that loops, or that fills the memory."""
    most = int(seconds + 15)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


class Forks:
    """The loop over tests as pytest runs it: it answers requests, each in a fork."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        gc.unfreeze()  # functions that are frozen would not be found
        self.items = {item.nodeid: item for item in session.items}
        sys.dont_write_bytecode = True
        while True:
            try:
                name, *args = self.pipe.recv()
            except EOFError:
                os._exit(0)
            self.pipe.send(self.forked(getattr(self, name), *args))

    def forked(self, function: Callable[..., Any], *args: Any) -> Any:
        """Returns what a function answers in a fork; the test that was running where the fork does not come back."""
        answer, self.answer = multiprocessing.Pipe(duplex=False)
        child = os.fork()
        if not child:
            self.answer.send(function(*args))
            os._exit(0)
        self.answer.close()
        try:
            return answer.recv() if answer.poll(LONG) else "never ends"
        except EOFError:
            return "never ends"
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            print(report.nodeid, report.longreprtext, flush=True)
            self.answer.send(report.nodeid)
            os._exit(1)

    def run(self, names: list[str]) -> None:
        items = [self.items[name] for name in names]
        for item, after in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)

    def run_with(self, module: str, codes: bytes, names: list[str], seconds: float) -> str | None:
        """Runs tests with what is changed. Returns "import" where no function of the module is changed by it.

        What has not been imported yet will be as it is changed.
        """
        limit(seconds)
        if module in sys.modules and not put(*marshal.loads(codes)):
            return "import"
        self.run(names)
        return None

    def reach(self, file: str) -> Reach:
        """Returns what the tests of a file execute."""
        cov = Coverage(data_file=None, source=["cgviz"], messages=False)
        cov.set_option("run:disable_warnings", ["module-not-measured", "no-data-collected"])
        found = Reach()
        cov.start()
        for name in [name for name in self.items if name.startswith(f"{file}::")]:
            cov.switch_context(name)
            before = sum(os.times()[:4])
            self.run([name])
            found.seconds[name] = sum(os.times()[:4]) - before
        cov.stop()
        data = cov.get_data()
        for each in data.measured_files():
            lines = data.contexts_by_lineno(each).items()
            found.lines[str(Path(each).relative_to(Path.cwd()))] = {
                (line, test) for line, tests in lines for test in tests
            }
        return found


def instead(old: CodeType, new: CodeType) -> dict[CodeType, CodeType] | None:
    """Returns the changed code of each function of a module; None where what is changed is run by an import."""
    try:
        changed = [pair for pair in nested(old, new) if pair[0] != pair[1]]
    except ValueError:  # functions are gone
        return None
    if not all(code.co_flags & inspect.CO_OPTIMIZED for code, other in changed if own(code) != own(other)):
        return None
    return {code: other for code, other in changed if code.co_flags & inspect.CO_OPTIMIZED} or None


def put(old: CodeType, new: CodeType) -> bool:
    """Puts the code of a changed module in the place of the old one in every live function. False where it cannot."""
    codes, found = instead(old, new) or {}, False
    for each in gc.get_objects():
        if type(each) is FunctionType and each.__code__ in codes:
            if len(codes[each.__code__].co_freevars) != len(each.__code__.co_freevars):
                return False
            each.__code__, found = codes[each.__code__], True
    return found


def nested(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    yield old, new
    inner = [[each for each in code.co_consts if isinstance(each, CodeType)] for code in (old, new)]
    for pair in zip(*inner, strict=True):
        yield from nested(*pair)


def own(code: CodeType) -> tuple[Any, ...]:
    """Returns what a code does without the functions in it."""
    constants = [repr(each) for each in code.co_consts if not isinstance(each, CodeType)]
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_exceptiontable
