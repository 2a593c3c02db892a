import argparse

import numpy as np
import tensorflow as tf


def loss_and_gradients(x, y, W1, b1, W2, b2):
    z1 = W1 @ x + b1
    h = tf.nn.relu(z1)
    z2 = W2 @ h + b2
    y_pred = tf.sigmoid(z2)
    # the cross-entropy in its stable form, finite for every logit
    loss = y * tf.math.softplus(-z2) + (1 - y) * tf.math.softplus(z2)
    # sigmoid and cross-entropy together: what is predicted minus what is true
    dz2 = y_pred - y
    # z2 was reached from W2 through h; the gradient comes back through h, turned around
    dW2 = dz2 @ tf.transpose(h)
    # b2 is added as it is, so the gradient passes unchanged
    db2 = dz2
    # z2 was reached from h through W2; the gradient comes back through W2, turned
    # around
    dh = tf.transpose(W2) @ dz2
    # relu passes the gradient where z1 > 0 and stops it elsewhere
    dz1 = dh * tf.cast(z1 > 0, dh.dtype)
    # z1 was reached from W1 through x; the gradient comes back through x, turned around
    dW1 = dz1 @ tf.transpose(x)
    # b1 is added as it is, so the gradient passes unchanged
    db1 = dz1
    return loss, (dW1, db1, dW2, db2)


def forward(x, y, W1, b1, W2, b2):
    z1 = W1 @ x + b1
    h = tf.nn.relu(z1)
    z2 = W2 @ h + b2
    # the cross-entropy in its stable form, finite for every logit
    loss = y * tf.math.softplus(-z2) + (1 - y) * tf.math.softplus(z2)
    return loss


def loss_and_gradients_by_autodiff(x, y, W1, b1, W2, b2):
    with tf.GradientTape() as tape:
        tape.watch((W1, b1, W2, b2))
        loss = forward(x, y, W1, b1, W2, b2)
    gradients = tape.gradient(loss, (W1, b1, W2, b2))
    return loss, gradients


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=1)
parser.add_argument("--learning-rate", type=float, default=0.1)
options = parser.parse_args()

x = tf.constant([[1.0], [0.5], [-1.5]], dtype=tf.float64)
y = tf.constant([[1.0]], dtype=tf.float64)
W1 = tf.Variable([[0.2, -0.4, 0.1], [0.7, 0.3, -0.5]], dtype=tf.float64)
b1 = tf.Variable([[0.1], [-0.2]], dtype=tf.float64)
W2 = tf.Variable([[0.5, -1.0]], dtype=tf.float64)
b2 = tf.Variable([[0.2]], dtype=tf.float64)

for step in range(1, options.steps + 1):
    loss, gradients = loss_and_gradients(x, y, W1, b1, W2, b2)
    # TensorFlow differentiates the forward pass itself: the same numbers
    same = loss_and_gradients_by_autodiff(x, y, W1, b1, W2, b2)
    for own, other in zip((loss, *gradients), (same[0], *same[1]), strict=True):
        assert np.allclose(own, other, rtol=1e-9, atol=1e-12)
    dW1, db1, dW2, db2 = gradients
    print("Loss:", loss.numpy().item())
    if step == 1:
        print("dL/dW1:\n", dW1.numpy())
        print("dL/db1:\n", db1.numpy())
        print("dL/dW2:\n", dW2.numpy())
        print("dL/db2:\n", db2.numpy())
    # every parameter moves a little against its gradient
    W1.assign_sub(options.learning_rate * dW1)
    b1.assign_sub(options.learning_rate * db1)
    W2.assign_sub(options.learning_rate * dW2)
    b2.assign_sub(options.learning_rate * db2)

print("W1:\n", W1.numpy())
print("b1:\n", b1.numpy())
print("W2:\n", W2.numpy())
print("b2:\n", b2.numpy())
loss, gradients = loss_and_gradients(x, y, W1, b1, W2, b2)
print("Loss after:", loss.numpy().item())
