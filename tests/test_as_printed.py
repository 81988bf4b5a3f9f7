# ruff: noqa: N803 - matrices are capitals here as well
"""Formulas as courses, books and students write them: each against NumPy and central differences."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reports import derivation
from tex import compiled, need_tex

import cgviz
from cgviz.errors import CgvizError

A, V, W, P = np.array([[1.0, 0.5], [-0.3, 0.8]]), np.array([1.0, 2.0]), np.array([0.5, -1.0]), np.array([0.3, 0.7])


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


# formula: (what it is in NumPy, its inputs)
LATEX: dict[str, tuple[Any, dict[str, Any]]] = {
    r"h_\theta(x) = \theta^T x": (lambda theta, x: theta @ x, {"theta": W, "x": V}),
    r"\sigma(\mathbf{w}^\top \mathbf{x} + b)": (lambda w, x, b: sigmoid(w @ x + b), {"w": W, "x": V, "b": 0.1}),
    r"\frac12 (Wx - y)^T (Wx - y)": (lambda W, x, y: ((W @ x - y) ** 2).sum() / 2, {"W": A, "x": V, "y": W}),
    r"x^T A x + b^T x + c": (lambda x, A, b, c: x @ A @ x + b @ x + c, {"x": V, "A": A, "b": W, "c": 1.0}),
    r"\|Ax - b\|_2^2 + \lambda \|x\|_1": (
        lambda A, x, b, lam: ((A @ x - b) ** 2).sum() + lam * abs(x).sum(),
        {"A": A, "x": V, "b": W, "lambda": 0.1},
    ),
    r"\operatorname{tr}(A^T B)": (lambda A, B: np.trace(A.T @ B), {"A": A, "B": A + 1}),
    r"\log\det A": (lambda A: np.log(np.linalg.det(A)), {"A": A}),
    r"b^\top A^{-1} b": (lambda b, A: b @ np.linalg.inv(A) @ b, {"b": W, "A": A}),
    r"\frac{u \cdot v}{\|u\|\,\|v\|}": (
        lambda u, v: u @ v / np.linalg.norm(u) / np.linalg.norm(v),
        {"u": W, "v": V},
    ),
    r"R(W) = \sum_k \sum_l W_{k,l}^2": (lambda W: (W**2).sum(), {"W": A}),
    r"L = \sum_{i,j} A_{ij} x_i y_j": (lambda A, x, y: x @ A @ y, {"A": A, "x": V, "y": W}),
    r"L = \sum_i \sum_j A_{ji} x_i y_j": (lambda A, x, y: y @ A @ x, {"A": A, "x": V, "y": W}),
    r"L = -\sum_j y_j \log \hat{y}_j": (lambda y, yhat: -(y * np.log(yhat)).sum(), {"y": V, "yhat": P}),
    r"J = \frac{1}{2m} \sum_{i=1}^m \left(w x^{(i)} + b - y^{(i)}\right)^2": (
        lambda w, x, b, y: ((w * x + b - y) ** 2).mean() / 2,
        {"w": 0.7, "x": V, "b": 0.1, "y": W},
    ),
    r"\log \sum_{j=1}^n e^{z_j}": (lambda z: np.log(np.exp(z).sum()), {"z": V}),
    r"p_2 = \frac{e^{z_2}}{\sum_j e^{z_j}}": (lambda z: np.exp(z[1]) / np.exp(z).sum(), {"z": V}),
    r"s = \max_i z_i + \prod_k z_k": (lambda z: z.max() + z.prod(), {"z": V}),
    r"\sum_{k=0}^{3} \frac{x^k}{k!}": (lambda x: 1 + x + x**2 / 2 + x**3 / 6, {"x": 0.7}),
    r"\sum_{i=1}^{2} w_i x_i": (lambda w, x: w @ x, {"w": W, "x": V}),
    r"f(x) = [1 - x]_+ + \mathbb{1}[x > 0]": (lambda x: max(0, 1 - x) + (x > 0), {"x": 0.4}),
    r"\sum_{i<j} (x_i - x_j)^2": (lambda x: (x[0] - x[1]) ** 2, {"x": V}),
    r"\frac{2}{n(n-1)}\sum_{i=1}^{n-1}\sum_{j=i+1}^n |x_i - x_j|": (lambda x: abs(x[0] - x[1]), {"x": V}),
    r"L = \sum_i z_i^2, z_i = \sum_{j \ne i} w_{ij} x_j": (
        lambda w, x: ((w - np.diag(np.diag(w))) @ x) @ ((w - np.diag(np.diag(w))) @ x),
        {"w": A, "x": V},
    ),
    r"\sum_i \sum_{j=1}^{i} a_{ij}": (lambda a: np.tril(a).sum(), {"a": A}),
    r"\sum_{i=1}^{n} i\, x_i + \sum_{k=2}^{n} x_k": (lambda x: x[0] + 3 * x[1], {"x": V}),
    r"\sum_{i=1}^{n-1} [100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2] / n": (
        lambda x: (100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2) / 2,
        {"x": V},
    ),
    r"-\sum_{i=1}^{m}\sum_{k=1}^{2} 1\{y^{(i)} = k\} \log p_{ik}": (
        lambda y, p: -np.log(p[0, 1]) - np.log(p[1, 0]),
        {"y": np.array([2.0, 1.0]), "p": abs(A)},
    ),
    r"-\sum_i \log \frac{e^{s_i}}{\sum_k \mathbb{1}_{[k \neq i]} e^{s_k}}": (lambda s: 0 * s.sum(), {"s": V}),
    r"L = -\sum_i \log p_\theta(y^{(i)} \mid x^{(i)})": (lambda p_theta: -np.log(p_theta).sum(), {"p_theta": P}),
    r"r = \frac{\pi_\theta(a|s)}{\pi_{\text{old}}(a|s)}": (
        lambda pi_theta, pi_old: pi_theta / pi_old,
        {"pi_theta": 0.3, "pi_old": 0.4},
    ),
    r"P(A|B) = \frac{P(B|A) P(A)}{P(B)}": (
        lambda P_B_A, P_A, P_B: P_B_A * P_A / P_B,
        {"P_B_A": 0.3, "P_A": 0.4, "P_B": 0.5},
    ),
    r"L(y, f(x)) = \log(1 + e^{-2yf(x)})": (lambda y, f: np.log(1 + np.exp(-2 * y * f)), {"y": 1.0, "f": 0.3}),
    r"\|\tanh(r_t \circ U h_{t-1})\|^2": (
        lambda r_t, U, h_tm1: (np.tanh(r_t * (U @ h_tm1)) ** 2).sum(),
        {"r_t": V, "U": A, "h_tm1": W},
    ),
    r"K = e^{-||x-z||^2/2}, \quad x, z \in \mathbb{R}^2": (
        lambda x, z: np.exp(-((x - z) ** 2).sum() / 2),
        {"x": V, "z": W},
    ),
    r"-\sum_i y_i \log \operatorname{softmax}(z)_i": (
        lambda y, z: -(y * np.log(np.exp(z) / np.exp(z).sum())).sum(),
        {"y": V, "z": W},
    ),
    r"e^{-(x-\mu)^2/2\sigma^2} + E/kT + \lambda/2 x^2": (
        lambda x, mu, sigma, E, k, T, lam: np.exp(-((x - mu) ** 2) / (2 * sigma**2)) + E / (k * T) + lam / 2 * x**2,
        {"x": 0.3, "mu": 0.5, "sigma": 0.8, "E": 1.5, "k": 0.4, "T": 0.6, "lambda": 0.1},
    ),
    r"x^{(\text{train})} max(a, 0) + 1\{a >= 1\}": (lambda x_train, a: x_train * a, {"x_train": 0.3, "a": 0.7}),
    r"\begin{bmatrix} a & b \end{bmatrix} \begin{bmatrix} 1 \\ 2 \end{bmatrix}": (
        lambda a, b: a + 2 * b,
        {"a": 3.0, "b": -1.0},
    ),
    r"a = \sigma(z), \quad z = w^\top x + b": (lambda w, x, b: sigmoid(w @ x + b), {"w": W, "x": V, "b": 0.1}),
    r"\hat{y} = a^{[1]} = \sigma(w x)": (lambda w, x: sigmoid(w * x), {"w": 0.5, "x": 2.0}),
    r"a^{[1]} - a^{(1)}": (lambda a_l1, a1: a_l1 - a1, {"a_l1": 2.0, "a1": 3.0}),
    r"\sum_{i=1}^n (y_i - w^T x_i)^2": (lambda y, w, x: ((y - x @ w) ** 2).sum(), {"y": V, "w": W, "x": A}),
    r"\frac{1}{2}\sum_i (\theta^T x^{(i)} - y^{(i)})^2": (
        lambda theta, x, y: ((x @ theta - y) ** 2).sum() / 2,
        {"theta": W, "x": A, "y": V},
    ),
    r"J = \frac{1}{m} \sum_{i=1}^m (h_w(x_i) - y_i)^2 \\ h_w(x) = \frac{1}{1 + e^{-w^T x}}": (
        lambda x, w, y: ((sigmoid(x @ w) - y) ** 2).mean(),
        {"x": A, "w": W, "y": V},
    ),
    r"\sum_i \sum_j \alpha_i \alpha_j x_i^T x_j": (lambda a, x: a @ x @ x.T @ a, {"alpha": V, "x": A}),
    r"\sum_i x_i^T A x_i": (lambda x, B: np.trace(x @ B @ x.T), {"x": A, "A": A + 1}),
    r"\sum_i \sum_k r_{ik} \|x_i - \mu_k\|^2": (
        lambda r, x, mu: (r * ((x[:, None] - mu) ** 2).sum(-1)).sum(),
        {"r": A, "x": A, "mu": A + 1},
    ),
    r"D_{KL}(P \| Q) = \sum_{x \in \mathcal{X}} P(x) \log \frac{P(x)}{Q(x)}": (
        lambda p, q: (p * np.log(p / q)).sum(),
        {"P": P, "Q": P[::-1]},
    ),
    r"y = r + \gamma \max_{a'} Q_{a'}": (lambda r, g, q: r + g * q.max(), {"r": 1.0, "gamma": 0.9, "Q": V}),
    r"\frac{1}{n} \sum (y_i - \hat{y}_i)^2": (lambda y, yhat: ((y - yhat) ** 2).mean(), {"y": V, "yhat": P}),
    r"-D_{KL} = \frac12 \sum_j (1 + \log\sigma_j^2 - \sigma_j^2)": (
        lambda s: (1 + np.log(s**2) - s**2).sum() / 2,
        {"sigma": V},
    ),
    r"\log |\Sigma|": (lambda S: np.log(np.linalg.det(S)), {"Sigma": A}),
    r"b = w^{[2]T} a^{[1]}": (lambda w, a: w @ a, {"w_l2": V, "a_l1": W}),
    r"a = \sum_j \exp(e_j)": (lambda e: np.exp(e).sum(), {"e": V}),
    r"\frac{1}{n}\sum_{i=1}^n (x_i - \mu)^T (x_i - \mu)": (
        lambda x, mu: ((x - mu) ** 2).sum() / 2,
        {"x": A, "mu": V},
    ),
    r"\sum_i y_i (\mathbf{x}_i - \mu)^\top \Sigma^{-1} (\mathbf{x}_i - \mu)": (
        lambda y, x, mu, S: sum(c * (d @ np.linalg.inv(S) @ d) for c, d in zip(y, x - mu, strict=True)),
        {"y": V, "x": A, "mu": W, "Sigma": A},
    ),
    r"\sum_i w^T x_i (y_i - b)": (lambda w, x, y, b: ((x @ w) * (y - b)).sum(), {"w": W, "x": A, "y": V, "b": 0.1}),
    r"\sum_x\sum_y p(x,y) \log \frac{p(x,y)}{q(x,y)}": (
        lambda p, q: (p * np.log(p / q)).sum(),
        {"p": abs(A), "q": abs(A) + 1},
    ),
    r"w^\top [h_{t-1}, x_t] + \|W [h_{t-1}; x_t]^T\|": (
        lambda w, h, x, W: w @ np.append(h, x) + np.linalg.norm(W @ np.append(h, x)),
        {"w": np.arange(3.0), "h_tm1": W, "x_t": 0.7, "W": np.arange(6.0).reshape(2, 3)},
    ),
    r"\ell = \sum_{i=1}^n y_i \log h(x_i) + (1 - y_i) \log(1 - h(x_i)), \; h(x) = \sigma(w^T x)": (
        lambda x, w, y: (y * np.log(sigmoid(x @ w)) + (1 - y) * np.log(1 - sigmoid(x @ w))).sum(),
        {"x": A, "w": W, "y": P},
    ),
    r"\sum_i 1\{y_i > 1.5\} y_i - \sum_{i,j} \alpha_i \alpha_j \langle x_i, x_j \rangle + \langle y, a \rangle": (
        lambda y, alpha, x, a: (y[y > 1.5]).sum() - alpha @ x @ x.T @ alpha + y @ a,
        {"y": V, "alpha": W, "x": A, "a": W},
    ),
    r"{\displaystyle S(A,B)={\mathbf {A} \cdot \mathbf {B}  \over \|\mathbf {A} \|},\quad }": (
        lambda a, b: a @ b / np.linalg.norm(a),
        {"A": V, "B": W},
    ),
    r"{\displaystyle \operatorname {f} (a)={\begin{cases}a^{2}&{\text{for }}|a|\leq \delta ,\\"
    r"\delta &{\text{otherwise.}}\end{cases}}}": (
        lambda a, d: a**2 if abs(a) <= d else d + 0 * a,
        {"a": 0.5, "delta": 1.0},
    ),
    r"f(x) = \left\{ \begin{array}{ll} x^2 & \mbox{if } x > 0 \\ -x & \mbox{if } x \le 0 \end{array} \right.": (
        lambda x: x**2 if x > 0 else -x,
        {"x": -0.4},
    ),
    r"\left\{\begin{array}{rcl} q & = & x + y \\ f & = & q z \end{array}\right.": (
        lambda x, y, z: (x + y) * z,
        {"x": -2.0, "y": 5.0, "z": -4.0},
    ),
    r"\sum_{n=0}^{2} \frac{(-1)^n x^{2n+1}}{(2n+1)!} + \text{tr}\{A\}": (
        lambda x, A: x - x**3 / 6 + x**5 / 120 + np.trace(A),
        {"x": 0.5, "A": A},
    ),
    r"\mathbf{y} = \operatorname{relu}(\mathbf{x}^\top \mathbf{w} + \mathbf{b})": (
        lambda x, w, b: max(0, x @ w + b),
        {"x": V, "w": W, "b": 3.0},
    ),
    r"\sigma'(z) = \sigma(z)(1 - \sigma(z)), \; \delta = a \sigma'(z)": (
        lambda a, z: a * sigmoid(z) * (1 - sigmoid(z)),
        {"a": 2.0, "z": 0.3},
    ),
    r"{\cal L} = \max\{{\bf w}^T {\bf x} + {\rm margin}, 0\}": (
        lambda w, x, m: max(w @ x + m, 0),
        {"w": W, "x": V, "margin": 3.0},
    ),
    r"\phi^2 + 3\varphi": (lambda phi, varphi: phi**2 + 3 * varphi, {"phi": 2.0, "varphi": 3.0}),
}
TEXT: dict[str, tuple[Any, dict[str, Any]]] = {
    "wᵀx + b": (lambda w, x, b: w @ x + b, {"w": W, "x": V, "b": 0.1}),
    "f(x, y, z) = x/yz": (lambda x, y, z: x / (y * z), {"x": 0.3, "y": 0.7, "z": 2.0}),
    "L = −½[y log ŷ + (1 − y) log(1 − ŷ)]": (
        lambda y, yhat: -(y * np.log(yhat) + (1 - y) * np.log(1 - yhat)) / 2,
        {"y": 0.9, "yhat": 0.7},
    ),
    "P(y=1|x) = σ(w⃗·x⃗ + b)": (lambda wvec, xvec, b: sigmoid(wvec @ xvec + b), {"wvec": W, "xvec": V, "b": 0.1}),
    "sum((W x)^2)": (lambda W, x: ((W @ x) ** 2).sum(), {"W": A, "x": V}),
    "q = W^T x; sum(q ⊙ q)": (lambda W, x: ((W.T @ x) ** 2).sum(), {"W": A, "x": V}),
    "2 w·x": (lambda w, x: 2 * w @ x, {"w": W, "x": V}),
    "‖x − y‖²": (lambda x, y: ((x - y) ** 2).sum(), {"x": V, "y": W}),
    "||x|| + sum(|x|)": (lambda x: np.linalg.norm(x) + abs(x).sum(), {"x": W}),
    "sum(x xᵀ y)": (lambda x, y: (np.outer(x, x) @ y).sum(), {"x": V, "y": W}),
    "z = Σᵢ wᵢxᵢ + b": (lambda w, x, b: w @ x + b, {"w": W, "x": V, "b": 0.1}),
    "Σ(y_i − wᵀx_i)²": (lambda y, w, x: ((y - x @ w) ** 2).sum(), {"y": V, "w": W, "x": A}),
    "J = 1/(2m) Σᵢ₌₁ᵐ (θᵀx⁽ⁱ⁾ − y⁽ⁱ⁾)²": (
        lambda theta, x, y: ((x @ theta - y) ** 2).mean() / 2,
        {"theta": W, "x": A, "y": V},
    ),
    "KL(P‖Q) = Σₓ P(x) log(P(x)/Q(x))": (lambda p, q: (p * np.log(p / q)).sum(), {"P": P, "Q": P[::-1]}),
    "loss = -Σ [y log(p) + (1-y) log(1-p)]": (
        lambda y, p: -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum(),
        {"y": V, "p": P},
    ),
    "∏ᵢ pᵢ + max_i z_i": (lambda p, z: p.prod() + z.max(), {"p": P, "z": V}),
    "Σ_{k=0}^{3} x^k / k!": (lambda x: 1 + x + x**2 / 2 + x**3 / 6, {"x": 0.7}),
    "∑(i=1 to n) w_i x_i": (lambda w, x: w @ x, {"w": W, "x": V}),
    "N(x; μ, σ²) = 1/√(2πσ²) · exp(−(x−μ)²/(2σ²))": (
        lambda x, mu, s: np.exp(-((x - mu) ** 2) / 2 / s**2) / np.sqrt(2 * np.pi * s**2),
        {"x": 0.3, "mu": 0.1, "sigma": 2.0},
    ),
    "‖Xw − y‖² + λ‖w‖₁": (
        lambda X, w, y, lam: ((X @ w - y) ** 2).sum() + lam * abs(w).sum(),
        {"X": A, "w": W, "y": V, "lambda": 0.1},
    ),
    "(x − μ)ᵀ Σ⁻¹ (x − μ)": (lambda x, m, S: (x - m) @ np.linalg.inv(S) @ (x - m), {"x": V, "mu": W, "Sigma": A}),
    "bᵀ A^-1 b": (lambda b, A: b @ np.linalg.inv(A) @ b, {"b": W, "A": A}),
    "L = −(y log ŷ + sin x * 2), where y := w²": (
        lambda w, yhat, x: -(w**2 * np.log(yhat) + np.sin(x) * 2),
        {"w": 0.5, "yhat": 0.4, "x": 1.2},
    ),
    "σ² = (x − μ)²\nf(w, x) = w₀σ² + ∥x∥₁": (
        lambda x, mu, w: w * (x - mu) ** 2 + abs(x),
        {"x": 0.7, "mu": 0.2, "w_0": 3.0},
    ),
    "a = Value(2.0, label='a')\ne = a*3; e.label = 'e'\ne.backward()\na.grad == 3": (lambda a: 3 * a, {"a": 2.0}),
    "f(w, x) = w_0*x_0 + w_1": (lambda w_0, x_0, w_1: w_0 * x_0 + w_1, {"w_0": 2.0, "x_0": 3.0, "w_1": 4.0}),
    "theta*x + θ": (lambda theta, x: theta * x + theta, {"theta": 2.0, "x": 3.0}),
    "sum(softmax(Wx)*b)": (lambda W, x, b: np.exp(W @ x) @ b / np.exp(W @ x).sum(), {"W": A, "x": V, "b": W}),
    "a, b = x*y, 2.0\nc: float = a*b\nc if c > 0 else -c": (lambda x, y: 2 * x * y, {"x": 2.0, "y": 3.0}),
    "sin²(x) + cos^2(y)": (lambda x, y: np.sin(x) ** 2 + np.cos(y) ** 2, {"x": 0.7, "y": 0.2}),
    "x₁x₂ + w₁y": (lambda x_1, x_2, w_1, y: x_1 * x_2 + w_1 * y, {"x_1": 2.0, "x_2": 3.0, "w_1": 4.0, "y": 5.0}),
    "f(x, y) = 2xy": (lambda x, y: 2 * x * y, {"x": 2.0, "y": 3.0}),
    "πr²h": (lambda r, h: np.pi * r**2 * h, {"r": 1.5, "h": 2.0}),
    "½(y − ŷ)² + ∛x": (lambda y, yhat, x: (y - yhat) ** 2 / 2 + np.cbrt(x), {"y": 1.0, "ŷ": 0.4, "x": 2.0}),
    "1/(1 + e⁻ᶻ)": (sigmoid, {"z": 0.3}),
    "ReLU(w*x)": (lambda w, x: max(0, w * x), {"w": 2.0, "x": 3.0}),
    "tf.maximum(x, 0) + K.mean(v)": (lambda x, v: max(x, 0) + v.mean(), {"x": 2.0, "v": V}),
    "sum(np.max(X, 1)) + X.max(0).sum()": (lambda X: X.max(1).sum() + X.max(0).sum(), {"X": A}),
    "np.dot(w.T, x) + np.linalg.norm(x)": (lambda w, x: w @ x + np.linalg.norm(x), {"w": W, "x": V}),
    "c = a + b\nc += c + 1\nc*c": (lambda a, b: (2 * (a + b) + 1) ** 2, {"a": 0.5, "b": -2.0}),
    "f = x^2; x = 3": (lambda x: x**2, {"x": 3.0}),
    "import numpy as np\ndef g(t):\n  s = np.tanh(t)\n  return s*s\ndef f(w, x=2.0):\n  '''doc'''\n  return g(w*x)": (
        lambda w, x: np.tanh(w * x) ** 2,
        {"w": 0.4, "x": 2.0},
    ),
    ">>> q = x + y\n>>> q*z\n-12": (lambda x, y, z: (x + y) * z, {"x": -2.0, "y": 5.0, "z": -4.0}),
}


@pytest.mark.parametrize("formula", [*LATEX, *TEXT])
def test_a_formula_is_what_it_is_in_numpy(formula: str) -> None:
    function, inputs = (LATEX | TEXT)[formula]
    run = cgviz.run(formula, inputs)
    assert run.value == pytest.approx(float(function(*inputs.values())), rel=1e-12)
    for place, (name, value) in enumerate(inputs.items()):
        slopes = np.zeros(np.shape(value))
        for at in np.ndindex(np.shape(value)):
            ends = []
            for step in (1e-6, -1e-6):
                moved = [np.array(one, dtype=float) for one in inputs.values()]
                moved[place][at] += step
                ends.append(float(function(*moved)))
            slopes[at] = (ends[0] - ends[1]) / 2e-6
        assert run.gradient[name] == pytest.approx(slopes, rel=1e-6, abs=1e-8), name


PASTED = (
    "def f(x, y):\n  if x > 0:\n    return x**2\n  elif y > 1:\n    return y\n  return -x*y",
    "def f(x, y):\n  z = x*y\n  if z > 0:\n    z *= 2\n  elif z < -1:\n    print(z)\n    z -= y\n  return z + x",
    "def f(x, y):\n  r = abs(x - y)\n  if r <= 1:\n    t = r*r\n    c = t/2\n  else:\n    c = r - 0.5\n  return c",
    "def r(x):\n  if x > 0: return x\n  return 0\ndef f(x, y):\n  a = x\n  if r(y): a = y; x = a*2\n  return r(a*y)+x",
    "def f(x, y=2.0):\n  a, b = x, y\n  if a > b:\n    a = b\n    b = x\n  return a-b*3\nif __name__ == '': f(1)",
)


@pytest.mark.parametrize("text", PASTED)
def test_a_branch_of_pasted_python_is_what_python_makes_of_it(text: str) -> None:
    spaces: dict[str, Any] = {}
    exec(text, spaces)
    for x, y in ((0.7, 0.2), (-0.4, 3.0), (-2.5, 0.5), (2.2, -1.5)):
        run = cgviz.run(text, x=x, y=y)
        assert run.value == pytest.approx(spaces["f"](x, y))
        slope = (spaces["f"](x + 1e-6, y) - spaces["f"](x - 1e-6, y)) / 2e-6
        assert run.gradient["x"] == pytest.approx(slope, rel=1e-6)


BESIDE = {
    "L = (y - p)^2, where p = w*x is linear": ("w x y", "is linear"),
    "(1) z = w*x\n(2) y = z*3   (4)": ("w x", "(1); (2); (4)"),
    "L = Σᵢ (yᵢ − pᵢ)², where pᵢ = σ(zᵢ) and n is the size": ("z y", "and n is the size"),
    r"\sigma(z) = \frac{1}{1+e^{-z}} \quad (2.3)": ("z", "(2.3)"),
    r"\begin{align} z &= wx & (1) \\ a &= z^2 & (2) \end{align}": ("w x", "(1); (2)"),
    r"L = \sum_i x_i, \quad \text{where } x_i \text{ is the price} \tag{3.2}": ("x", "where x_i is the price; (3.2)"),
    r"y = mx + b \text{ where $m \in \mathbb{R}$ is slope}, \lambda > 0": (
        "m x b",
        "where m ∈ ℝ is slope, λ > 0",
    ),
    r"\text{Loss: } L = \text{data loss} + \text{reg loss}": ("data_loss reg_loss", "Loss"),
    r"So $L = x + y$ where $y = wx$ is linear.": ("w x", "So; is linear."),
    r"a = \sigma(z) \text{ where } \sigma(z) = \frac{1}{1 + e^{-z}} \text{ is given} \\ \text{Logistic}": (
        "z",
        "is given; Logistic",
    ),
}


@pytest.mark.parametrize("text", BESIDE)
def test_what_stands_beside_a_formula_is_left_out_and_said(text: str) -> None:
    graph = cgviz.read(text)
    names, note = BESIDE[text]
    assert [graph.nodes[i].name for i in graph.inputs] == names.split()
    assert "; ".join(graph.beside) == note
    for written in (cgviz.table(text), cgviz.derive(text)):
        assert f"ead without: {note}" in written.text.replace("\n  ", " ")
        assert "ead without" in written.html


REFUSED = {
    r"f(x) = x^2 \text{ if } x > 0": "half of a function",
    "def f(x, y):\n  if x > y: c = x\n  return c": "on one way of a branch only",
    "def f(x):\n  x //= 2\n  if x > 1: x //= 2\n  return x": "this sign before",
    "def f(x):\n  for i in range(3): x *= 2\n  return x": "a loop is not read from text",
    "class M(nn.Module):\n  pass": "from_torch",
    "if x > 0: y": "y = a if condition else b",
    r"\sum_j e^{e_j}": "give it another name",
    "x y": "side by side",
    "a * B x": "put brackets",
    "W xᵀ": "stands as a column",
    r"1/2\sigma^2": "below the slash",
    r"f(a, b, c) = \frac{1}{2} a/b c": "below the slash",
    "f(x, y, z) = x/yz²": "below the slash",
    "y = mx + c": "the product m\\*x",
    "softmax(Wx + b)": "the product W x",
    "f(x, s) = x²/2s": "below the slash",
    r"h = \phi(\mathbf{W} \mathbf{x})": "not given",
    r"R(h) = \frac{1}{m} \sum_{i=1}^m (h(x_i) - y_i)^2": "applied as a function",
    r"W^{-1/2} x": "one number",
    r"\operatorname{tr}(W^2)": "W W is their product",
    r"\|W^3\|": "W W is their product",
    r"\sum W^{-2} W": "W W is their product",
    "⌊x⌋": "no useful derivative",
    "xy² + 1": "the product x\\*y",
    "|x|": "norm\\(x\\)",
    "x × y": "@ is the matrix product",
    r"\sum_{j \neq y_i} \max(0, s_j - s_{y_i} + 1)": "arange\\(3\\) != y",
    r"\sum_{i=1}^{n} (x_{i+1} - x_i)^2": "not all within this sum",
    r"\sum_{i} i x_i": "say where it begins",
    r"h_t = \tanh(w h_{t-1} + x_t); L = \sum_t h_t": "made of the one before it",
    r"\sum_{i=1}^n x_i + \sum_{i=1}^{n-1} x_i": "leaves terms out",
    r"I = \sum_{x,y} p(x,y) \log \frac{p(x,y)}{p(x)p(y)}": "give it another name",
    r"\sum_{k=0}^{\infty} \gamma^k r_k": "without end",
    r"\theta = \arg\min_\theta L": r"the value is \\min",
    r"\mathbf{x} - \frac{2}{\mathbf{s}} \cdot \mathbf{g}": "by elements",
    r"\langle x, y, x \rangle": "a product of two",
    r"\sum_k u_o^\top u_k": "a name of its own",
    r"\sum_i w_i + 1 + x_i": "nothing binds the index",
    r"\|W\|_2": "of a matrix is not read",
    r"x^{-1}": "a vector has no inverse",
    r"J = \frac{1}{m}\sum_{i=1}^m x_i; m = 3": "leave it out",
}
VALUES = {"a": A, "B": A, "W": A, "w": V}


@pytest.mark.parametrize("formula", REFUSED)
def test_what_shapes_do_not_settle_is_refused(formula: str) -> None:
    with pytest.raises(CgvizError, match=REFUSED[formula]):
        run_on_arrays(formula)


def run_on_arrays(formula: str) -> None:
    graph = cgviz.read(formula)
    names = [graph.nodes[i].name for i in graph.inputs]
    cgviz.run(formula, {name: VALUES.get(name, V) for name in names if name != "m"})


@pytest.mark.parametrize(
    ("formula", "index"),
    [(r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}", 0), (r"z_j = \sum_k w_{jk} a_k + b_j", 1)],
)
def test_an_index_on_both_sides_runs_along_an_axis(formula: str, index: int) -> None:
    run = cgviz.run(formula, {"z": V} if not index else {"w": A, "a": V, "b": W}, upstream=[1, 0])
    wanted = np.exp(V) / np.exp(V).sum() if not index else A @ V + W
    assert np.asarray(run.value) == pytest.approx(wanted)


def test_a_transpose_that_only_marks_a_dot_product_is_no_stage() -> None:
    assert len(cgviz.run("wᵀx + b", w=V, x=W, b=1).graph.stages) == 2


def test_their_derivations_compile_in_latex_without_a_missing_character(tmp_path: Path) -> None:
    need_tex("amsmath.sty")
    bodies, head = [], ""
    for formula, (_, inputs) in (LATEX | TEXT).items():
        written = derivation(cgviz.run(formula, inputs), "latex", standalone=True)
        head, _, body = written.partition(r"\begin{document}")
        bodies.append(body.partition(r"\end{document}")[0])
    whole = f"{head}\\begin{{document}}{' '.join(bodies)}\\end{{document}}\n"
    log = compiled(whole, tmp_path, needs="amsmath.sty").with_suffix(".log").read_text(errors="replace")
    assert re.findall(r"Missing character.*|Undefined control.*", log) == []
