import argparse

import jax
import jax.numpy as jnp

# JAX computes in float32 unless told otherwise
jax.config.update("jax_enable_x64", True)


def loss_and_gradients(x, y, W1, b1, W2, b2):
    z1 = W1 @ x + b1
    h = jnp.maximum(0, z1)
    z2 = W2 @ h + b2
    y_pred = jax.nn.sigmoid(z2)
    # the cross-entropy in its stable form, finite for every logit
    loss = y * jax.nn.softplus(-z2) + (1 - y) * jax.nn.softplus(z2)
    # sigmoid and cross-entropy together: what is predicted minus what is true
    dz2 = y_pred - y
    # z2 was reached from W2 through h; the gradient comes back through h, turned around
    dW2 = dz2 @ h.T
    # b2 is added as it is, so the gradient passes unchanged
    db2 = dz2
    # z2 was reached from h through W2; the gradient comes back through W2, turned
    # around
    dh = W2.T @ dz2
    # relu passes the gradient where z1 > 0 and stops it elsewhere
    dz1 = dh * (z1 > 0)
    # z1 was reached from W1 through x; the gradient comes back through x, turned around
    dW1 = dz1 @ x.T
    # b1 is added as it is, so the gradient passes unchanged
    db1 = dz1
    return loss, (dW1, db1, dW2, db2)


def forward(x, y, W1, b1, W2, b2):
    z1 = W1 @ x + b1
    h = jnp.maximum(0, z1)
    z2 = W2 @ h + b2
    # the cross-entropy in its stable form, finite for every logit
    loss = y * jax.nn.softplus(-z2) + (1 - y) * jax.nn.softplus(z2)
    return loss


def total_loss(*arrays):
    return jnp.sum(forward(*arrays))


loss_and_gradients_by_autodiff = jax.value_and_grad(total_loss, argnums=(2, 3, 4, 5))


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=1)
parser.add_argument("--learning-rate", type=float, default=0.1)
options = parser.parse_args()

x = jnp.array([[1.0], [0.5], [-1.5]])
y = jnp.array([[1.0]])
W1 = jnp.array([[0.2, -0.4, 0.1], [0.7, 0.3, -0.5]])
b1 = jnp.array([[0.1], [-0.2]])
W2 = jnp.array([[0.5, -1.0]])
b2 = jnp.array([[0.2]])

for step in range(1, options.steps + 1):
    loss, gradients = loss_and_gradients(x, y, W1, b1, W2, b2)
    # JAX differentiates the forward pass itself: the same numbers
    same = loss_and_gradients_by_autodiff(x, y, W1, b1, W2, b2)
    for own, other in zip((loss, *gradients), (same[0], *same[1]), strict=True):
        assert jnp.allclose(own, other, rtol=1e-9, atol=1e-12)
    dW1, db1, dW2, db2 = gradients
    print("Loss:", loss.item())
    if step == 1:
        print("dL/dW1:\n", dW1)
        print("dL/db1:\n", db1)
        print("dL/dW2:\n", dW2)
        print("dL/db2:\n", db2)
    # every parameter moves a little against its gradient
    W1 = W1 - options.learning_rate * dW1
    b1 = b1 - options.learning_rate * db1
    W2 = W2 - options.learning_rate * dW2
    b2 = b2 - options.learning_rate * db2

print("W1:\n", W1)
print("b1:\n", b1)
print("W2:\n", W2)
print("b2:\n", b2)
loss, gradients = loss_and_gradients(x, y, W1, b1, W2, b2)
print("Loss after:", loss.item())
