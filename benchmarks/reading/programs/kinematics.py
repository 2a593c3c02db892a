"""Robots and shapes: arms, rotations, registrations, trajectories, meshes."""

import numpy
import numpy as np
from scipy.interpolate import CubicSpline
from scipy.spatial.distance import cdist
from scipy.spatial.transform import Rotation

r = np.random.default_rng(8)


def two_link_arm(q, target, l1=1.0, l2=0.8):
    x = l1 * np.cos(q[0]) + l2 * np.cos(q[0] + q[1])
    y = l1 * np.sin(q[0]) + l2 * np.sin(q[0] + q[1])
    return (x - target[0]) ** 2 + (y - target[1]) ** 2


def dh(theta, d, a, alpha):
    ct, st, ca, sa = numpy.cos(theta), numpy.sin(theta), numpy.cos(alpha), numpy.sin(alpha)
    return numpy.array(
        [
            [ct, -st * ca, st * sa, a * ct],
            [st, ct * ca, -ct * sa, a * st],
            [0, sa, ca, d],
            [0, 0, 0, 1],
        ]
    )


def dh_chain(joints, table, goal):
    T = numpy.eye(4)
    for q, (d, a, alpha) in zip(joints, table):
        T = T.dot(dh(q, d, a, alpha))
    position_error = T[:3, 3] - goal
    return position_error.dot(position_error) + 0.01 * numpy.sum(joints**2)


def quaternion_multiply(p, q):
    w0, x0, y0, z0 = p
    w1, x1, y1, z1 = q
    return np.array(
        [
            w0 * w1 - x0 * x1 - y0 * y1 - z0 * z1,
            w0 * x1 + x0 * w1 + y0 * z1 - z0 * y1,
            w0 * y1 - x0 * z1 + y0 * w1 + z0 * x1,
            w0 * z1 + x0 * y1 - y0 * x1 + z0 * w1,
        ]
    )


def quaternion_alignment(q, points, targets):
    q = q / np.sqrt(np.sum(q**2))
    conj = q * np.array([1, -1, -1, -1])
    err = 0
    for p, t in zip(points, targets):
        rotated = quaternion_multiply(quaternion_multiply(q, np.insert(p, 0, 0.0)), conj)[1:]
        err += np.sum((rotated - t) ** 2)
    return err


def procrustes_residual(A, B):
    """Kabsch: the best rotation by a singular value decomposition."""
    A0, B0 = A - A.mean(axis=0), B - B.mean(axis=0)
    U, S, Vt = np.linalg.svd(A0.T @ B0)
    D = np.diag([1.0, 1.0, np.linalg.det(U @ Vt)])
    R = U @ D @ Vt
    return np.sum((A0 @ R - B0) ** 2)


def point_to_point_icp(angle, shift, source, target):
    c, s = np.cos(angle), np.sin(angle)
    R = np.array([[c, -s], [s, c]])
    moved = source.dot(R.T) + shift
    d = np.linalg.norm(moved[:, None, :] - target[None, :, :], axis=2)
    nearest = np.argmin(d, axis=1)
    return np.mean(np.sum((moved - target[nearest]) ** 2, axis=1))


def chamfer(points, target):
    d = np.sqrt(((points[:, None] - target[None]) ** 2).sum(-1))
    return d.min(axis=0).mean() + d.min(axis=1).mean()


def chamfer_scipy(points, target):
    d = cdist(points, target)
    return d.min(axis=0).mean() + d.min(axis=1).mean()


def pose_graph(poses, edges):
    cost = 0.0
    for i, j, dx, dy, dth in edges:
        c, s = np.cos(poses[i][2]), np.sin(poses[i][2])
        ex = c * (poses[j][0] - poses[i][0]) + s * (poses[j][1] - poses[i][1]) - dx
        ey = -s * (poses[j][0] - poses[i][0]) + c * (poses[j][1] - poses[i][1]) - dy
        raw = poses[j][2] - poses[i][2] - dth
        eth = np.arctan2(np.sin(raw), np.cos(raw))
        cost += ex**2 + ey**2 + 10 * eth**2
    return cost


def rotation_average(rotvec, samples):
    R = Rotation.from_rotvec(rotvec).as_matrix()
    return sum(np.sum((R - S) ** 2) for S in samples)


def minimum_jerk(waypoints, dt=0.1):
    vel = np.diff(waypoints, axis=0) / dt
    acc = np.diff(vel, axis=0) / dt
    jerk = np.diff(acc, axis=0) / dt
    return np.sum(jerk**2) * dt + 1e3 * np.sum((waypoints[[0, -1]] - np.array([[0.0, 0], [1, 1]])) ** 2)


def bicycle_mpc(controls, start, reference, L=2.5, dt=0.2):
    x, y, yaw, v = start
    cost = 0.0
    for (a, delta), (rx, ry) in zip(controls, reference):
        x += v * np.cos(yaw) * dt
        y += v * np.sin(yaw) * dt
        yaw += v / L * np.tan(delta) * dt
        v += a * dt
        cost += (x - rx) ** 2 + (y - ry) ** 2 + 0.1 * a**2 + 0.5 * delta**2
    return cost


def bezier_length(control):
    t = np.linspace(0, 1, 9)[:, None]
    n = len(control) - 1
    curve = 0
    binom = [1, 3, 3, 1]
    for i in range(n + 1):
        curve = curve + binom[i] * (1 - t) ** (n - i) * t**i * control[i]
    return np.sum(np.linalg.norm(np.diff(curve, axis=0), axis=1))


