import numpy as np


class SigmoidActivator(object):
    def forward(self, weighted_input):
        return 1.0 / (1.0 + np.exp(-weighted_input))

    def backward(self, output):
        return output * (1 - output)


class TanhActivator(object):
    def forward(self, weighted_input):
        return 2.0 / (1.0 + np.exp(-2 * weighted_input)) - 1.0

    def backward(self, output):
        return 1 - output * output


class LstmLayer(object):
    def __init__(self, input_width, state_width, learning_rate):
        self.input_width = input_width
        self.state_width = state_width
        self.learning_rate = learning_rate
        self.gate_bend = SigmoidActivator()
        self.out_bend = TanhActivator()
        self.times = 0
        self.c_list, self.h_list = self.new_state(), self.new_state()
        self.f_list, self.i_list = self.new_state(), self.new_state()
        self.o_list, self.ct_list = self.new_state(), self.new_state()
        self.x_list = [None]
        self.Wfh, self.Wfx, self.bf = self.new_weights()
        self.Wih, self.Wix, self.bi = self.new_weights()
        self.Woh, self.Wox, self.bo = self.new_weights()
        self.Wch, self.Wcx, self.bc = self.new_weights()

    def new_state(self):
        return [np.zeros((self.state_width, 1))]

    def new_weights(self):
        Wh = np.random.uniform(-0.5, 0.5, (self.state_width, self.state_width))
        Wx = np.random.uniform(-0.5, 0.5, (self.state_width, self.input_width))
        b = np.zeros((self.state_width, 1))
        return Wh, Wx, b

    def forward(self, x):
        self.times += 1
        self.x_list.append(x)
        fg = self.gate(x, self.Wfx, self.Wfh, self.bf, self.gate_bend)
        self.f_list.append(fg)
        ig = self.gate(x, self.Wix, self.Wih, self.bi, self.gate_bend)
        self.i_list.append(ig)
        og = self.gate(x, self.Wox, self.Woh, self.bo, self.gate_bend)
        self.o_list.append(og)
        ct = self.gate(x, self.Wcx, self.Wch, self.bc, self.out_bend)
        self.ct_list.append(ct)
        c = fg * self.c_list[self.times - 1] + ig * ct
        self.c_list.append(c)
        h = og * self.out_bend.forward(c)
        self.h_list.append(h)

    def gate(self, x, Wx, Wh, b, activator):
        h = self.h_list[self.times - 1]
        net = np.dot(Wh, h) + np.dot(Wx, x) + b
        return activator.forward(net)

    def backward(self, delta_h):
        self.d_hid = [None] * (self.times + 1)
        self.d_out = [None] * (self.times + 1)
        self.d_in = [None] * (self.times + 1)
        self.d_forget = [None] * (self.times + 1)
        self.d_cand = [None] * (self.times + 1)
        self.d_hid[self.times] = delta_h
        delta_c = np.zeros((self.state_width, 1))
        for k in range(self.times, 0, -1):
            ig, og, fg, ct = self.i_list[k], self.o_list[k], self.f_list[k], self.ct_list[k]
            c_prev = self.c_list[k - 1]
            tanh_c = self.out_bend.forward(self.c_list[k])
            delta_k = self.d_hid[k]
            delta_c = delta_c + delta_k * og * (1 - tanh_c * tanh_c)
            self.d_out[k] = delta_k * tanh_c * self.gate_bend.backward(og)
            self.d_forget[k] = delta_c * c_prev * self.gate_bend.backward(fg)
            self.d_in[k] = delta_c * ct * self.gate_bend.backward(ig)
            self.d_cand[k] = delta_c * ig * self.out_bend.backward(ct)
            self.d_hid[k - 1] = (np.dot(self.Woh.T, self.d_out[k]) + np.dot(self.Wih.T, self.d_in[k])
                                        + np.dot(self.Wfh.T, self.d_forget[k]) + np.dot(self.Wch.T, self.d_cand[k]))
            delta_c = delta_c * fg
        self.collect()

    def collect(self):
        self.Wfh_grad, self.Wfx_grad, self.bf_grad = 0, 0, 0
        self.Wih_grad, self.Wix_grad, self.bi_grad = 0, 0, 0
        self.Woh_grad, self.Wox_grad, self.bo_grad = 0, 0, 0
        self.Wch_grad, self.Wcx_grad, self.bc_grad = 0, 0, 0
        for t in range(self.times, 0, -1):
            h_prev = self.h_list[t - 1].T
            x = self.x_list[t].T
            self.Wfh_grad += np.dot(self.d_forget[t], h_prev)
            self.Wih_grad += np.dot(self.d_in[t], h_prev)
            self.Woh_grad += np.dot(self.d_out[t], h_prev)
            self.Wch_grad += np.dot(self.d_cand[t], h_prev)
            self.Wfx_grad += np.dot(self.d_forget[t], x)
            self.Wix_grad += np.dot(self.d_in[t], x)
            self.Wox_grad += np.dot(self.d_out[t], x)
            self.Wcx_grad += np.dot(self.d_cand[t], x)
            bf_grad = self.d_forget[t]
            bi_grad = self.d_in[t]
            bo_grad = self.d_out[t]
            bc_grad = self.d_cand[t]
            self.bf_grad += bf_grad
            self.bi_grad += bi_grad
            self.bo_grad += bo_grad
            self.bc_grad += bc_grad

    def update(self):
        self.Wfh -= self.learning_rate * self.Wfh_grad
        self.Wfx -= self.learning_rate * self.Wfx_grad
        self.bf -= self.learning_rate * self.bf_grad
        self.Wih -= self.learning_rate * self.Wih_grad
        self.Wix -= self.learning_rate * self.Wix_grad
        self.bi -= self.learning_rate * self.bi_grad
        self.Woh -= self.learning_rate * self.Woh_grad
        self.Wox -= self.learning_rate * self.Wox_grad
        self.bo -= self.learning_rate * self.bo_grad
        self.Wch -= self.learning_rate * self.Wch_grad
        self.Wcx -= self.learning_rate * self.Wcx_grad
        self.bc -= self.learning_rate * self.bc_grad


np.random.seed(2)
l = LstmLayer(3, 2, 0.1)
x = [np.array([[1], [2], [3]]) * 0.3, np.array([[2], [-3], [4]]) * 0.3, np.array([[0], [1], [-1]]) * 0.3]
d = np.array([[0.3], [-0.2]])
for one in x:
    l.forward(one)
loss = 0.5 * np.sum((l.h_list[-1] - d) ** 2)
l.backward(l.h_list[-1] - d)
l.update()
