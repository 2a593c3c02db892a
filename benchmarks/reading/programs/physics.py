"""Physics: trajectories, fields, chains and lattices, integrated step by step."""

import numpy as np
import scipy.linalg as sla
from numpy import linalg as LA
from scipy.integrate import simpson, trapezoid

r = np.random.default_rng(6)
G = 9.81


def pendulum_fit(length, damping, theta0, times, angles):
    theta, omega = theta0, 0.0
    loss, dt = 0.0, times[1] - times[0]
    for angle in angles:
        omega = omega - dt * (G / length * np.sin(theta) + damping * omega)
        theta = theta + dt * omega
        loss += (theta - angle) ** 2
    return loss


def rk4(f, y, dt, steps):
    path = [y]
    for _ in range(steps):
        k1 = f(y)
        k2 = f(y + dt / 2 * k1)
        k3 = f(y + dt / 2 * k2)
        k4 = f(y + dt * k3)
        y = y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        path.append(y)
    return np.array(path)


def lotka_volterra(params, observed):
    a, b, c, d = params
    field = lambda y: np.array([a * y[0] - b * y[0] * y[1], -c * y[1] + d * y[0] * y[1]])
    path = rk4(field, np.array([1.0, 0.5]), 0.1, len(observed) - 1)
    return np.sum((path - observed) ** 2)


def lorenz_shooting(state0, sigma, rho, target):
    def lorenz(s):
        x, y, z = s
        return np.stack([sigma * (y - x), x * (rho - z) - y, x * y - 8 / 3 * z])

    end = rk4(lorenz, state0, 0.02, 4)[-1]
    return LA.norm(end - target)


def spring_chain_energy(x, k, rest):
    stretch = np.sqrt(np.sum(np.diff(x, axis=0) ** 2, axis=1)) - rest
    return 0.5 * k @ stretch**2 + G * 0.1 * x[:, 1].sum()


def nbody_leapfrog(pos, vel, mass, dt=0.05, steps=3):
    def acceleration(q):
        acc = np.zeros_like(q)
        for i in range(len(q)):
            for j in range(len(q)):
                if i != j:
                    d = q[j] - q[i]
                    acc[i] += mass[j] * d / (np.dot(d, d) + 0.01) ** 1.5
        return acc

    a = acceleration(pos)
    for _ in range(steps):
        vel = vel + 0.5 * dt * a
        pos = pos + dt * vel
        a = acceleration(pos)
        vel = vel + 0.5 * dt * a
    kinetic = 0.5 * np.sum(mass[:, None] * vel**2)
    return kinetic + np.sum(pos**2)


def lennard_jones(positions):
    n = positions.shape[0]
    i, j = np.triu_indices(n, k=1)
    dist = LA.norm(positions[i] - positions[j], axis=1)
    s6 = (1.0 / dist) ** 6
    return 4 * np.sum(s6**2 - s6)


def heat_equation(u0, alpha, target, steps=5):
    u = u0.copy()
    for _ in range(steps):
        lap = np.zeros(len(u))
        lap[1:-1] = u[2:] - 2 * u[1:-1] + u[:-2]
        u = u + alpha * lap
    return np.mean((u - target) ** 2)


def heat_implicit(kappa, u0, target):
    n = len(u0)
    lap = np.diag(-2 * np.ones(n)) + np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)
    A = np.eye(n) - kappa * lap
    u = u0
    for _ in range(3):
        u = LA.solve(A, u)
    return np.sum((u - target) ** 2)


def wave_equation(c, u0, sensor):
    prev, u, record = u0, u0, []
    for _ in range(5):
        lap = np.roll(u, 1) - 2 * u + np.roll(u, -1)
        prev, u = u, 2 * u - prev + (c * 0.5) ** 2 * lap
        record.append(u[2])
    return np.sum((np.array(record) - sensor) ** 2)


def burgers_upwind(u0, nu, target, dt=0.05, dx=0.5):
    u = np.array(u0)
    for n in range(4):
        un = u.copy()
        u[1:-1] = (
            un[1:-1]
            - un[1:-1] * dt / dx * (un[1:-1] - un[:-2])
            + nu * dt / dx**2 * (un[2:] - 2 * un[1:-1] + un[:-2])
        )
    return trapezoid((u - target) ** 2, dx=dx)


def advect(f, vx, vy):
    """Semi-Lagrangian advection on a torus, as smoke simulations do it."""
    rows, cols = f.shape
    cell_ys, cell_xs = np.meshgrid(np.arange(rows), np.arange(cols))
    cx = (cell_xs - vx).ravel()
    cy = (cell_ys - vy).ravel()
    left, top = np.floor(cx).astype(int), np.floor(cy).astype(int)
    rw, bw = cx - left, cy - top
    left, right = np.mod(left, rows), np.mod(left + 1, rows)
    top, bottom = np.mod(top, cols), np.mod(top + 1, cols)
    flat = (1 - rw) * ((1 - bw) * f[left, top] + bw * f[left, bottom]) + rw * (
        (1 - bw) * f[right, top] + bw * f[right, bottom]
    )
    return np.reshape(flat, (rows, cols))


