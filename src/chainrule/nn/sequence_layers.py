"""Layers of sequences, (times, features) each: what each one writes, in plain NumPy, into a forward pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.nn.activations import activation as activation_of
from chainrule.nn.constraints import ActivationName, Count, Flag, Initialiser, Number
from chainrule.nn.forward_builder import Draft, Start
from chainrule.nn.layer_registry import layer
from chainrule.program import UsageError


@layer
class RNN:
    """A state that reads one time after the other (Elman 1990): ``h = tanh(x[:, t] @ Wx + h @ Wh + b)``.

    It begins at 0 and gives its last state; with ``return_sequences`` the state after each time. Without initialisers,
    the weights of the inputs start as suits the activation, and those of the state as an orthogonal matrix, which keeps
    its length (Saxe et al. 2014).
    """

    units: Count
    activation: ActivationName = "tanh"
    return_sequences: Flag = False
    initialiser: Initialiser = None
    recurrent_initialiser: Initialiser = "orthogonal"
    bias: Flag = True
    bias_initialiser: Initialiser = "zeros"
    arrays = True

    def write(self, draft: Draft) -> None:
        """The loop over the times: the product with both weights, the activation."""
        chosen = activation_of(self.activation)
        if not chosen.op.elementwise or chosen.slope is not None:
            raise UsageError(
                "E411",
                f"{chosen.name} cannot be the activation of the states of an RNN",
                hint="tanh, relu, or another that takes each unit by itself and learns nothing",
            )
        over = _Times(draft, "RNN", self.units)
        h, z = over.names("hz")
        start = chosen.start if self.initialiser is None else self.initialiser
        read, state = over.products(1, start, self.recurrent_initialiser)
        bias = over.bias("b", 1, self.bias_initialiser) if self.bias else ""
        turn = [
            f"{z} = {read} + {state}{bias}",
            f"{h} = {chosen.written(z, axis=1)}",
        ]
        over.write([h], turn, every=self.return_sequences)


@layer
class LSTM:
    """A state and a memory behind gates (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000).

    The columns of the weights are those of the input gate, the forget gate, the candidate and the output gate, as PyTorch
    has them. Both begin at 0. It gives its last state; with ``return_sequences`` the state after each time. ``forget_bias``
    is where the bias of the forget gate starts: at 1, memories last while nothing is learnt yet (Jozefowicz et al. 2015).
    """

    units: Count
    return_sequences: Flag = False
    initialiser: Initialiser = "glorot_uniform"
    recurrent_initialiser: Initialiser = "orthogonal"
    bias: Flag = True
    forget_bias: Number = 1.0
    arrays = True

    def write(self, draft: Draft) -> None:
        """The loop over the times: the product, the gates, the memory, the state."""
        n = self.units
        over = _Times(draft, "LSTM", n)
        h, c, z, i, f, g, o = over.names("hczifgo")
        read, state = over.products(4, self.initialiser, self.recurrent_initialiser)
        starts = np.repeat([0.0, self.forget_bias, 0.0, 0.0], n)
        bias = over.bias("b", 4, starts) if self.bias else ""
        turn = [
            f"{z} = {read} + {state}{bias}",
            f"{i} = 1 / (1 + np.exp(-{z}[:, :{n}]))",
            f"{f} = 1 / (1 + np.exp(-{z}[:, {n}:{2 * n}]))",
            f"{g} = np.tanh({z}[:, {2 * n}:{3 * n}])",
            f"{o} = 1 / (1 + np.exp(-{z}[:, {3 * n}:]))",
            f"{c} = {f} * {c} + {i} * {g}",
            f"{h} = {o} * np.tanh({c})",
        ]
        over.write([h, c], turn, every=self.return_sequences)


@layer
class GRU:
    """A state behind a reset and an update gate (Cho et al. 2014), as PyTorch and cuDNN have it.

    The columns of the weights are those of the reset gate, the update gate and the candidate. The reset gate multiplies
    what the candidate gets of the state, its bias ``bn`` included. The state begins at 0. It gives its last state;
    with ``return_sequences`` the state after each time.
    """

    units: Count
    return_sequences: Flag = False
    initialiser: Initialiser = "glorot_uniform"
    recurrent_initialiser: Initialiser = "orthogonal"
    bias: Flag = True
    bias_initialiser: Initialiser = "zeros"
    arrays = True

    def write(self, draft: Draft) -> None:
        """The loop over the times: the products, the gates, the candidate, the state."""
        n = self.units
        over = _Times(draft, "GRU", n)
        h, u, v, r, z, candidate = over.names("huvrzn")
        read, state = over.products(3, self.initialiser, self.recurrent_initialiser)
        bias = over.bias("b", 3, self.bias_initialiser) if self.bias else ""
        of_state = f"{v}[:, {2 * n}:]"
        if self.bias:
            of_state = f"({of_state}{over.bias('bn', 1, self.bias_initialiser)})"
        turn = [
            f"{u} = {read}{bias}",
            f"{v} = {state}",
            f"{r} = 1 / (1 + np.exp(-({u}[:, :{n}] + {v}[:, :{n}])))",
            f"{z} = 1 / (1 + np.exp(-({u}[:, {n}:{2 * n}] + {v}[:, {n}:{2 * n}])))",
            f"{candidate} = np.tanh({u}[:, {2 * n}:] + {r} * {of_state})",
            f"{h} = (1 - {z}) * {candidate} + {z} * {h}",
        ]
        over.write([h], turn, every=self.return_sequences)


@layer
class Attention:
    """Every time looks at all times of its sequence, in ``heads`` ways at once (Vaswani et al. 2017, section 3.2).

    ``causal`` looks at no time that is still to come. Queries, keys, values and what is made of them have as many features
    as what comes in.
    """

    heads: Count = 1
    causal: Flag = False
    initialiser: Initialiser = "glorot_uniform"
    bias: Flag = True
    bias_initialiser: Initialiser = "zeros"
    arrays = True

    def write(self, draft: Draft) -> None:
        """Queries, keys and values, the weights of each time, the means they make, and a last product."""
        n_times, width = sequence(draft, "Attention")
        if width % self.heads:
            raise UsageError(
                "E411",
                f"{width} features cannot be divided among {self.heads} heads",
                hint="each head has as many features as the others: heads is a divisor of them",
            )
        k, x = draft.number_of("WqkvmoA"), draft.result
        q, keys, v = (
            self._product(draft, x, letter, k, heads=True) for letter in "qkv"
        )
        across = "0, 1, 3, 2" if self.heads > 1 else "0, 2, 1"
        scores = f"{q} @ {keys}.transpose({across})"
        if width > self.heads:
            scores += f" / np.sqrt({width // self.heads})"
        draft.lines.append(f"scores{k} = {scores}")
        weights = f"scores{k}"
        if self.causal:
            times = f"np.arange({x}.shape[1])"
            seen = f"{times}[None, :] <= {times}[:, None]"
            draft.lines.append(f"masked{k} = np.where({seen}, scores{k}, -np.inf)")
            weights = f"masked{k}"
        draft.lines.append(
            f"A{k} = np.exp({weights}) / np.sum(np.exp({weights}), axis=-1, keepdims=True)"
        )
        mixed = f"A{k} @ {v}"
        if self.heads > 1:
            mixed = f"({mixed}).transpose(0, 2, 1, 3).reshape({x}.shape)"
        draft.lines.append(f"m{k} = {mixed}")
        draft.result = self._product(draft, f"m{k}", "o", k, heads=False)
        learned = 4 * (width * width + width * self.bias)
        work = 8 * n_times * width * width + 4 * n_times * n_times * width
        said = f"Attention({self.heads})"
        draft.tell(said, learned, work)

    def _product(
        self, draft: Draft, x: str, letter: str, k: int, *, heads: bool
    ) -> str:
        """A line for what comes in times a matrix of its own, with the heads apart; the name of it."""
        width = draft.units[1]
        draft.parameters[f"W{letter}{k}"] = Start(
            (width, width), self.initialiser, (width, width), "weight"
        )
        product = f"{x} @ W{letter}{k}"
        if self.bias:
            draft.parameters[f"b{letter}{k}"] = Start(
                (width,), self.bias_initialiser, (width, width), "bias"
            )
            product += f" + b{letter}{k}"
        if heads and self.heads > 1:
            shape = (
                f"{x}.shape[0], {draft.units[0]}, {self.heads}, {width // self.heads}"
            )
            product = f"({product}).reshape({shape}).transpose(0, 2, 1, 3)"
        draft.lines.append(f"{letter}{k} = {product}")
        return f"{letter}{k}"


def sequence(draft: Draft, kind: str) -> tuple[int, int]:
    """How many times there are in what comes in, and how many features each has.

    Raises:
        UsageError: E411 where it is no sequence.
    """
    if draft.columns:
        raise UsageError(
            "E411", f"{kind} takes samples as rows", hint="leave columns=True out"
        )
    if len(draft.units) == 2:
        return draft.units[0], draft.units[1]
    if len(draft.units) == 1:
        (n,) = draft.units
        got, shape = f"{n} numbers", f"({n}, 1)"
        hint = f"Reshape({shape}) before it, where each number is a time of its own; RNN, LSTM and GRU before it give all their states with return_sequences=True"
    else:
        got = f"an array of {draft.units}"
        hint = "a sequence has times and features: Reshape((times, features)) before it"
    raise UsageError(
        "E411", f"{kind} takes sequences, and gets {got} a sample", hint=hint
    )


class _Times:
    """A loop over the times of what comes in, being written: its weights, the lines of a turn, what it leaves."""

    def __init__(self, draft: Draft, kind: str, units: int) -> None:
        self.draft, self.kind, self.units = draft, kind, units
        _, self.width = sequence(draft, kind)
        self.x, self.k, self.learned = draft.result, 0, 0

    def names(self, letters: str) -> list[str]:
        """Names for what a turn computes, all with the number of the weights; the first is the state's."""
        self.k = self.draft.number_of(f"W{letters}")
        return [f"{letter}{self.k}" for letter in letters]

    def products(
        self, blocks: int, initialiser: Any, recurrent: Any
    ) -> tuple[str, str]:
        """The weights, so many blocks of them: the product with what is read, and that with the state."""
        n, k = self.units, self.k
        starts = {"Wx": (self.width, initialiser), "Wh": (n, recurrent)}
        for name, (n_in, start) in starts.items():
            shape = (n_in, blocks * n)
            self.learned += n_in * blocks * n
            # each gate has units of its own: what one of them reads is what the fans count
            self.draft.parameters[f"{name}{k}"] = Start(
                shape, start, (n_in, n), "weight"
            )
        return f"{self.x}[:, t] @ Wx{k}", f"h{k} @ Wh{k}"

    def bias(self, name: str, blocks: int, start: Any) -> str:
        """A bias added to a product."""
        shape = (blocks * self.units,)
        self.learned += shape[0]
        named = f"{name}{self.k}"
        self.draft.parameters[named] = Start(
            shape, start, (self.width, self.units), "bias"
        )
        return f" + {named}"

    def write(self, states: Sequence[str], turn: Sequence[str], *, every: bool) -> None:
        """States that begin at 0, the loop, and what the next layer reads: the last state, or all of them in an array."""
        draft, x, h = self.draft, self.x, states[0]
        n_times, multiplied = draft.units[0], self.learned
        for state in states:
            zeros = f"np.zeros(({x}.shape[0], {self.units}), {x}.dtype)"
            draft.lines.append(f"{state} = {zeros}")
        if every:
            draft.lines.append(f"{h}_all = []")
            turn = [*turn, f"{h}_all.append({h})"]
        draft.lines.append(f"for t in range({x}.shape[1]):")
        draft.lines += [f"    {line}" for line in turn]
        draft.units, draft.result = (self.units,), h
        if every:
            draft.units = (n_times, self.units)
            draft.write(f"s{draft.number('s')}", f"np.stack({h}_all, axis=1)")
        draft.tell(f"{self.kind}({self.units})", self.learned, 2 * n_times * multiplied)
