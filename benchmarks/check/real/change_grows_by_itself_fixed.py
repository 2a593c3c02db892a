import math

LR, MU = 0.4, 0.3
NI, NH, NO = 3, 3, 1  # the last input is the bias

W1 = [[0.3, -0.5, 0.8], [-0.6, 0.4, 0.1], [0.2, -0.1, 0.5]]
W2 = [[0.7], [-0.9], [0.4]]
dW1 = [[0.0] * NH for _ in range(NI)]
dW2 = [[0.0] * NO for _ in range(NH)]


def forward(inputs):
    hidden = [0.0] * NH
    output = [0.0] * NO
    for i in range(NH):
        for j in range(NI):
            hidden[i] += inputs[j] * W1[j][i]
        hidden[i] = 1 / (1 + math.exp(-hidden[i]))
    for i in range(NO):
        for j in range(NH):
            output[i] += hidden[j] * W2[j][i]
        output[i] = 1 / (1 + math.exp(-output[i]))
    return hidden, output


def backwards(inputs, hidden, output, wanted):
    z2 = [output[i] * (1 - output[i]) * (wanted[i] - output[i]) for i in range(NO)]
    z1 = []
    for i in range(NH):
        error = 0.0
        for j in range(NO):
            error += W2[i][j] * z2[j]
        z1.append(hidden[i] * (1 - hidden[i]) * error)
    for i in range(NH):
        for j in range(NI):
            dW1[j][i] = z1[i] * inputs[j] + MU * dW1[j][i]
    for i in range(NO):
        for j in range(NH):
            dW2[j][i] = z2[i] * hidden[j] + MU * dW2[j][i]


def update_weights():
    for i in range(NH):
        for j in range(NI):
            W1[j][i] += LR * dW1[j][i]
    for i in range(NO):
        for j in range(NH):
            W2[j][i] += LR * dW2[j][i]


patterns = [([0, 0, 1], [0]), ([0, 1, 1], [1]), ([1, 0, 1], [1]), ([1, 1, 1], [0])]
for epoch in range(2):
    miss = 0.0
    for inputs, wanted in patterns:
        hidden, output = forward(inputs)
        miss += sum((w - o) ** 2 for w, o in zip(wanted, output)) / 2
        backwards(inputs, hidden, output, wanted)
        update_weights()
    print(epoch, miss)
