import random

import numpy as np


def sigmoid(x):
    return 1. / (1 + np.exp(-x))

def rand_arr(a, b, *args):
    np.random.seed(0)
    return np.random.rand(*args) * (b - a) + a

class LstmParam:
    def __init__(self, mem_cell_ct, x_dim):
        self.mem_cell_ct = mem_cell_ct
        self.x_dim = x_dim
        concat_len = x_dim + mem_cell_ct
        self.wg = rand_arr(-0.1, 0.1, mem_cell_ct, concat_len)
        self.wi = rand_arr(-0.1, 0.1, mem_cell_ct, concat_len)
        self.wf = rand_arr(-0.1, 0.1, mem_cell_ct, concat_len)
        self.wo = rand_arr(-0.1, 0.1, mem_cell_ct, concat_len)
        self.bg = rand_arr(-0.1, 0.1, mem_cell_ct)
        self.bi = rand_arr(-0.1, 0.1, mem_cell_ct)
        self.bf = rand_arr(-0.1, 0.1, mem_cell_ct)
        self.bo = rand_arr(-0.1, 0.1, mem_cell_ct)
        self.clear()

    def clear(self):
        for name in ("wg", "wi", "wf", "wo", "bg", "bi", "bf", "bo"):
            setattr(self, name + "_diff", np.zeros_like(getattr(self, name)))

    def apply_diff(self, lr=1):
        self.wg -= lr * self.wg_diff
        self.wi -= lr * self.wi_diff
        self.wf -= lr * self.wf_diff
        self.wo -= lr * self.wo_diff
        self.bg -= lr * self.bg_diff
        self.bi -= lr * self.bi_diff
        self.bf -= lr * self.bf_diff
        self.bo -= lr * self.bo_diff
        self.clear()

class LstmNode:
    def __init__(self, lstm_param):
        self.param = lstm_param

    def bottom_data_is(self, x, s_prev, h_prev):
        self.s_prev = s_prev
        self.h_prev = h_prev
        xc = np.hstack((x, h_prev))
        self.g = np.tanh(np.dot(self.param.wg, xc) + self.param.bg)
        self.i = sigmoid(np.dot(self.param.wi, xc) + self.param.bi)
        self.f = sigmoid(np.dot(self.param.wf, xc) + self.param.bf)
        self.o = sigmoid(np.dot(self.param.wo, xc) + self.param.bo)
        self.s = self.g * self.i + s_prev * self.f
        self.h = self.s * self.o
        self.xc = xc

    def top_diff_is(self, top_diff_h, top_diff_s):
        ds = self.o * top_diff_h + top_diff_s
        do = self.s * top_diff_h
        di = self.g * ds
        dg = self.i * ds
        df = self.s_prev * ds
        di_input = self.i * (1 - self.i) * di
        df_input = self.f * (1 - self.f) * df
        do_input = self.o * (1 - self.o) * do
        dg_input = (1. - self.g ** 2) * dg
        self.param.wi_diff += np.outer(di_input, self.xc)
        self.param.wf_diff += np.outer(df_input, self.xc)
        self.param.wo_diff += np.outer(do_input, self.xc)
        self.param.wg_diff += np.outer(dg_input, self.xc)
        self.param.bi_diff += di_input
        self.param.bf_diff += df_input
        self.param.bo_diff += do_input
        self.param.bg_diff += dg_input
        dxc = np.dot(self.param.wi.T, di_input)
        dxc += np.dot(self.param.wf.T, df_input)
        dxc += np.dot(self.param.wo.T, do_input)
        dxc += np.dot(self.param.wg.T, dg_input)
        self.bottom_diff_s = ds * self.f
        self.bottom_diff_h = dxc[self.param.x_dim:]

np.random.seed(0)
mem_cell_ct, x_dim = 10, 5
lstm_param = LstmParam(mem_cell_ct, x_dim)
y_list = [-0.5, 0.2, 0.1, -0.5]
input_val_arr = [np.random.random(x_dim) for _ in y_list]
for cur_iter in range(100):
    nodes, s, h = [], np.zeros(mem_cell_ct), np.zeros(mem_cell_ct)
    for x in input_val_arr:
        node = LstmNode(lstm_param)
        node.bottom_data_is(x, s, h)
        s, h = node.s, node.h
        nodes.append(node)
    loss = sum((node.h[0] - y) ** 2 for node, y in zip(nodes, y_list))
    diff_h, diff_s = np.zeros(mem_cell_ct), np.zeros(mem_cell_ct)
    for node, y in zip(reversed(nodes), reversed(y_list)):
        top = np.zeros(mem_cell_ct)
        top[0] = 2 * (node.h[0] - y)
        node.top_diff_is(top + diff_h, diff_s)
        diff_h, diff_s = node.bottom_diff_h, node.bottom_diff_s
    lstm_param.apply_diff(lr=0.1)
    if cur_iter % 20 == 0:
        print("iter", "%2s" % str(cur_iter), "loss: %.3e" % loss)
