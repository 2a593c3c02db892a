"""The same training step by every way there is: each makes, of a case, a function that takes so many steps."""

import os
from types import SimpleNamespace

import numpy as np
from own_ways import chainrule_numpy, in_stretches, ours, repeated

DISPATCHED = [32, 16384]
"""How many steps a call of XLA has at the least and at the most: Python and a device wait for each other in between."""


def moved(case, parameters, gradients, state, t):
    """The new parameters and state by the optimizer, in whatever library the arrays are of."""
    pairs = list(zip(parameters, gradients, strict=True))
    if case.optimizer == "sgd":
        return [p - case.rate * g for p, g in pairs], state
    n = len(pairs)
    m = [0.9 * m + 0.1 * g for m, (_, g) in zip(state[:n], pairs, strict=True)]
    v = [0.999 * v + 0.001 * g * g for v, (_, g) in zip(state[n:], pairs, strict=True)]
    c, d = 1 / (1 - 0.9**t), 1 / (1 - 0.999**t)
    new = [
        p - case.rate * (a * c) / ((b * d) ** 0.5 + 1e-8)
        for p, a, b in zip(parameters, m, v, strict=True)
    ]
    return new, [*m, *v]


def loss_of(case, parameters, X, Y, words):
    """The loss, in the words of a library."""
    h = X
    for place in range(0, len(parameters) - 2, 2):
        h = words.activation(h @ parameters[place] + parameters[place + 1])
    z = h @ parameters[-2] + parameters[-1]
    if case.one:
        return words.mean(words.softplus(z) - z * Y)
    return words.mean(words.logsumexp(z) - words.sum(z * Y))


def begun(case, array=lambda one: one):
    """Parameters and the optimizer's state as a training begins."""
    parameters = [array(one) for one in case.arrays()[2]]
    n = 0 if case.optimizer == "sgd" else 2
    return parameters, [array(np.zeros_like(p)) for p in case.arrays()[2] * n]


ACTIVATIONS = {
    "relu": (lambda z: np.maximum(0, z), lambda h: h > 0),
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda h: h * (1 - h)),
}


def numpy_by_hand(case):
    """What a careful person writes in NumPy, updating in place."""
    X, Y, parameters = case.arrays()
    Ws, bs = parameters[::2], parameters[1::2]
    activation, slope = ACTIVATIONS[case.activation]
    moments, n = {id(p): (np.zeros_like(p), np.zeros_like(p)) for p in parameters}, len(X)  # fmt: skip
    steps = [0]

    def move(p, g):
        if case.optimizer == "adam":
            (m, v), t = moments[id(p)], steps[0]
            m *= 0.9
            m += 0.1 * g
            v *= 0.999
            v += 0.001 * g**2
            g = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        p -= case.rate * g

    def once():
        steps[0] += 1
        hs = [X]
        for W, b in zip(Ws[:-1], bs[:-1], strict=True):
            z = hs[-1] @ W
            z += b
            hs.append(activation(z))
        z = hs[-1] @ Ws[-1] + bs[-1]
        if case.one:
            p = 1 / (1 + np.exp(-z))
            loss = np.mean(np.maximum(z, 0) - z * Y + np.log1p(np.exp(-np.abs(z))))
        else:
            z -= z.max(axis=1, keepdims=True)
            p = np.exp(z)
            total = p.sum(axis=1, keepdims=True)
            p /= total
            loss = np.mean(np.log(total[:, 0]) - np.sum(Y * z, axis=1))
        d = (p - Y) / n
        for place in range(len(Ws) - 1, -1, -1):
            dW, db = hs[place].T @ d, d.sum(axis=0)
            if place:
                d = d @ Ws[place].T
                d *= slope(hs[place])
            move(Ws[place], dW)
            move(bs[place], db)
        return float(loss)

    return repeated(once)


def products_alone(case):
    """The products of a step by NumPy's BLAS, and nothing else."""
    X, _, parameters = case.arrays()
    Ws = parameters[::2]
    hs = [X, *(np.ones((case.batch, W.shape[1]), case.dtype) for W in Ws)]
    ds, dWs = [np.ones_like(h) for h in hs], [np.empty_like(W) for W in Ws]

    def once():
        for place, W in enumerate(Ws):
            np.dot(hs[place], W, out=ds[place + 1])
        for place in range(len(Ws) - 1, -1, -1):
            np.dot(hs[place].T, hs[place + 1], out=dWs[place])
            if place:
                np.dot(hs[place + 1], Ws[place].T, out=ds[place])

    return repeated(once)


