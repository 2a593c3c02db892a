import argparse

import torch


def loss_and_gradients(x, y, W1, b1, W2, b2):
    z1 = W1 @ x + b1
    h = torch.relu(z1)
    z2 = W2 @ h + b2
    y_pred = torch.sigmoid(z2)
    # the cross-entropy in its stable form, finite for every logit
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z2, y, reduction="none")
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
    h = torch.relu(z1)
    z2 = W2 @ h + b2
    # the cross-entropy in its stable form, finite for every logit
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z2, y, reduction="none")
    return loss


def loss_and_gradients_by_autodiff(x, y, W1, b1, W2, b2):
    loss = forward(x, y, W1, b1, W2, b2)
    gradients = torch.autograd.grad(loss, (W1, b1, W2, b2))
    return loss, gradients


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=1)
parser.add_argument("--learning-rate", type=float, default=0.1)
options = parser.parse_args()

x = torch.tensor([[1.0], [0.5], [-1.5]], dtype=torch.float64)
y = torch.tensor([[1.0]], dtype=torch.float64)
W1 = torch.tensor(
    [[0.2, -0.4, 0.1], [0.7, 0.3, -0.5]], dtype=torch.float64, requires_grad=True
)
b1 = torch.tensor([[0.1], [-0.2]], dtype=torch.float64, requires_grad=True)
W2 = torch.tensor([[0.5, -1.0]], dtype=torch.float64, requires_grad=True)
b2 = torch.tensor([[0.2]], dtype=torch.float64, requires_grad=True)

for step in range(1, options.steps + 1):
    with torch.no_grad():
        loss, gradients = loss_and_gradients(x, y, W1, b1, W2, b2)
    # PyTorch differentiates the forward pass itself: the same numbers
    same = loss_and_gradients_by_autodiff(x, y, W1, b1, W2, b2)
    for own, other in zip((loss, *gradients), (same[0], *same[1]), strict=True):
        assert torch.allclose(own, other, rtol=1e-9, atol=1e-12)
    dW1, db1, dW2, db2 = gradients
    print("Loss:", loss.item())
    if step == 1:
        print("dL/dW1:\n", dW1.numpy())
        print("dL/db1:\n", db1.numpy())
        print("dL/dW2:\n", dW2.numpy())
        print("dL/db2:\n", db2.numpy())
    # every parameter moves a little against its gradient
    with torch.no_grad():
        W1 -= options.learning_rate * dW1
        b1 -= options.learning_rate * db1
        W2 -= options.learning_rate * dW2
        b2 -= options.learning_rate * db2

print("W1:\n", W1.detach().numpy())
print("b1:\n", b1.detach().numpy())
print("W2:\n", W2.detach().numpy())
print("b2:\n", b2.detach().numpy())
loss, gradients = loss_and_gradients(x, y, W1, b1, W2, b2)
print("Loss after:", loss.item())
