import tensorflow as tf

# Input and true label
x = tf.constant([[1.0], [0.5], [-1.5]])  # Shape (3, 1)
y_true = tf.constant([[1.0]])            # Shape (1, 1)

# Initialize weights and biases
W1 = tf.Variable([[0.2, -0.4, 0.1],
                  [0.7,  0.3, -0.5]], dtype=tf.float32)
b1 = tf.Variable([[0.1],
                  [-0.2]], dtype=tf.float32)

W2 = tf.Variable([[0.5, -1.0]], dtype=tf.float32)
b2 = tf.Variable([[0.2]], dtype=tf.float32)

lr = 0.1  # Learning rate

# Forward and backward pass using GradientTape
with tf.GradientTape() as tape:
    z1 = tf.matmul(W1, x) + b1
    h = tf.nn.relu(z1)
    z2 = tf.matmul(W2, h) + b2
    y_pred = tf.sigmoid(z2)
    loss = tf.keras.losses.binary_crossentropy(y_true, y_pred)

# Compute gradients
grads = tape.gradient(loss, [W1, b1, W2, b2])
dW1, db1, dW2, db2 = grads

# Print gradients
print("Loss:", loss.numpy())
print("dL/dW1:\n", dW1.numpy())
print("dL/db1:\n", db1.numpy())
print("dL/dW2:\n", dW2.numpy())
print("dL/db2:\n", db2.numpy())

# Update weights and biases
W1.assign_sub(lr * dW1)
b1.assign_sub(lr * db1)
W2.assign_sub(lr * dW2)
b2.assign_sub(lr * db2)
