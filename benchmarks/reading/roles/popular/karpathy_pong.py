""" Policy gradients on a toy Pong, raw pixels to a probability of going up. """
import numpy as np

H = 20 # number of hidden layer neurons
batch_size = 10 # every how many episodes to do a param update?
learning_rate = 1e-4
gamma = 0.99 # discount factor for reward
decay_rate = 0.99 # decay factor for RMSProp leaky sum of grad^2

D = 6 * 6 # input dimensionality
model = {}
model['W1'] = np.random.randn(H,D) / np.sqrt(D)
model['W2'] = np.random.randn(H) / np.sqrt(H)

grad_buffer = { k : np.zeros_like(v) for k,v in model.items() }
rmsprop_cache = { k : np.zeros_like(v) for k,v in model.items() }

def sigmoid(x):
  return 1.0 / (1.0 + np.exp(-x))

class Court:
  """ a ball that falls down a 6x6 court, a paddle that moves sideways """
  def reset(self):
    self.ball = [0, np.random.randint(6)]
    self.paddle = 2
    return self.picture()
  def picture(self):
    I = np.zeros((6, 6))
    I[self.ball[0], self.ball[1]] = 1
    I[5, self.paddle] = 1
    return I
  def step(self, action):
    self.paddle = min(5, max(0, self.paddle + (1 if action == 2 else -1)))
    self.ball[0] += 1
    done = self.ball[0] == 5
    reward = 0.0
    if done: reward = 1.0 if self.paddle == self.ball[1] else -1.0
    return self.picture(), reward, done

def discount_rewards(r):
  discounted_r = np.zeros_like(r)
  running_add = 0
  for t in reversed(range(0, r.size)):
    if r[t] != 0: running_add = 0
    running_add = running_add * gamma + r[t]
    discounted_r[t] = running_add
  return discounted_r

def policy_forward(x):
  h = np.dot(model['W1'], x)
  h[h<0] = 0 # ReLU nonlinearity
  logp = np.dot(model['W2'], h)
  p = sigmoid(logp)
  return p, h

def policy_backward(eph, epdlogp):
  dW2 = np.dot(eph.T, epdlogp).ravel()
  dh = np.outer(epdlogp, model['W2'])
  dh[eph <= 0] = 0
  dW1 = np.dot(dh.T, epx)
  return {'W1':dW1, 'W2':dW2}

env = Court()
observation = env.reset()
prev_x = None
xs,hs,dlogps,drs = [],[],[],[]
running_reward = None
reward_sum = 0
episode_number = 0
while True:
  cur_x = observation.astype(float).ravel()
  x = cur_x - prev_x if prev_x is not None else np.zeros(D)
  prev_x = cur_x

  aprob, h = policy_forward(x)
  action = 2 if np.random.uniform() < aprob else 3

  xs.append(x)
  hs.append(h)
  y = 1 if action == 2 else 0 # a "fake label"
  dlogps.append(y - aprob)

  observation, reward, done = env.step(action)
  reward_sum += reward
  drs.append(reward)

  if done:
    episode_number += 1
    epx = np.vstack(xs)
    eph = np.vstack(hs)
    epdlogp = np.vstack(dlogps)
    epr = np.vstack(drs)
    xs,hs,dlogps,drs = [],[],[],[]

    discounted_epr = discount_rewards(epr)
    discounted_epr -= np.mean(discounted_epr)
    discounted_epr /= np.std(discounted_epr)

    epdlogp *= discounted_epr
    grad = policy_backward(eph, epdlogp)
    for k in model: grad_buffer[k] += grad[k]

    if episode_number % batch_size == 0:
      for k,v in model.items():
        g = grad_buffer[k]
        rmsprop_cache[k] = decay_rate * rmsprop_cache[k] + (1 - decay_rate) * g**2
        model[k] += learning_rate * g / (np.sqrt(rmsprop_cache[k]) + 1e-5)
        grad_buffer[k] = np.zeros_like(v)

    running_reward = reward_sum if running_reward is None else running_reward * 0.99 + reward_sum * 0.01
    if episode_number % 100 == 0: print('resetting env. running mean: %f' % running_reward)
    reward_sum = 0
    observation = env.reset()
    prev_x = None
  if episode_number >= 20000: break