def smoke_simulation(vx, vy, smoke, target):
    for _ in range(2):
        smoke = advect(smoke, vx, vy)
    return np.mean((target - smoke) ** 2)


def ising_mean_field(m_raw, J, h, beta=0.8):
    m = np.tanh(m_raw)
    energy = -0.5 * m @ J @ m - h @ m
    entropy = -np.sum((1 + m) / 2 * np.log((1 + m) / 2) + (1 - m) / 2 * np.log((1 - m) / 2))
    return energy - entropy / beta


def projectile_with_drag(speed, angle_deg, drag, target):
    theta = np.deg2rad(angle_deg)
    x = y = 0.0
    vx, vy = speed * np.cos(theta), speed * np.sin(theta)
    for _ in range(20):
        v = np.hypot(vx, vy)
        vx += -drag * v * vx * 0.02
        vy += (-G - drag * v * vy) * 0.02
        x += vx * 0.02
        y += vy * 0.02
    return (x - target[0]) ** 2 + (y - target[1]) ** 2


def sir_epidemic(beta, gamma, infected, population=100.0):
    S, I, R = population - infected[0], infected[0], 0.0
    sse = 0.0
    for day in range(1, len(infected)):
        new = beta * S * I / population
        rec = gamma * I
        S, I, R = S - new, I + new - rec, R + rec
        sse += (np.log(I) - np.log(infected[day])) ** 2
    return sse


def truss_compliance(area, edges, nodes, force):
    ndof = 2 * len(nodes)
    K = np.zeros((ndof, ndof))
    for e, (i, j) in enumerate(edges):
        d = nodes[j] - nodes[i]
        L = np.sqrt(d @ d)
        c, s = d / L
        k = area[e] / L * np.outer([-c, -s, c, s], [-c, -s, c, s])
        dof = [2 * i, 2 * i + 1, 2 * j, 2 * j + 1]
        K[np.ix_(dof, dof)] += k
    free = np.arange(4, ndof)
    u = np.linalg.solve(K[free][:, free], force[free])
    return force[free] @ u


def schroedinger_ground_state(V, dx=0.5):
    n = len(V)
    H = np.diag(V + 1 / dx**2) - 0.5 / dx**2 * (np.eye(n, k=1) + np.eye(n, k=-1))
    energies = LA.eigvalsh(H)
    return energies[0] + 0.1 * (energies[1] - energies[0])


def tight_binding(t, eps):
    H = np.zeros((4, 4))
    np.fill_diagonal(H, eps)
    for i in range(3):
        H[i, i + 1] = H[i + 1, i] = -t
    w, v = LA.eigh(H)
    rho = v[:, :2] @ v[:, :2].T
    return np.sum(w[:2]) + np.sum(np.diag(rho) ** 2)


def thermal_network(conductance, power):
    g1, g2, g3 = conductance
    A = np.array([[g1 + g2, -g2, 0.0], [-g2, g2 + g3, -g3], [0.0, -g3, g3 + 0.5]])
    T = LA.inv(A).dot(power)
    return T.max() + 0.1 * T.std()


def rc_circuit(R, C, t, v):
    model = 5.0 * (1 - np.exp(-t / (R * C)))
    return np.sqrt(np.mean((model - v) ** 2))


def linear_system_expm(A, x0, xT):
    return np.sum((sla.expm(A * 0.5) @ x0 - xT) ** 2)


def thin_lens_ray(curvature, spacing, y0):
    loss = 0.0
    for y in y0:
        angle = 0.0
        for c, d in zip(curvature, spacing):
            angle = angle - y * c
            y = y + angle * d
        loss = loss + y**2
    return loss


def brachistochrone(y, dx=0.25):
    y = np.concatenate([[0.0], y, [1.0]])
    ds = np.sqrt(dx**2 + np.diff(y) ** 2)
    mid = 0.5 * (y[1:] + y[:-1])
    return np.sum(ds / np.sqrt(2 * G * np.abs(mid)))


def elastic_beam(load, w):
    curvature = np.gradient(np.gradient(w, 0.2), 0.2)
    return simpson(0.5 * curvature**2 - load * w, dx=0.2)


def optical_path(n_profile, heights, z):
    n = np.interp(heights, z, n_profile)
    steps = np.sqrt(1 + np.diff(heights) ** 2)
    return np.sum(0.5 * (n[1:] + n[:-1]) * steps)


