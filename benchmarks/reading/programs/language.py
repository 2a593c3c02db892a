"""Words and sequences of them: embeddings, recurrent nets, attention, alignment losses."""

import numpy as np
from scipy.special import erf, log_softmax, softmax

r = np.random.default_rng(5)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def bigram_counts_model(W, text):
    ix = {ch: i for i, ch in enumerate(sorted(set(text)))}
    xs = np.array([ix[c] for c in text[:-1]])
    ys = np.array([ix[c] for c in text[1:]])
    logits = np.eye(len(ix))[xs] @ W
    counts = np.exp(logits)
    probs = counts / counts.sum(1, keepdims=True)
    return -np.log(probs[np.arange(len(ys)), ys]).mean() + 0.01 * (W**2).mean()


def skip_gram_negative_sampling(W_in, W_out, pairs, negatives):
    loss = 0.0
    for (center, context), neg in zip(pairs, negatives):
        v = W_in[center]
        loss -= np.log(sigmoid(np.dot(W_out[context], v)))
        for n in neg:
            loss -= np.log(sigmoid(-np.dot(W_out[n], v)))
    return loss / len(pairs)


def cbow(W1, W2, contexts, targets):
    total = 0
    for context, target in zip(contexts, targets):
        h = np.mean([W1[c] for c in context], axis=0)
        u = np.dot(W2.T, h)
        y = np.exp(u) / np.sum(np.exp(u))
        total += -np.log(y[target])
    return total


def glove(W, C, bw, bc, X, x_max=10.0, alpha=0.75):
    i, j = np.nonzero(X)
    weight = np.minimum((X[i, j] / x_max) ** alpha, 1.0)
    diff = np.einsum("nd,nd->n", W[i], C[j]) + bw[i] + bc[j] - np.log(X[i, j])
    return np.sum(weight * diff**2)


