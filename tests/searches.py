"""What a search for the wrong line did on its way, in a few lines: that of one file, as `told` tells its grade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from cgviz.grading.mending import Search
from tests.held import number


class WatchedSearch(Search):
    """A search that counts what it expects of slips, and is kept."""

    last: WatchedSearch | None = None

    def __init__(self, *about: Any) -> None:
        self.expected, self.resumed = Counter[str](), 0
        super().__init__(*about)
        WatchedSearch.last, of = self, self.foresight.of

        def counted(slip: Any) -> str:
            self.expected[found := of(slip)] += 1
            return found

        self.foresight.of = counted  # type: ignore[method-assign]

    def run(self, **named: Any) -> Any:
        self.resumed += named.get("halfway") is not None
        return super().run(**named)


def searched(search: WatchedSearch) -> Iterator[str]:
    """Yields what is known of gradients on the way, who is suspected in which order, and how much was tried."""
    posts = search.posts
    known = [
        f"{name} {'along ' + number(post.rate) if post.value is None else number(post.value)}"
        for name, post in posts.posts.items()
    ]
    output = f"output {number(posts.own_output)} for {number(posts.wanted_output())}"
    yield f"  signs: {', '.join(known)} | {output}, {'right' if posts.right_forward else 'wrong'}"
    if posts.event is not None:
        marks = [word for word, holds in (("scaled", posts.is_scaled), ("sure", posts.is_sure)) if holds]
        yield f"  first {' '.join([posts.name, f'in {posts.event.line}', *marks])}: {', '.join(posts.why())}"
    elif posts.first is not None:
        yield f"  first {posts.first.lineno}: {', '.join(posts.why())}"
    suspects = getattr(search, "suspects", None)
    if suspects is not None:
        ids = {id(node): node.lineno for node in suspects.order}
        moving = f"leading {lines(suspects.leading & ids.keys(), ids)}, exact {lines(suspects.exact, ids)}"
        yield f"  order {lines(ids)}, {moving}, vouched {lines(posts.vouched() & ids.keys(), ids)}"
    tried = ", ".join(f"{count} {word.partition(',')[0]}" for word, count in sorted(search.expected.items()))
    yield f"  {search.runs} runs, {search.resumed} of them from halfway: {tried}"


def lines(of: Any, ids: dict[int, int] | None = None) -> str:
    found: Iterable[int] = of.values() if ids is None else sorted(ids[each] for each in of if each in ids)
    return " ".join(map(str, found)) or "none"
