"""`cgviz site`: the playground as a static site."""

from __future__ import annotations

from pathlib import Path

import click

from cgviz.cli import streams
from cgviz.cli.options import debug_option
from cgviz.cli.targets import OUT_FILE
from cgviz.errors import printable

HELP = """Write the playground as a static site: Python runs in the browser.

\b
  cgviz site -o playground
  npm install --prefix runtime pyodide
  cgviz site -o playground --runtime runtime

Any web server can host the folder, in any place. With --runtime cdn (the default) the page loads Pyodide from its
public CDN; with a FOLDER that npm has made, Pyodide is copied into the site, which then asks no other host for
anything. After the first visit it works without a network, and starts in a second. Programs with arrays load numpy,
from the full Pyodide distribution alone: from the CDN, or where its wheel lies beside Pyodide in FOLDER.
"""


@click.command(help=HELP, params=[debug_option()])
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    type=OUT_FILE,
    default="playground",
    show_default=True,
    help="The site's folder.",
)
@click.option("--runtime", metavar="cdn|FOLDER", default="cdn", show_default=True, help="Where Pyodide is from.")
def command(output: str, runtime: str) -> None:
    from cgviz.places.site import site

    written = site(output, runtime)
    size = sum(path.stat().st_size for path in written) / 2**20
    streams.note(f"wrote {len(written)} files, {size:.1f} MB, into {printable(output)}")
    streams.note(f"to look at it: python -m http.server --directory {printable(str(Path(output)))}")