def torch_step(case, device, *, compiled=False):
    """A step of PyTorch with its own optimizer, and the network that it is of."""
    import torch

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)))
    rough = os.environ.get("JAX_DEFAULT_MATMUL_PRECISION") == "tensorfloat32"
    torch.set_float32_matmul_precision("high" if rough else "highest")
    X, Y, parameters = case.arrays()
    bend = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    layers = []
    for W in parameters[::2]:
        linear = torch.nn.Linear(*W.shape, dtype=torch.from_numpy(X).dtype)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W.T))
            linear.bias.zero_()
        layers += [linear, bend[case.activation]()]
    model = torch.nn.Sequential(*layers[:-1]).to(device)
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[case.optimizer]
    optimizer = kind(model.parameters(), lr=case.rate)
    x, y = torch.from_numpy(X).to(device), torch.from_numpy(Y).to(device)
    measure = torch.nn.BCEWithLogitsLoss if case.one else torch.nn.CrossEntropyLoss
    loss_of_model, move = measure(), optimizer.step
    if compiled:
        plain = loss_of_model
        whole = torch.compile(lambda x, y: plain(model(x), y))
        move = torch.compile(optimizer.step)

    def once():
        optimizer.zero_grad()
        loss = whole(x, y) if compiled else loss_of_model(model(x), y)
        loss.backward()
        move()
        return loss

    return once, model


def torch_eager(case):
    """PyTorch, eager."""
    once, _ = torch_step(case, "cpu")
    return repeated(lambda: float(once().detach()))


def torch_compiled(case):
    """PyTorch, loss and optimizer compiled by Inductor."""
    once, _ = torch_step(case, "cpu", compiled=True)
    return repeated(lambda: float(once().detach()))


def torch_graph(case):
    """PyTorch's step captured as a CUDA graph and replayed."""
    import torch

    once, model = torch_step(case, "cuda")
    start = [one.detach().clone() for one in model.parameters()]
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            once()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = once()
    with torch.no_grad():
        for parameter, kept in zip(model.parameters(), start, strict=True):
            parameter.copy_(kept)

    def many(n_steps):
        for _ in range(n_steps):
            graph.replay()
        return float(loss.detach())

    return many


