"""The TensorFlow dialect: eager tensors, every number cast to the type it meets, GradientTape for the comparison."""

from chainrule.emit.casts import strictly
from chainrule.emit.dialect import Dialect

AUTODIFF = """
def loss_and_gradients_by_autodiff({arguments}):
    with tf.GradientTape() as tape:
        tape.watch({parameters})
        loss = forward({arguments})
    gradients = tape.gradient(loss, {parameters}{unconnected}){picked}
    return loss, gradients
"""


TENSORFLOW = Dialect(
    name="tensorflow",
    title="TensorFlow",
    module="tf",
    rows="{0}.shape[0]",  # a variable has no len()
    copy="tf.identity({0})",
    stacked="tf.stack({0})",
    writes=False,
    out_of_table="{0}.numpy().item()",
    functions="tf.math",
    imports={"tf": "import tensorflow as tf", "np": "import numpy as np"},
    array="tf.constant({0}{dtype})",
    zeros="tf.zeros({0}{dtype})",
    zeros_variable="tf.Variable(tf.zeros({0}{dtype}))",
    variable="tf.Variable({0}{dtype})",
    stored_variable="tf.Variable(stored[{0}])",
    picked="\n    gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]",
    unconnected=', unconnected_gradients="zero"',
    printed_parameter="{0}.numpy()",
    implied=frozenset({"float32", "int32", "bool"}),
    stored="tf.constant(stored[{0}])",
    count="{0}.shape.num_elements()",
    cast="tf.cast({0}, {dtype})",
    fits=strictly,
    update="{0}.assign_sub({rate} * {1})",
    assign="{0}.assign({1})",
    printed="{0}.numpy()",
    number="{0}.numpy().item()",
    autodiff=AUTODIFF,
    agree="np.allclose(own, other, {tolerance})",
)
