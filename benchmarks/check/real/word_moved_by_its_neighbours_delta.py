import numpy as np

np.random.seed(1)


def softmax(x_):
    x = np.atleast_2d(x_)
    temp = np.exp(x)
    return temp / np.sum(temp, axis=1, keepdims=True)


vocab = ['<unk>', 'mary', 'moved', 'to', 'the', 'bathroom', '.']
embed_size = 4
vectors = (np.random.rand(len(vocab), embed_size) - 0.5)
carry_w = np.eye(embed_size)
start = np.zeros(embed_size)
read_w = (np.random.rand(embed_size, len(vocab)) - 0.5)
hot = np.eye(len(vocab))


def unroll(sent):
    layers = list()
    layer = {}
    layer['hidden'] = start
    layers.append(layer)
    loss = 0
    for place in range(len(sent)):
        layer = {}
        layer['pred'] = softmax(layers[-1]['hidden'].dot(read_w))[0]
        loss += -np.log(layer['pred'][sent[place]])
        layer['hidden'] = layers[-1]['hidden'].dot(carry_w) + vectors[sent[place]]
        layers.append(layer)
    return layers, loss


alpha = 0.05
for sent in ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4]):
    layers, loss = unroll(sent)
    for pos in reversed(range(len(layers))):
        layer = layers[pos]
        if pos > 0:
            target = sent[pos - 1]
            layer['out_d'] = layer['pred'] - hot[target]
        if pos == len(layers) - 1:
            layer['hid_d'] = np.zeros(embed_size)
        else:
            layer['hid_d'] = layers[pos + 1]['out_d'].dot(read_w.transpose())
            layer['hid_d'] += layers[pos + 1]['hid_d'].dot(carry_w.transpose())
    start = start - layers[0]['hid_d'] * alpha
    old_hidden = [layer['hidden'] for layer in layers]
    for pos, layer in enumerate(layers[1:]):
        read_w -= np.outer(old_hidden[pos], layer['out_d']) * alpha
        which = sent[pos]
        vectors[which] -= layers[pos]['hid_d'] * alpha
        carry_w -= np.outer(old_hidden[pos], layer['hid_d']) * alpha