def jax_step(case):
    """The step by ``jax.grad``, and what it begins with."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", case.dtype == "float64")
    bend = {"relu": lambda z: jnp.maximum(0, z), "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}  # fmt: skip
    words = SimpleNamespace(
        activation=bend[case.activation], mean=jnp.mean,
        softplus=lambda z: jnp.logaddexp(0, z), sum=lambda x: jnp.sum(x, axis=1),
        logsumexp=lambda z: jax.nn.logsumexp(z, axis=1),
    )  # fmt: skip
    value = jax.value_and_grad(lambda p, X, Y: loss_of(case, p, X, Y, words))

    @jax.jit
    def step(carried, batch):
        parameters, state, t = carried
        loss, gradients = value(parameters, *batch)
        return (*moved(case, parameters, gradients, state, t), t + 1), loss

    return jax, step, (*begun(case, jnp.asarray), jnp.asarray(1, case.dtype))


def jax_jit(case):
    """JAX: the step under jit, called from Python."""
    _, step, carried = jax_step(case)
    X, Y, _ = case.arrays()
    kept = [carried]

    def once():
        kept[0], loss = step(kept[0], (X, Y))
        return float(loss)

    return repeated(once)


def jax_scan(case):
    """JAX: an epoch of batches under jit and scan."""
    jax, step, carried = jax_step(case)
    longest, kept = case.times(*DISPATCHED), [carried]
    X, Y, _ = case.arrays()
    Xs, Ys = (jax.numpy.asarray(np.stack([one] * longest)) for one in (X, Y))
    epoch = jax.jit(lambda carried, batches: jax.lax.scan(step, carried, batches))

    def stretch(count):
        kept[0], losses = epoch(kept[0], (Xs[:count], Ys[:count]))
        return float(np.asarray(losses)[-1])

    return in_stretches(longest, stretch)


def tensorflow_step(case, **options):
    """TensorFlow: many steps in a loop of one function; or one, called from Python."""
    import tensorflow as tf

    # as many of each kind as the environment says; otherwise TensorFlow's own choice
    for name in ("intra", "inter"):
        n = int(os.environ.get(f"TF_NUM_{name.upper()}OP_THREADS", "0"))
        getattr(tf.config.threading, f"set_{name}_op_parallelism_threads")(n)
    bend = {"relu": tf.nn.relu, "tanh": tf.tanh, "sigmoid": tf.sigmoid}
    words = SimpleNamespace(
        activation=bend[case.activation], mean=tf.reduce_mean, softplus=tf.math.softplus,
        sum=lambda x: tf.reduce_sum(x, axis=1), logsumexp=lambda z: tf.reduce_logsumexp(z, axis=1),
    )  # fmt: skip
    longest = case.times(*DISPATCHED) if options else 1
    X, Y, _ = case.arrays()
    Xs, Ys = (tf.constant(np.stack([one] * longest)) for one in (X, Y))
    parameters, state = begun(case, tf.constant)
    n = len(parameters)

    def one(i, t, _, *carried):
        with tf.GradientTape() as tape:
            tape.watch(carried[:n])
            loss = loss_of(case, carried[:n], Xs[i], Ys[i], words)
        gradients = tape.gradient(loss, carried[:n])
        new, state = moved(case, carried[:n], gradients, carried[n:], t)
        return (i + 1, t + 1, loss, *new, *state)

    @tf.function(**options)
    def steps(count, t, *carried):
        begin = (tf.constant(0), t, tf.constant(0, case.dtype), *carried)
        if longest == 1:
            return one(*begin)
        return tf.while_loop(lambda i, *_: i < count, one, begin)

    kept = [tf.constant(1, case.dtype), *parameters, *state]

    def stretch(count):
        _, t, loss, *new = steps(tf.constant(count), *kept)
        kept[:] = [t, *new]
        return float(loss)

    return in_stretches(longest, stretch)


def hips_autograd(case):
    """HIPS/autograd, called from Python."""
    import autograd.numpy as anp
    from autograd import value_and_grad
    from autograd.scipy.special import logsumexp

    bend = {"relu": lambda z: anp.maximum(0, z), "tanh": anp.tanh, "sigmoid": lambda z: 1 / (1 + anp.exp(-z))}  # fmt: skip
    words = SimpleNamespace(
        activation=bend[case.activation], mean=anp.mean, softplus=lambda z: anp.logaddexp(0, z),
        sum=lambda x: anp.sum(x, axis=1), logsumexp=lambda z: logsumexp(z, axis=1),
    )  # fmt: skip
    X, Y, _ = case.arrays()
    kept, t = list(begun(case)), [0]
    value = value_and_grad(lambda p: loss_of(case, p, X, Y, words))

    def once():
        t[0] += 1
        loss, gradients = value(kept[0])
        kept[:] = moved(case, kept[0], gradients, kept[1], t[0])
        return float(loss)

    return repeated(once)


def scikit_learn(case):
    """scikit-learn's partial_fit on one batch, its own checks included."""
    from sklearn.neural_network import MLPClassifier

    X, Y, parameters = case.arrays()
    y = Y[:, 0].astype(int) if case.one else Y.argmax(axis=1)
    model = MLPClassifier(
        case.sizes[1:-1], {"sigmoid": "logistic"}.get(case.activation, case.activation),
        solver=case.optimizer, learning_rate_init=case.rate, momentum=0, alpha=0,
        batch_size=case.batch, shuffle=False,
    )  # fmt: skip
    model.partial_fit(X, y, classes=np.arange(max(case.sizes[-1], 2)))
    # so that it starts where the others do
    model.coefs_, model.intercepts_ = parameters[::2], parameters[1::2]
    own = model.coefs_ + model.intercepts_
    moments = {name: [np.zeros_like(p) for p in own] for name in ("ms", "vs")}
    vars(model._optimizer).update(params=own, t=0, **moments)  # noqa: SLF001 - the same

    def once():
        model.partial_fit(X, y)
        return float(model.loss_)

    return repeated(once)


WAYS = {
    "chainrule c": (ours("c"), "chainrule"),
    "chainrule jax": (ours("jax", *DISPATCHED), "jax"),
    "chainrule numpy": (chainrule_numpy, "chainrule"),
    "NumPy by hand": (numpy_by_hand, "numpy"),
    "PyTorch eager": (torch_eager, "torch"),
    "PyTorch compiled": (torch_compiled, "torch"),
    "PyTorch graph": (torch_graph, "torch"),
    "JAX step": (jax_jit, "jax"),
    "JAX scan": (jax_scan, "jax"),
    "TF function": (tensorflow_step, "tensorflow"),
    "TF XLA loop": (lambda case: tensorflow_step(case, jit_compile=True), "tensorflow"),
    "scikit-learn": (scikit_learn, "sklearn"),
    "HIPS/autograd": (hips_autograd, "autograd"),
    "products alone": (products_alone, "numpy"),
}
"""Every way, and the module without which there is none."""
