"""Builds the documentation site, `make docs`: pages, screenshots of the playground, the reference, the playground.

python docs/site.py [RUNTIME]     RUNTIME is that of `cgviz site`: cdn, or a folder with Pyodide's npm package
"""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS, OUT = ROOT / "docs", ROOT / "build" / "docs"
SHOTS = {
    "live.png": ("", 1920, 1080, "light"),
    "predict.png": ("#program=x*y%2Bsin(x)&values=x%3D2,y%3D3&predict=1", 1366, 768, "light"),
    "phone.png": ("", 390, 844, "dark"),
}


def main() -> None:
    (DOCS / "reference").mkdir(exist_ok=True)
    for name, text in (("ops", ops()), ("python", python()), ("json", schemas())):
        (DOCS / "reference" / f"{name}.md").write_text(text, encoding="utf-8")
    screenshots(DOCS / "images")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-f", str(ROOT / "mkdocs.yml")]
    subprocess.run(command, check=True, cwd=ROOT, env=surroundings())
    from cgviz.places.site import site

    site(OUT / "playground", sys.argv[1] if len(sys.argv) > 1 else "cdn")
    print(f"wrote {OUT}")


def surroundings() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}


def ops() -> str:
    """Returns the table of all ops."""
    from cgviz.ops.op import ops as every

    heads = ("name", "also", "what it does to the gradient", "corners", "source")
    lines = ["# Ops", "", f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    for op in every():
        cells = [f"`{op.name}`", ", ".join(f"`{one}`" for one in op.aliases), op.says or op.gate, op.corners, op.source]
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join([*lines, "", "`cgviz ops NAME` shows the local derivatives of one.", ""])


def python() -> str:
    """Returns the reference of the library, from its docstrings."""
    import cgviz
    from cgviz.runs.run import Run

    parts = ["# Python", ""]
    for name in cgviz.__all__:
        found = getattr(cgviz, name)
        if inspect.isfunction(found):
            parts += described(f"cgviz.{name}{inspect.signature(found)}", found)
    parts += ["## cgviz.Run", "", indented(inspect.getdoc(Run) or ""), ""]
    for name, member in inspect.getmembers(Run):
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
            signature = "" if isinstance(member, property) else str(inspect.signature(member))
            parts += described(f"run.{name}{signature}", member, level="###")
    return "\n".join(parts) + "\n"


def described(title: str, thing: object, level: str = "##") -> list[str]:
    name = title.partition("(")[0]
    return [f"{level} {name}", "", f"```py\n{title}\n```", "", indented(inspect.getdoc(thing) or ""), ""]


def indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())


def schemas() -> str:
    """Returns the page of all JSON schemas."""
    parts = ["# JSON", "", "Each document carries its version; a schema of another version is another file.", ""]
    for path in sorted((ROOT / "cgviz" / "documents" / "schema").glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        parts += [f"## {path.name}", "", schema.get("title", schema.get("description", "")), ""]
        parts += [f"```json\n{json.dumps(schema, indent=1, ensure_ascii=False)}\n```", ""]
    return "\n".join(parts)


def screenshots(folder: Path) -> None:
    """Takes pictures of the playground in use; without a browser there are none."""
    folder.mkdir(exist_ok=True)
    sys.path.insert(0, str(ROOT / "tests"))
    from browser import chromium

    from cgviz.places.serve import Server

    server = Server()
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    with chromium() as browser:
        for name, (state, width, height, scheme) in SHOTS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto(server.link + state)
            page.wait_for_selector("body[data-ready]")
            page.wait_for_timeout(1200)
            page.screenshot(path=str(folder / name))
            page.close()
    server.http.shutdown()
    thread.join()


if __name__ == "__main__":
    main()
