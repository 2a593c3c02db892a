import random
import numpy as np

random.seed(1)
np.random.seed(1)
w1 = np.random.randn(9, 18) / 3
w2 = np.random.randn(18, 1) / 4
lr = 0.01
LINES = [(0,1,2),(3,4,5),(6,7,8),(0,3,6),(1,4,7),(2,5,8),(0,4,8),(2,4,6)]

def winner(board):
    for a, b, c in LINES:
        if board[a] != 0 and board[a] == board[b] == board[c]:
            return board[a]
    return 0

def value(board):
    x = np.array(board, dtype=float).reshape(1, 9)
    h = np.tanh(x.dot(w1))
    v = np.tanh(h.dot(w2))
    return x, h, v

for game in range(300):
    board, player, history = [0] * 9, 1, []
    while winner(board) == 0 and 0 in board:
        moves = [i for i in range(9) if board[i] == 0]
        if random.random() < 0.3:
            move = random.choice(moves)
        else:
            scores = []
            for mv in moves:
                board[mv] = player
                scores.append(float(value(board)[2][0, 0]) * player)
                board[mv] = 0
            move = moves[int(np.argmax(scores))]
        board[move] = player
        history.append(list(board))
        player = -player
    outcome = winner(board)
    for position in history:
        x, h, v = value(position)
        loss = ((v - outcome) ** 2).sum()
        dv = 2 * (v - outcome) * (1 - v ** 2)
        dw2 = h.T.dot(dv)
        dh = dv.dot(w2.T) * (1 - h ** 2)
        dw1 = x.T.dot(dh)
        w2 -= lr * dw2
        w1 -= lr * dw1
    if game % 100 == 0:
        print(game, outcome, loss)