def vanilla_rnn(Wxh, Whh, Why, bh, by, inputs, targets):
    hprev = np.zeros((Whh.shape[0], 1))
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = np.copy(hprev)
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((Wxh.shape[1], 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        ys[t] = np.dot(Why, hs[t]) + by
        ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
        loss += -np.log(ps[t][targets[t], 0])
    return loss


def lstm(W, b, V, X, Y):
    n = b.size // 4
    h, c = np.zeros(n), np.zeros(n)
    nll = 0.0
    for x, y in zip(X, Y):
        gates = W @ np.concatenate((h, x)) + b
        i, f, o, g = np.split(gates, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        nll -= log_softmax(V @ h)[y]
    return nll


def gru(params, X, Y):
    h = np.zeros((X.shape[1], params["U"].shape[1]))
    for t in range(X.shape[0]):
        z = sigmoid(X[t].dot(params["Wz"]) + h.dot(params["Uz"]))
        rt = sigmoid(X[t].dot(params["Wr"]) + h.dot(params["Ur"]))
        cand = np.tanh(X[t].dot(params["W"]) + (rt * h).dot(params["U"]))
        h = (1 - z) * h + z * cand
    return 0.5 * np.mean(np.square(h - Y))


def scaled_dot_attention(Wq, Wk, Wv, X, target):
    Q, K, V = X @ Wq, X @ Wk, X @ Wv
    scores = Q @ K.T / np.sqrt(K.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.mean((weights @ V - target) ** 2)


def multi_head_einsum(Wq, Wk, Wv, Wo, X, Y):
    q = np.einsum("btd,hde->bhte", X, Wq)
    k = np.einsum("btd,hde->bhte", X, Wk)
    v = np.einsum("btd,hde->bhte", X, Wv)
    att = softmax(np.einsum("bhte,bhse->bhts", q, k) * q.shape[-1] ** -0.5, axis=-1)
    out = np.einsum("bhts,bhse,hed->btd", att, v, Wo)
    return ((out - Y) ** 2).mean()


def layer_norm(x, g, b, eps=1e-5):
    mean = np.mean(x, axis=-1, keepdims=True)
    variance = np.var(x, axis=-1, keepdims=True)
    return g * (x - mean) / np.sqrt(variance + eps) + b


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def gpt_block(wte, wpe, c_attn, c_proj, fc, proj, g, b, tokens, n_head=2):
    """A tiny GPT in the plain style: split heads, mask, merge, feed forward."""
    x = wte[tokens[:-1]] + wpe[range(len(tokens) - 1)]
    qkv = np.split(layer_norm(x, g, b) @ c_attn, 3, axis=-1)
    heads = list(zip(*[np.split(part, n_head, axis=-1) for part in qkv]))
    mask = (1 - np.tri(x.shape[0])) * -1e10
    out = []
    for q, k, v in heads:
        a = q @ k.T / np.sqrt(q.shape[-1]) + mask
        a = np.exp(a - np.max(a, axis=-1, keepdims=True))
        out.append(a / np.sum(a, axis=-1, keepdims=True) @ v)
    x = x + np.hstack(out) @ c_proj
    x = x + gelu(layer_norm(x, g, b) @ fc) @ proj
    logits = layer_norm(x, g, b) @ wte.T
    logits = logits - np.max(logits, axis=-1, keepdims=True)
    logp = logits - np.log(np.sum(np.exp(logits), axis=-1, keepdims=True))
    return -np.mean(logp[np.arange(len(tokens) - 1), tokens[1:]])


def positional_encoding_probe(W, n, d):
    pe = np.zeros((n, d))
    pos = np.arange(n)[:, np.newaxis]
    div = np.exp(np.arange(0, d, 2) * -(np.log(10000.0) / d))
    pe[:, 0::2] = np.sin(pos * div)
    pe[:, 1::2] = np.cos(pos * div)
    return np.sum((pe @ W - pos / n) ** 2)


def rotary(q, k):
    def rotate(x):
        n, d = x.shape
        theta = 1.0 / 100 ** (np.arange(0, d, 2) / d)
        ang = np.outer(np.arange(n), theta)
        x1, x2 = x[:, : d // 2], x[:, d // 2 :]
        return np.concatenate([x1 * np.cos(ang) - x2 * np.sin(ang), x1 * np.sin(ang) + x2 * np.cos(ang)], axis=-1)

    s = rotate(q) @ rotate(k).T
    return np.sum(np.tril(s) ** 2)


def label_smoothing(W, X, y, eps=0.1):
    n_cls = W.shape[1]
    onehot = np.zeros((len(y), n_cls))
    onehot[np.arange(len(y)), y] = 1
    soft = onehot * (1 - eps) + eps / n_cls
    return -(soft * log_softmax(X.dot(W), axis=1)).sum(axis=1).mean()


def additive_attention(Wa, Ua, va, Wo, enc, state, y):
    energy = np.tanh(state @ Wa + enc @ Ua) @ va
    alpha = softmax(energy)
    context = (alpha[:, None] * enc).sum(axis=0)
    out = np.r_[context, state] @ Wo
    return -log_softmax(out)[y]


def exact_gelu_mlp(W1, b1, W2, b2, x, y):
    z = x @ W1 + b1
    a = z * 0.5 * (1.0 + erf(z / np.sqrt(2.0)))
    return np.linalg.norm(a @ W2 + b2 - y) ** 2 / len(x)


def mixture_of_experts(Wg, We, x, y, k=2):
    gate = x @ Wg
    keep = np.argsort(-gate, axis=1)[:, :k]
    out = np.zeros((x.shape[0], We.shape[2]))
    for n in range(x.shape[0]):
        g = gate[n, keep[n]]
        g = np.exp(g - g.max())
        g = g / g.sum()
        for w, e in zip(g, keep[n]):
            out[n] = out[n] + w * (x[n] @ We[e])
    return np.mean((out - y) ** 2)


def direct_preference(W, ref, chosen, rejected, beta=0.3):
    logp = log_softmax(W, axis=-1)
    pi = lambda seq: sum(logp[a, b] for a, b in zip(seq[:-1], seq[1:]))
    margin = beta * ((pi(chosen) - ref[0]) - (pi(rejected) - ref[1]))
    return -np.log(sigmoid(margin))


def perplexity(E, words):
    logits = E @ E.T
    logp = logits - np.log(np.sum(np.exp(logits), axis=1))[:, None]
    nll = -np.mean([logp[a][b] for a, b in zip(words, words[1:])])
    return np.exp(nll)


def N(*shape):
    return r.normal(size=shape).round(2)


EXAMPLES = [
    (bigram_counts_model, "W", {"W": N(4, 4), "text": "abcadbca"}),
    (
        skip_gram_negative_sampling,
        "W_in W_out",
        {"W_in": N(4, 3), "W_out": N(4, 3), "pairs": [(0, 1), (2, 3)], "negatives": [(2, 3), (0, 1)]},
    ),
    (cbow, "W1 W2", {"W1": N(4, 3), "W2": N(3, 4), "contexts": [[0, 2], [1, 3]], "targets": [1, 2]}),
    (
        glove,
        "W C bw bc",
        {"W": N(3, 2), "C": N(3, 2), "bw": N(3), "bc": N(3), "X": np.array([[0.0, 2.0, 5.0], [2.0, 0.0, 1.0], [5.0, 1.0, 14.0]])},
    ),
    (
        vanilla_rnn,
        "Wxh Whh Why bh by",
        {"Wxh": N(3, 4), "Whh": N(3, 3), "Why": N(4, 3), "bh": N(3, 1), "by": N(4, 1), "inputs": [0, 2, 1], "targets": [2, 1, 3]},
    ),
    (lstm, "W b V", {"W": N(8, 5), "b": N(8), "V": N(3, 2), "X": N(3, 3), "Y": [0, 2, 1]}),
    (
        gru,
        "params",
        {
            "params": {"Wz": N(2, 3), "Uz": N(3, 3), "Wr": N(2, 3), "Ur": N(3, 3), "W": N(2, 3), "U": N(3, 3)},
            "X": N(3, 2, 2),
            "Y": N(2, 3),
        },
    ),
    (scaled_dot_attention, "Wq Wk Wv", {"Wq": N(3, 2), "Wk": N(3, 2), "Wv": N(3, 2), "X": N(4, 3), "target": N(4, 2)}),
    (
        multi_head_einsum,
        "Wq Wk Wv Wo",
        {"Wq": N(2, 3, 2), "Wk": N(2, 3, 2), "Wv": N(2, 3, 2), "Wo": N(2, 2, 3), "X": N(2, 3, 3), "Y": N(2, 3, 3)},
    ),
    (
        gpt_block,
        "wte wpe c_attn c_proj fc proj g b",
        {
            "wte": N(5, 4),
            "wpe": N(4, 4),
            "c_attn": N(4, 12),
            "c_proj": N(4, 4),
            "fc": N(4, 6),
            "proj": N(6, 4),
            "g": 1 + 0.1 * N(4),
            "b": 0.1 * N(4),
            "tokens": [0, 3, 1, 4],
        },
    ),
    (positional_encoding_probe, "W", {"W": N(4, 1), "n": 5, "d": 4}),
    (rotary, "q k", {"q": N(3, 4), "k": N(3, 4)}),
    (label_smoothing, "W", {"W": N(3, 4), "X": N(5, 3), "y": np.array([0, 3, 1, 1, 2])}),
    (
        additive_attention,
        "Wa Ua va Wo",
        {"Wa": N(3, 2), "Ua": N(3, 2), "va": N(2), "Wo": N(6, 4), "enc": N(4, 3), "state": N(3), "y": 2},
    ),
    (exact_gelu_mlp, "W1 b1 W2 b2", {"W1": N(3, 4), "b1": N(4), "W2": N(4, 2), "b2": N(2), "x": N(4, 3), "y": N(4, 2)}),
    (mixture_of_experts, "Wg We", {"Wg": N(3, 3), "We": N(3, 3, 2), "x": N(3, 3), "y": N(3, 2)}),
    (direct_preference, "W", {"W": N(4, 4), "ref": (-3.1, -2.7), "chosen": [0, 1, 3], "rejected": [0, 2, 2]}),
    (perplexity, "E", {"E": N(4, 3), "words": [0, 2, 1, 3, 1]}),
]
