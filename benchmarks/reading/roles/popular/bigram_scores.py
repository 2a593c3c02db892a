import numpy as np
text = "abracadabra"
chars = sorted(set(text))
ids = np.array([chars.index(c) for c in text])
logits = np.random.default_rng(0).normal(size=(len(chars), len(chars)))
rows = logits[ids[:-1]]
logp = rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))
nll = -logp[np.arange(len(ids) - 1), ids[1:]].mean()
print("perplexity", np.exp(nll))
