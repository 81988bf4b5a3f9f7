"""How a gradient becomes a move: one record per optimizer, plain arithmetic that runs on floats and arrays alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cgviz.records import record

Memory = tuple[Any, ...]


@record
class Settings:
    """The numbers of the optimizers; `lr` is the learning rate. Adam's are those of its paper."""

    lr: float = 0.01
    momentum: float = 0.9
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8


@record
class Optimizer:
    """A rule that moves a parameter by `-lr * move`.

    move     (gradient, memory, count, settings) to the move and the memory for the next one; `count` begins with 1
    memory   what the rule remembers of a parameter before the first step
    says     the rule in a formula
    uses     the names of the settings that it uses beside the learning rate
    """

    name: str
    move: Callable[[Any, Memory, int, Settings], tuple[Any, Memory]]
    memory: Memory
    says: str
    source: str
    uses: tuple[str, ...] = ()


def sgd(gradient: Any, memory: Memory, count: int, settings: Settings) -> tuple[Any, Memory]:
    """Returns the gradient itself."""
    return gradient, memory


def momentum(gradient: Any, memory: Memory, count: int, settings: Settings) -> tuple[Any, Memory]:
    """Returns the velocity: every step keeps a part of the one before it."""
    velocity = settings.momentum * memory[0] + gradient
    return velocity, (velocity,)


def adam(gradient: Any, memory: Memory, count: int, settings: Settings) -> tuple[Any, Memory]:
    """Returns the mean gradient over its root mean square, both freed of their start at 0."""
    mean = settings.beta1 * memory[0] + (1 - settings.beta1) * gradient
    square = settings.beta2 * memory[1] + (1 - settings.beta2) * gradient * gradient
    unbiased = mean / (1 - settings.beta1**count)
    spread = (square / (1 - settings.beta2**count)) ** 0.5
    return unbiased / (spread + settings.epsilon), (mean, square)


OPTIMIZERS = {
    one.name: one
    for one in (
        Optimizer("sgd", sgd, (), "p -= lr * dp", "Robbins & Monro 1951"),
        Optimizer("momentum", momentum, (0.0,), "v = momentum * v + dp; p -= lr * v", "Polyak 1964", ("momentum",)),
        Optimizer("adam", adam, (0.0, 0.0), "p -= lr * mean(dp) / (rms(dp) + epsilon)", "Kingma & Ba 2015"),
    )
}