u6 = r.normal(size=6).round(2)
EXAMPLES = [
    (
        pendulum_fit,
        "length damping theta0",
        {"length": 1.2, "damping": 0.1, "theta0": 0.6, "times": np.array([0.0, 0.1, 0.2]), "angles": np.array([0.5, 0.3, 0.0])},
    ),
    (lotka_volterra, "params", {"params": np.array([1.1, 0.4, 0.9, 0.3]), "observed": np.abs(r.normal(size=(4, 2))).round(2)}),
    (
        lorenz_shooting,
        "state0 sigma rho",
        {"state0": np.array([1.0, 1.2, 0.9]), "sigma": 10.0, "rho": 28.0, "target": np.array([1.5, 2.5, 1.0])},
    ),
    (
        spring_chain_energy,
        "x k",
        {"x": np.array([[0.0, 0.0], [0.9, -0.3], [2.1, -0.2]]), "k": np.array([10.0, 12.0]), "rest": np.array([0.8, 1.0])},
    ),
    (
        nbody_leapfrog,
        "pos vel mass",
        {"pos": r.normal(size=(3, 2)).round(2), "vel": r.normal(size=(3, 2)).round(2), "mass": np.array([1.0, 0.5, 0.8])},
    ),
    (lennard_jones, "positions", {"positions": np.array([[0.0, 0, 0], [1.1, 0, 0.1], [0.2, 1.2, 0], [0.1, 0.3, 1.2]])}),
    (heat_equation, "u0 alpha", {"u0": u6, "alpha": 0.2, "target": u6[::-1].copy()}),
    (heat_implicit, "kappa u0", {"kappa": 0.4, "u0": u6, "target": np.zeros(6)}),
    (wave_equation, "c u0", {"c": 0.8, "u0": u6, "sensor": np.array([0.1, 0.4, -0.2, 0.3, 0.0])}),
    (burgers_upwind, "u0 nu", {"u0": np.abs(u6), "nu": 0.1, "target": np.ones(6)}),
    (
        smoke_simulation,
        "vx vy",
        {
            "vx": np.array([[0.3, 0.2, 0.1], [0.4, 0.35, 0.22], [0.15, 0.3, 0.45]]),
            "vy": np.array([[0.2, 0.1, 0.4], [0.3, 0.15, 0.12], [0.35, 0.2, 0.25]]),
            "smoke": np.abs(r.normal(size=(3, 3))).round(2),
            "target": np.eye(3),
        },
    ),
    (
        ising_mean_field,
        "m_raw h",
        {"m_raw": np.array([0.3, -0.2, 0.5]), "J": np.array([[0, 1.0, 0.2], [1.0, 0, 0.5], [0.2, 0.5, 0]]), "h": np.array([0.1, 0.0, -0.3])},
    ),
    (
        projectile_with_drag,
        "speed angle_deg drag",
        {"speed": 12.0, "angle_deg": 40.0, "drag": 0.05, "target": np.array([3.0, 1.0])},
    ),
    (sir_epidemic, "beta gamma", {"beta": 0.5, "gamma": 0.1, "infected": np.array([2.0, 2.9, 4.4, 5.8])}),
    (
        truss_compliance,
        "area",
        {
            "area": np.array([1.0, 0.7, 1.2, 0.9]),
            "edges": [(0, 2), (1, 2), (1, 3), (2, 3)],
            "nodes": np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.1], [1.2, 1.1]]),
            "force": np.array([0.0, 0, 0, 0, 0.2, -1.0, 0.1, -0.5]),
        },
    ),
    (schroedinger_ground_state, "V", {"V": np.array([1.2, 0.5, 0.1, 0.4, 1.1])}),
    (tight_binding, "t eps", {"t": 0.7, "eps": np.array([0.1, -0.3, 0.4, 0.9])}),
    (thermal_network, "conductance", {"conductance": np.array([1.2, 0.6, 0.9]), "power": np.array([1.0, 2.0, 0.3])}),
    (rc_circuit, "R C", {"R": 1.5, "C": 0.4, "t": np.array([0.1, 0.4, 1.0]), "v": np.array([0.9, 2.0, 4.4])}),
    (
        linear_system_expm,
        "A x0",
        {"A": np.array([[0.1, 1.0], [-1.2, -0.3]]), "x0": np.array([1.0, 0.2]), "xT": np.array([0.5, -0.4])},
    ),
    (
        thin_lens_ray,
        "curvature spacing",
        {"curvature": np.array([0.5, -0.3]), "spacing": np.array([1.0, 2.0]), "y0": [0.1, 0.5, 0.9]},
    ),
    (brachistochrone, "y", {"y": np.array([0.3, 0.6, 0.85])}),
    (elastic_beam, "w load", {"w": u6, "load": np.array([0.0, 1.0, 2.0, 2.0, 1.0, 0.0])}),
    (
        optical_path,
        "n_profile heights",
        {"n_profile": np.array([1.5, 1.2, 1.05]), "heights": np.array([0.1, 0.6, 0.9, 1.7]), "z": np.array([0.0, 1.0, 2.0])},
    ),
]
