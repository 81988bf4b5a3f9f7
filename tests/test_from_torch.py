"""Modules and functions of PyTorch read in: values and gradients are PyTorch's, to 1e-10."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import cgviz
from cgviz.drawing.diagram.groups import groups_of

torch = pytest.importorskip("torch")
F = torch.nn.functional
nn = torch.nn


@pytest.fixture(autouse=True)
def in_float64() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(3)
    yield
    torch.set_default_dtype(torch.float32)


def leaf(*shape: int) -> Any:
    return torch.randn(*shape, requires_grad=True)


def opaque(run: Any) -> list[str]:
    return [node.op.name for node in run.graph.nodes if node.is_stage and node.op.gate == "opaque"]


def agrees(function: Any, *inputs: Any) -> Any:
    """Returns the run, after its value and every gradient was compared with PyTorch's own."""
    module = isinstance(function, nn.Module)
    wanted = dict(function.named_parameters()) if module else {}
    names = list(cgviz.from_torch(function, *inputs).gradient)
    leaves = [t for t in inputs if torch.is_tensor(t) and t.requires_grad]
    state = {k: v.clone() for k, v in function.state_dict().items()} if module else {}
    value = function(*inputs)
    slopes = torch.autograd.grad(value, [*leaves, *wanted.values()], allow_unused=True)
    if module:
        function.load_state_dict(state)
    run = cgviz.from_torch(function, *inputs)
    np.testing.assert_allclose(run.value, value.detach().numpy(), rtol=1e-10, atol=1e-12)
    given = iter(slopes)
    for tensor, slope in zip(leaves, given, strict=False):
        found = [run.gradient[n] for n in names if np.array_equal(run.inputs[n], tensor.detach().numpy())]
        assert found or slope is None
        if slope is not None:
            np.testing.assert_allclose(found[0], slope.numpy(), rtol=1e-10, atol=1e-10)
    for name, slope in zip(wanted, slopes[len(leaves) :], strict=True):
        if slope is not None:
            np.testing.assert_allclose(run.gradient[name.replace(".", "_")], slope.numpy(), rtol=1e-10, atol=1e-10)
    return run


class Squared(nn.Module):
    def __init__(self, *body: Any) -> None:
        super().__init__()
        self.body = nn.Sequential(*body)

    def forward(self, x: Any) -> Any:
        return (self.body(x) ** 2).sum()


LAYERS: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
    "linear tanh": (lambda: [nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)], (5, 3)),
    "layer norm gelu": (lambda: [nn.LayerNorm(4), nn.GELU(), nn.GELU(approximate="tanh")], (3, 4)),
    "batch norm": (lambda: [nn.BatchNorm1d(3), nn.SiLU()], (6, 3)),
    "batch norm 2d": (lambda: [nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2), nn.ELU()], (2, 1, 4, 4)),
    "group norm": (lambda: [nn.GroupNorm(2, 4), nn.Softplus()], (2, 4, 3)),
    "conv stride groups": (lambda: [nn.Conv2d(2, 4, 3, stride=2, groups=2, dilation=1)], (1, 2, 7, 7)),
    "conv1d": (lambda: [nn.Conv1d(2, 3, 3, padding=1)], (2, 2, 6)),
    "pools": (lambda: [nn.MaxPool2d(2), nn.AvgPool2d(2, 1), nn.AdaptiveAvgPool2d(1)], (1, 2, 6, 6)),
    "leaky prelu": (lambda: [nn.LeakyReLU(0.2), nn.PReLU(), nn.Hardtanh(-0.7, 0.7)], (4, 3)),
    "softmax": (lambda: [nn.Softmax(-1), nn.LogSoftmax(0)], (3, 4)),
    "glu mish": (lambda: [nn.GLU(-1), nn.Mish(), nn.Hardswish()], (3, 4)),
    "pixel shuffle": (lambda: [nn.PixelShuffle(2), nn.Flatten()], (1, 4, 3, 3)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str) -> None:
    make, shape = LAYERS[name]
    agrees(Squared(*make()), leaf(*shape))


def test_running_means_stay_where_they_were() -> None:
    norm = nn.BatchNorm1d(3)
    before = norm.running_mean.clone()
    agrees(Squared(norm), leaf(5, 3))
    assert torch.equal(norm.running_mean, before)
    assert int(norm.num_batches_tracked) == 0


def test_batch_norm_in_evaluation_uses_its_running_means() -> None:
    norm = nn.BatchNorm1d(3)
    norm.running_mean += 0.5
    agrees(Squared(norm).eval(), leaf(5, 3))


def test_modules_are_groups_and_parameters_inputs_by_their_paths() -> None:
    run = agrees(Squared(nn.Linear(3, 2), nn.Sigmoid()), leaf(4, 3))
    assert list(run.gradient) == ["x", "body_0_weight", "body_0_bias"]
    groups = {node.group for node in run.graph.nodes if node.is_stage}
    assert ("body", "body.0") in groups
    assert () in groups
    assert not opaque(run)
    [body] = groups_of(run.graph)
    assert {run.graph.nodes[index].name for index in body.inputs} == {"body_0_weight", "body_0_bias"}


