"""Functions that people look for and that are no ops, each with the reason and what would work."""

from __future__ import annotations

STEPS = "is flat between its jumps, so no gradient passes it; leave it out, or use where(...) for a choice; "
STEPS += "straight through it goes by x + detach(q - x), the rounded q an input"
NO_FORM = "has no derivative in closed form"

REFUSED = {
    **dict.fromkeys(("floor", "ceil", "ceiling", "round", "trunc", "rint", "fix"), STEPS),
    **dict.fromkeys(("mod", "fmod", "remainder"), "jumps at every multiple; write x - n*y with the whole number n"),
    **dict.fromkeys(("zeta", "primepi", "bernoulli", "fibonacci"), NO_FORM),
    **dict.fromkeys(("re", "im", "arg", "conjugate"), "is for complex numbers; cgviz computes with real numbers"),
    "E": "is an expected value, a mean over a distribution; of data write mean(x), or (1/n) sum_i x_i",
    **dict.fromkeys(("Var", "Cov"), "is taken over a distribution; of data write mean((x - mean(x))**2)"),
    **dict.fromkeys(("integrate", "simplify"), "works on expressions; cgviz computes the derivatives"),
    **dict.fromkeys(("lim", "limit"), "is not read: give the value that it comes to, or the function itself"),
    **dict.fromkeys(("grad", "nabla"), "is what cgviz computes; give the function itself"),
}
