"""How students call a gradient: `dq`, `d_q`, `dfdq`, `df_dq`, `dfd_q`, `grad_q`, `q_grad` are all ∂f/∂q."""

from __future__ import annotations

from collections.abc import Collection, Iterable

FORMS = ("d{}", "grad{}", "{}grad", "g{}", "delta{}", "{}bar")
OUTPUTS = ("f", "L", "loss", "J", "E", "out")


def loose(name: str) -> str:
    """Returns a name without its underscores, in which spellings differ."""
    return name.replace("_", "")


class Spellings:
    """Reads names as gradients of the given forward names; `outputs` are the names of what is differentiated."""

    def __init__(self, names: Iterable[str], outputs: Iterable[str]) -> None:
        self.names = dict.fromkeys(names)
        self.loose: dict[str, str] = {}
        self.met: dict[str, str | None] = {}
        for name in self.names:
            self.loose.setdefault(loose(name), name)
        self.outputs = {loose(each) for each in outputs} | {each for each in OUTPUTS if each not in self.loose}

    def value(self, name: str) -> str | None:
        """Returns the forward name that a name is, whatever its underscores."""
        return name if name in self.names else self.loose.get(loose(name))

    def gradient(self, name: str) -> str | None:
        """Returns the forward name of whose gradient this is a spelling, or None."""
        if name not in self.met:
            self.met[name] = self.spelled(name)
        return self.met[name]

    def spelled(self, name: str) -> str | None:
        if name.startswith("d") and name[1:] in self.names:
            return name[1:]
        bare = loose(name)
        for form in FORMS:
            before, after = form.split("{}")
            if bare.startswith(before) and bare.endswith(after) and len(bare) > len(before) + len(after):
                found = self.loose.get(bare[len(before) : len(bare) - len(after)])
                if found is not None:
                    return found
        for output in self.outputs:
            for middle in ("d", "byd", "wrt", ""):
                head = f"d{output}{middle}"
                if bare.startswith(head) and bare[len(head) :] in self.loose:
                    return self.loose[bare[len(head) :]]
        return None

    def local(self, name: str) -> tuple[str, str] | None:
        """Returns (u, v) where a name is a spelling of ∂u/∂v, as `dqdx` or `dq_dx`."""
        bare = loose(name)
        for at in range(2, len(bare) - 1):
            if bare[0] == "d" == bare[at] and bare[1:at] in self.loose and bare[at + 1 :] in self.loose:
                return self.loose[bare[1:at]], self.loose[bare[at + 1 :]]
        return None


def is_value(name: str, forward: Collection[str], read: Collection[str]) -> bool:
    """Tells whether a name means a value although it looks like a gradient: an input dx is written `dx_` beside dx."""
    if name in forward:
        return name not in read or f"{name}_" not in read
    exact = name.startswith("d") and name[1:] in read
    return not exact and name.endswith("_") and name.rstrip("_") in forward