def test_a_module_that_is_called_again_is_a_group_of_its_own() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.Linear(2, 2)

        def forward(self, x: Any) -> Any:
            return self.cell(torch.tanh(self.cell(x))).sum()

    run = agrees(Twice(), leaf(3, 2))
    assert {node.group for node in run.graph.nodes if node.is_stage} == {("cell",), ("cell (2)",), ()}


def in_place(x: Any, w: Any) -> Any:
    y = x * w
    y.add_(1.0).mul_(0.5)
    row = y[1]
    row.mul_(2)
    y[:, 0] = 0
    total = torch.zeros(3)
    for i in range(3):
        total[i] += y[i].sum() * row.sum()
    flat = y.view(-1)
    flat[2:5] *= 3
    return (total**2).sum() + y.t().reshape(-1)[3] + flat.sum()


def test_changes_in_place_and_views() -> None:
    agrees(in_place, leaf(3, 4), leaf(4))


def sampled(mu: Any, lv: Any) -> Any:
    torch.manual_seed(1)
    z = mu + torch.exp(0.5 * lv) * torch.randn_like(mu) * torch.rand_like(lv)
    return (z**2).sum()


def test_what_is_drawn_is_held_fixed() -> None:
    assert not opaque(agrees(sampled, leaf(3), leaf(3)))


def branches(x: Any) -> Any:
    h = x
    while h.abs().max() < 3:
        h = h * 1.7
    return h.sum() if h[0] > 0 else (h**2).sum()


@pytest.mark.parametrize("sign", [1, -1])
def test_the_control_flow_of_this_call(sign: int) -> None:
    agrees(branches, (sign * torch.tensor([0.3, -0.4])).requires_grad_())


def test_detached_values_are_held_fixed() -> None:
    def function(x: Any, y: Any) -> Any:
        with torch.no_grad():
            target = x * y
        return ((x - target) ** 2).sum() + (x.detach() * y).sum()

    agrees(function, leaf(3), leaf(3))


class Clipped(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x * 2

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g.clamp(-0.1, 0.1)


def test_a_function_with_a_backward_pass_of_its_own_is_opaque() -> None:
    run = agrees(lambda x: (Clipped.apply(x.sin()) ** 2).sum(), leaf(4))
    assert opaque(run) == ["Clipped (opaque)"]


def test_an_op_without_a_record_is_opaque_and_right() -> None:
    run = agrees(lambda x: torch.special.i1e(x).sum() + torch.special.i0e(x).sum(), leaf(3, 3))
    assert len(opaque(run)) == 2


def test_attention_masks_and_losses() -> None:
    def function(q: Any, k: Any, v: Any) -> Any:
        made = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        scores = (q @ k.mT / math.sqrt(3)).masked_fill(torch.ones(4, 4).triu(1) > 0, float("-inf"))
        return (made * scores.softmax(-1).sum(-1, keepdim=True)).pow(2).sum() + F.cross_entropy(
            made[0], torch.tensor([0, 2, 1, 1])
        )

    assert not opaque(agrees(function, leaf(2, 4, 3), leaf(2, 4, 3), leaf(2, 4, 3)))


def test_outputs_that_are_arrays_take_an_upstream_gradient() -> None:
    x, up = leaf(2, 3), torch.randn(2, 3)
    run = cgviz.from_torch(torch.tanh, x, upstream=up)
    np.testing.assert_allclose(
        next(iter(run.gradient.values())), (up * (1 - x.tanh() ** 2)).detach().numpy(), rtol=1e-12
    )
    with pytest.raises(cgviz.UsageError, match="upstream="):
        cgviz.from_torch(torch.tanh, x)


def test_lstm_over_time() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm, self.head = nn.LSTM(2, 3), nn.Linear(3, 1)

        def forward(self, x: Any) -> Any:
            return self.head(self.lstm(x)[0]).pow(2).sum()

    assert not opaque(agrees(Net(), leaf(4, 2, 2)))


def test_what_is_no_tensor_is_refused() -> None:
    with pytest.raises(cgviz.UsageError, match="returns str"):
        cgviz.from_torch(lambda x: "no", leaf(2))


def test_a_gradient_in_the_function_is_differentiated_again() -> None:
    def penalty(x: Any) -> Any:
        (slope,) = torch.autograd.grad((torch.tanh(x) ** 3).sum(), x, create_graph=True)
        return (slope**2).sum()

    agrees(penalty, leaf(3))
    agrees(lambda x: torch.func.grad(lambda t: (torch.tanh(t) ** 2).sum())(x).pow(2).sum(), leaf(3))


def test_complex_numbers_are_refused_with_their_place() -> None:
    with pytest.raises(cgviz.UsageError, match=r"complex numbers.*test_from_torch\.py"):
        cgviz.from_torch(lambda x: torch.fft.rfft(x).abs().sum(), leaf(4))


def test_a_gradient_that_is_not_pytorch_s_is_never_given(monkeypatch: pytest.MonkeyPatch) -> None:
    from cgviz.reading.pytorch import aten

    wrong = {**aten.ATEN, "sigmoid": lambda x: torch_value(x)}
    monkeypatch.setattr(aten, "ATEN", wrong)
    with pytest.raises(cgviz.UsageError, match="not PyTorch's"):
        cgviz.from_torch(lambda x: torch.sigmoid(x).sum(), leaf(3))


def torch_value(x: Any) -> Any:
    """Returns the value of σ(x) as a constant: right forward, without a gradient."""
    from cgviz.reading.tracing.tracer import operand

    return operand(x.tape, 1 / (1 + np.exp(-x.current))) + 0 * x


def test_layers_that_were_opaque() -> None:
    torch.manual_seed(2)
    up = torch.nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)
    assert not opaque(agrees(lambda x: (up(x) ** 2).sum(), leaf(1, 4, 3, 3)))
    both = torch.nn.Bilinear(3, 2, 4)
    assert not opaque(agrees(lambda x: both(x, x[:, :2]).pow(2).sum(), leaf(2, 3)))
    table = torch.nn.Embedding(5, 3, padding_idx=0)
    assert not opaque(agrees(lambda w: (table(torch.tensor([[1, 0], [4, 0]])) * w).pow(2).sum(), leaf(3)))
    assert not opaque(
        agrees(lambda low, b: torch.cholesky_solve(b, low.tril() + 2 * torch.eye(3)).sum(), leaf(3, 3), leaf(3, 1))
    )