def spline_through(y, xq, yq):
    cs = CubicSpline(np.arange(len(y)), y)
    return np.sum((cs(xq) - yq) ** 2)


def triangle_areas(vertices, faces):
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    areas = 0.5 * np.sqrt((normals**2).sum(axis=1))
    return areas.sum() + areas.var()


def signed_volume(vertices, faces):
    vol = 0.0
    for i, j, k in faces:
        vol += np.dot(vertices[i], np.cross(vertices[j], vertices[k])) / 6.0
    return (vol - 0.3) ** 2


def mesh_laplacian(vertices, adjacency):
    degree = adjacency.sum(axis=1, keepdims=True)
    delta = vertices - adjacency.dot(vertices) / degree
    return np.trace(delta.T.dot(delta))


def smooth_sdf(center, radius, points, values, k=0.2):
    d1 = np.linalg.norm(points - center[0], axis=-1) - radius[0]
    d2 = np.linalg.norm(points - center[1], axis=-1) - radius[1]
    h = np.clip(0.5 + 0.5 * (d2 - d1) / k, 0, 1)
    sdf = d2 * (1 - h) + d1 * h - k * h * (1 - h)
    return np.mean((sdf - values) ** 2)


def catenary(a, x0, xs, ys):
    model = a * np.cosh((xs - x0) / a)
    return np.abs(model - ys).sum()


def trilateration(p, anchors, ranges):
    return sum((np.linalg.norm(p - anchor) - rng) ** 2 for anchor, rng in zip(anchors, ranges))


def swing_leg(theta, lengths, ground):
    angles = np.cumsum(theta)
    joints = np.cumsum(np.vstack([lengths * np.cos(angles), lengths * np.sin(angles)]), axis=1)
    tip = joints[:, -1]
    return np.hypot(tip[0] - ground[0], tip[1] - ground[1]) + np.ptp(theta) ** 2


P3 = r.normal(size=(4, 3)).round(2)
Q3 = r.normal(size=(4, 3)).round(2)
P2, Q2 = P3[:, :2], Q3[:, :2]
faces = np.array([[0, 1, 2], [0, 2, 3], [1, 3, 2]])
EXAMPLES = [
    (two_link_arm, "q", {"q": np.array([0.4, 0.7]), "target": (1.0, 1.1)}),
    (
        dh_chain,
        "joints",
        {
            "joints": np.array([0.3, -0.4, 0.6]),
            "table": [(0.3, 0.0, np.pi / 2), (0.0, 0.5, 0.0), (0.1, 0.4, 0.2)],
            "goal": np.array([0.5, 0.3, 0.2]),
        },
    ),
    (quaternion_alignment, "q", {"q": np.array([0.9, 0.2, -0.3, 0.1]), "points": P3[:2], "targets": Q3[:2]}),
    (procrustes_residual, "A", {"A": P3, "B": Q3}),
    (point_to_point_icp, "angle shift", {"angle": 0.2, "shift": np.array([0.1, -0.2]), "source": P2, "target": Q2}),
    (chamfer, "points", {"points": P2, "target": Q2}),
    (chamfer_scipy, "points", {"points": P2, "target": Q2}),
    (
        pose_graph,
        "poses",
        {
            "poses": np.array([[0.0, 0.0, 0.0], [1.1, 0.1, 0.2], [1.9, 0.5, 0.5]]),
            "edges": [(0, 1, 1.0, 0.0, 0.1), (1, 2, 1.0, 0.1, 0.2), (0, 2, 2.0, 0.4, 0.4)],
        },
    ),
    (
        rotation_average,
        "rotvec",
        {"rotvec": np.array([0.2, 0.1, -0.3]), "samples": [np.eye(3), np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])]},
    ),
    (minimum_jerk, "waypoints", {"waypoints": np.cumsum(np.abs(r.normal(size=(5, 2))) / 4, axis=0).round(2)}),
    (
        bicycle_mpc,
        "controls",
        {"controls": np.array([[0.5, 0.1], [0.2, -0.05], [-0.3, 0.2]]), "start": (0.0, 0.0, 0.1, 3.0), "reference": [(0.6, 0.1), (1.2, 0.2), (1.8, 0.2)]},
    ),
    (bezier_length, "control", {"control": P2}),
    (
        spline_through,
        "y",
        {"y": np.array([0.0, 1.2, 0.7, -0.4]), "xq": np.array([0.4, 1.6, 2.5]), "yq": np.array([0.5, 1.0, 0.1])},
    ),
    (triangle_areas, "vertices", {"vertices": P3, "faces": faces}),
    (signed_volume, "vertices", {"vertices": P3, "faces": faces}),
    (mesh_laplacian, "vertices", {"vertices": P3, "adjacency": np.array([[0, 1, 1, 0], [1, 0, 1, 1], [1, 1, 0, 1], [0, 1, 1, 0]])}),
    (
        smooth_sdf,
        "center radius",
        {"center": np.array([[0.0, 0.1], [0.4, 0.3]]), "radius": np.array([0.5, 0.7]), "points": P2, "values": np.array([0.1, 0.5, 0.2, 0.9])},
    ),
    (catenary, "a x0", {"a": 1.3, "x0": 0.2, "xs": np.array([-1.0, 0.0, 1.5]), "ys": np.array([2.0, 1.2, 2.1])}),
    (trilateration, "p", {"p": np.array([0.3, 0.4]), "anchors": P2[:3], "ranges": [0.5, 1.0, 1.2]}),
    (swing_leg, "theta lengths", {"theta": np.array([0.5, -0.2, 0.3]), "lengths": np.array([0.4, 0.4, 0.2]), "ground": (0.8, 0.1)}),
]
