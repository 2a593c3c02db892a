import numpy as np

rng = np.random.default_rng(22)
notes = np.array([0, 2, 4, 5, 4, 2, 0, 4, 2, 5, 0])
n_notes, n_state, stretch = 6, 4, 5

theta = {
    "emb": rng.normal(scale=0.6, size=(n_notes, n_state)),
    "rec": rng.normal(scale=0.6, size=(n_state, n_state)),
    "out": rng.normal(scale=0.6, size=(n_state, n_notes)),
    "shift": np.zeros(n_state),
}
energy = {k: np.zeros_like(v) for k, v in theta.items()}
LIMIT, STEP = 0.5, 0.1


def run(heard, state):
    states, guesses = [state], []
    for note in heard:
        state = np.tanh(theta["emb"][note] + state @ theta["rec"] + theta["shift"])
        raw = np.exp(state @ theta["out"])
        states.append(state)
        guesses.append(raw / raw.sum())
    return states, guesses


def rewind(heard, following, states, guesses):
    g = {k: np.zeros_like(v) for k, v in theta.items()}
    later = np.zeros(n_state)
    t = len(heard)
    while t > 0:
        t -= 1
        miss = guesses[t].copy()
        miss[following[t]] -= 1
        g["out"] += np.outer(states[t + 1], miss)
        inner = (theta["out"] @ miss + later) * (1 - states[t + 1] ** 2)
        g["emb"][heard[t]] += inner
        g["rec"] += np.outer(states[t], inner)
        g["shift"] += inner
        later = theta["rec"] @ inner
    return g


state = np.zeros(n_state)
for lap in range(2):
    begin = lap * stretch
    heard, following = notes[begin:begin + stretch], notes[begin + 1:begin + stretch + 1]
    states, guesses = run(heard, state)
    surprise = -sum(np.log(q[n]) for q, n in zip(guesses, following))
    for k, slope in rewind(heard, following, states, guesses).items():
        slope = np.maximum(-LIMIT, np.minimum(LIMIT, slope))  # no explosions
        energy[k] += slope ** 2
        theta[k] = theta[k] - STEP * slope / np.sqrt(energy[k] + 1e-8)
    state = states[-1]