def test_the_check_names_pytorch_as_a_witness() -> None:
    run = cgviz.from_torch(lambda x, w: torch.tanh(x @ w).pow(2).sum(), leaf(2, 3), leaf(3, 2))
    told = json.loads(cgviz.check(run).write("json"))
    own = {row["name"]: row["witnesses"]["PyTorch"] for row in told["rows"] if row["name"] in ("x", "w")}
    assert all(reading["relative_error"] < 1e-10 for reading in own.values())
    assert "PyTorch's own backward pass" in " ".join(cgviz.check(run).text.split())


def test_windows_bags_and_factors_are_stages() -> None:
    torch.manual_seed(3)
    F = torch.nn.functional
    x, bag = leaf(1, 2, 5, 7), torch.nn.EmbeddingBag(6, 3, mode="mean")
    assert not opaque(
        agrees(lambda x: F.adaptive_avg_pool2d(x, (2, 3)).pow(2).sum() + F.adaptive_max_pool2d(x, 3).sum(), x)
    )
    assert not opaque(agrees(lambda x: F.avg_pool2d(x, 2, padding=1, count_include_pad=False).pow(2).sum(), x))
    assert not opaque(
        agrees(lambda x: F.pad(x, (1, 2, 1, 0), mode="reflect").pow(3).sum() + F.pad(x, (-1, 1)).sum(), x)
    )
    places, starts = torch.tensor([1, 2, 4, 5, 4]), torch.tensor([0, 3])
    assert not opaque(agrees(lambda w: (bag(places, starts) * w).pow(2).sum(), leaf(3)))
    assert not opaque(agrees(lambda a: a.median() * a.kthvalue(2)[0].sum() + a.median(0)[0].prod(), leaf(3, 4)))
    assert not opaque(
        agrees(lambda a: torch.linalg.svdvals(a).pow(3).sum() + torch.linalg.qr(a)[1].abs().sum(), leaf(4, 3))
    )
    assert not opaque(agrees(lambda a: (torch.linalg.svd(a, full_matrices=False)[0][:, 0] ** 4).sum(), leaf(3, 4)))
    assert not opaque(
        agrees(lambda a: (torch.linalg.eigh(a + a.T)[1][:, 0] ** 4).sum() + torch.pdist(a).sum(), leaf(3, 3))
    )


def test_local_variables_of_forward_name_stages_and_sums_stay_in_their_group() -> None:
    class Coder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.code = torch.nn.Linear(3, 4)

        def forward(self, x: Any) -> Any:
            apart = self.code(x) - x.sum()
            mu, logvar = apart.chunk(2, -1)
            return (mu + logvar.exp()).pow(2).sum()

    torch.manual_seed(1)
    graph = agrees(Coder(), leaf(2, 3)).graph
    made = {node.name: node for node in graph.nodes}
    assert {"mu", "logvar"} <= made.keys()
    assert "code_bias" not in {graph.nodes[arg].name for arg in made["apart"].args}
    assert not made["apart"].group
