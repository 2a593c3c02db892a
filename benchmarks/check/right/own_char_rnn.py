import numpy as np

data = "hello hello you"
chars = sorted(set(data))
n_data, vocab_size = len(data), len(chars)
place_of = { ch:i for i,ch in enumerate(chars) }
np.random.seed(0)

hidden_size = 5
span = 5
step_size = 1e-1

Wxh = np.random.randn(hidden_size, vocab_size)*0.1
Whh = np.random.randn(hidden_size, hidden_size)*0.1
Why = np.random.randn(vocab_size, hidden_size)*0.1
bh = np.zeros((hidden_size, 1))
by = np.zeros((vocab_size, 1))

def unroll(inputs, targets, mem0):
  eye_in, mem, raw, pr = {}, {}, {}, {}
  mem[-1] = np.copy(mem0)
  loss = 0
  for t in range(len(inputs)):
    eye_in[t] = np.zeros((vocab_size,1))
    eye_in[t][inputs[t]] = 1
    mem[t] = np.tanh(np.dot(Wxh, eye_in[t]) + np.dot(Whh, mem[t-1]) + bh)
    raw[t] = np.dot(Why, mem[t]) + by
    pr[t] = np.exp(raw[t]) / np.sum(np.exp(raw[t]))
    loss += -np.log(pr[t][targets[t],0])
  dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
  dbh, dby = np.zeros_like(bh), np.zeros_like(by)
  dlater = np.zeros_like(mem[0])
  for t in reversed(range(len(inputs))):
    dy = np.copy(pr[t])
    dy[targets[t]] -= 1
    dWhy += np.dot(dy, mem[t].T)
    dby += dy
    dh = np.dot(Why.T, dy) + dlater
    din = (1 - mem[t] * mem[t]) * dh
    dbh += din
    dWxh += np.dot(din, eye_in[t].T)
    dWhh += np.dot(din, mem[t-1].T)
    dlater = np.dot(Whh.T, din)
  for slope in [dWxh, dWhh, dWhy, dbh, dby]:
    np.clip(slope, -5, 5, out=slope)
  return loss, dWxh, dWhh, dWhy, dbh, dby, mem[len(inputs)-1]

n, p = 0, 0
sWxh, sWhh, sWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
sbh, sby = np.zeros_like(bh), np.zeros_like(by)
running = -np.log(1.0/vocab_size)*span
while n < 2:
  if p+span+1 >= len(data) or n == 0:
    mem0 = np.zeros((hidden_size,1))
    p = 0
  inputs = [place_of[ch] for ch in data[p:p+span]]
  targets = [place_of[ch] for ch in data[p+1:p+span+1]]
  loss, dWxh, dWhh, dWhy, dbh, dby, mem0 = unroll(inputs, targets, mem0)
  running = running * 0.999 + loss * 0.001
  if n % 100 == 0: print('iter %d, loss: %f' % (n, running))
  for weight, slope, sq in zip([Wxh, Whh, Why, bh, by],
                                [dWxh, dWhh, dWhy, dbh, dby],
                                [sWxh, sWhh, sWhy, sbh, sby]):
    sq += slope * slope
    weight += -step_size * slope / np.sqrt(sq + 1e-8)
  p += span
  n += 1
