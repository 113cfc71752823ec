"""Writes references.json: what PyTorch gets for the operations, layers and distributions of AssayNetworks.

    python make-references.py > references.json

Inputs and parameters are Float32 numbers; PyTorch computes in double precision, so that the differences from it are the
rounding errors of the library under test. Each case has the numbers that go in, the tensor that comes out, and the
gradient, with respect to each of the numbers that went in, of the sum of the output times the weights

    w[i] = ((7 i + 3) mod 11 - 5.5) / 8

which are exact in binary, of both signs and never zero. Cases are told by name; the Swift side has the same names.
"""

import json
import platform
import zlib

import numpy
import torch
from torch import nn
from torch.distributions import Categorical, Independent, Normal, TransformedDistribution, kl_divergence
from torch.distributions.transforms import TanhTransform
from torch.func import functional_call
from torch.nn import functional

torch.set_default_dtype(torch.float64)
cases = []


# Where numbers come from: functions of a random generator. Multiples of 1/64 plus 1/128 are short in decimals, exact in
# binary, and never at a kink.


def grid(numbers):
    return numpy.round(numbers * 64) / 64 + 1 / 128


def normal(*shape, scale=1.0):
    return lambda random: grid(random.normal(size=shape) * scale)


def positive(*shape):
    return lambda random: grid(numpy.abs(random.normal(size=shape)) + 0.25)


def between(low, high, *shape):
    return lambda random: grid(random.uniform(low, high, size=shape))


def simplex(*shape):
    """Rows of positive numbers of sum 1, in sixty-fourths."""

    def draw(random):
        rows = random.integers(1, 8, size=shape).astype(float)
        rows[..., -1] = 64 - rows[..., :-1].sum(-1)
        return rows / 64

    return draw


def numbers(*values):
    return lambda random: numpy.array(values if len(values) > 1 else values[0], dtype=numpy.float64)


def as_draw(value):
    return value if callable(value) else normal(*value)


def rounded(array):
    """Nine significant digits, and integers without a point, in row-major order."""
    short = [float(f"{number:.9g}") for number in numpy.asarray(array, dtype=numpy.float64).reshape(-1)]
    return [int(number) if number == int(number) and abs(number) < 1e6 else number for number in short]


def entry(tensor):
    return {"shape": list(tensor.shape), "numbers": rounded(tensor.detach().numpy())}


def case(name, *, parameters=None, indices=None, **inputs):
    """Adds a case: the function is given inputs and indices by name, and the parameters, if any, as one dictionary."""

    def add(body):
        assert all(name != other["name"] for other in cases), name
        random = numpy.random.default_rng(zlib.crc32(name.encode()))

        def tensor(draw):
            return torch.tensor(as_draw(draw)(random).astype(numpy.float32).astype(numpy.float64), requires_grad=True)

        given = {key: tensor(draw) for key, draw in inputs.items()}
        own = {key: tensor(draw) for key, draw in (parameters or {}).items()}
        whole = {key: torch.tensor(value) for key, value in (indices or {}).items()}
        arguments = dict(given) | whole
        if parameters is not None:
            arguments["p"] = own
        output = body(**arguments)
        places = torch.arange(output.numel(), dtype=torch.float64)
        weights = (((7 * places + 3) % 11 - 5.5) / 8).reshape(output.shape)
        leaves = given | own
        if output.requires_grad:
            found = torch.autograd.grad((output * weights).sum(), list(leaves.values()), allow_unused=True)
        else:
            found = [None] * len(leaves)
        gradients = {
            key: rounded(torch.zeros_like(leaf) if gradient is None else gradient)
            for (key, leaf), gradient in zip(leaves.items(), found)
        }
        made = {"name": name, "inputs": {key: entry(value) for key, value in given.items()}}
        if own:
            made["parameters"] = {key: entry(value) for key, value in own.items()}
        if whole:
            made["indices"] = {key: {"shape": list(v.shape), "numbers": v.reshape(-1).tolist()} for key, v in whole.items()}
        cases.append(made | {"output": entry(output), "gradients": gradients})
        return body

    return add


# MARK: Functions of one number

functions = {
    "negation": (torch.neg, normal(2, 5)),
    "exp": (torch.exp, normal(2, 5)),
    "exp of numbers near the ends": (torch.exp, numbers([[-80.0, -30.5, -1e-3, 1e-6, 0.0, 30.25]])),
    "expMinusOne": (torch.expm1, normal(2, 5)),
    "expMinusOne near zero": (torch.expm1, numbers([[1e-6, -1e-6, 1e-4, -3e-3, 0.0]])),
    "log": (torch.log, positive(2, 5)),
    "logOnePlus": (torch.log1p, positive(2, 5)),
    "logOnePlus near zero": (torch.log1p, numbers([[1e-6, -1e-6, 1e-4, -3e-3, 0.0]])),
    "sqrt": (torch.sqrt, positive(2, 5)),
    "reciprocal": (torch.reciprocal, normal(2, 5, scale=2)),
    "square": (torch.square, normal(2, 5)),
    "abs": (torch.abs, normal(2, 5)),
    "abs at zero": (torch.abs, numbers([[-1.0, 0.0, 2.0]])),
    "sign": (torch.sign, numbers([[-1.5, 0.0, 2.25]])),
    "floor": (torch.floor, numbers([[-1.5, -1.0, 0.0, 0.75, 2.25]])),
    "sin": (torch.sin, normal(2, 5, scale=3)),
    "cos": (torch.cos, normal(2, 5, scale=3)),
    "tanh": (torch.tanh, normal(2, 5)),
    "tanh of numbers near the ends": (torch.tanh, numbers([[-12.0, -4.5, -1e-4, 0.0, 0.25, 6.0, 40.0]])),
    "sigmoid": (torch.sigmoid, normal(2, 5)),
    "sigmoid of numbers near the ends": (torch.sigmoid, numbers([[-90.0, -20.0, 0.0, 10.0, 20.0, 90.0]])),
    "softplus": (functional.softplus, normal(2, 5)),
    "logSigmoid": (functional.logsigmoid, normal(2, 5)),
    "erf": (torch.erf, normal(2, 5)),
    "erf of numbers near the ends": (torch.erf, numbers([[-6.0, -3.25, -1e-4, 0.0, 0.5, 2.5, 9.0]])),
    "relu": (torch.relu, normal(2, 5)),
    "relu at zero": (torch.relu, numbers([[-1.0, 0.0, 2.0]])),
    "leakyReLU": (functional.leaky_relu, normal(2, 5)),
    "leakyReLU of slope 0.25, with zero": (
        lambda x: functional.leaky_relu(x, negative_slope=0.25),
        numbers([[-1.5, 0.0, 0.5, 2.0]]),
    ),
    "elu": (functional.elu, normal(2, 5)),
    "elu of scale 1.5, with zero": (lambda x: functional.elu(x, alpha=1.5), numbers([[-90.0, -1.5, 0.0, 0.5, 90.0]])),
    "silu": (functional.silu, normal(2, 5)),
    "gelu": (functional.gelu, normal(2, 5, scale=2)),
    "softmax": (lambda x: torch.softmax(x, -1), normal(2, 5)),
    "softmax of large numbers": (lambda x: torch.softmax(x, -1), numbers([[1000.0, 999.5, 0.0], [-1e4, -1e4, -1e4]])),
    "logSoftmax": (lambda x: torch.log_softmax(x, -1), normal(2, 5)),
    "logSoftmax of large numbers": (
        lambda x: torch.log_softmax(x, -1),
        numbers([[1000.0, 999.5, 0.0], [-1e4, -1e4, -1e4]]),
    ),
    "logSumExp": (lambda x: torch.logsumexp(x, -1), normal(3, 5)),
    "logSumExp of large numbers": (lambda x: torch.logsumexp(x, -1), numbers([[1000.0, 999.5, 0.0], [-1e4, -1e4, -1e4]])),
    "simNorm": (lambda x: torch.softmax(x.reshape(2, 3, 4), -1).reshape(2, 12), normal(2, 12)),
    "standardized": (lambda x: functional.layer_norm(x, x.shape[-1:]), normal(3, 6)),
    "clamped": (
        lambda x: torch.minimum(torch.maximum(x, torch.tensor(-0.5)), torch.tensor(0.75)),
        numbers([[-2.0, -0.5, -0.25, 0.0, 0.5, 0.75, 1.0]]),
    ),
    "maximum of a number and a bound": (lambda x: torch.maximum(x, torch.tensor(0.25)), normal(2, 5)),
    "minimum of a number and a bound": (lambda x: torch.minimum(x, torch.tensor(0.25)), normal(2, 5)),
    "numbers around a tensor": (lambda x: 3 - (2 / (1.5 * x - 0.25) + 1) / 4, positive(2, 5)),
}

for name, (function, draw) in functions.items():
    case(name, x=draw)(lambda x, function=function: function(x))


many = {"softmax": lambda x: torch.softmax(x, -1), "logSoftmax": lambda x: torch.log_softmax(x, -1)}
for name, function in many.items():
    case(f"{name} of many numbers", x=(2, 67))(lambda x, function=function: function(x))


class Symlog(torch.autograd.Function):
    """sign(x) log(1 + |x|), whose derivative is 1/(1 + |x|): at 0 as well, where that of the formula would be 0."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return torch.sign(x) * torch.log1p(torch.abs(x))

    @staticmethod
    def backward(context, gradient):
        return gradient / (1 + torch.abs(context.saved_tensors[0]))


class Symexp(torch.autograd.Function):
    """sign(x) (exp(|x|) - 1), whose derivative is exp(|x|)."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return torch.sign(x) * torch.expm1(torch.abs(x))

    @staticmethod
    def backward(context, gradient):
        return gradient * torch.exp(torch.abs(context.saved_tensors[0]))


symlog, symexp = Symlog.apply, Symexp.apply
case("symlog", x=numbers([[-1e4, -1.5, -0.25, 0.0, 1e-4, 0.5, 3.0, 1e6]]))(lambda x: symlog(x))
case("symexp", x=numbers([[-6.0, -1.5, -0.25, 0.0, 1e-4, 0.5, 3.0]]))(lambda x: symexp(x))


# MARK: Functions of two numbers

pairs = {"+": torch.add, "-": torch.sub, "*": torch.mul, "/": torch.div}
for sign, function in pairs.items():
    case(f"matrix {sign} matrix", x=(2, 4), y=positive(2, 4))(lambda x, y, f=function: f(x, y))
    case(f"matrix {sign} row", x=(3, 4), y=positive(1, 4))(lambda x, y, f=function: f(x, y))
    case(f"matrix {sign} column", x=(3, 4), y=positive(3, 1))(lambda x, y, f=function: f(x, y))
    case(f"matrix {sign} vector", x=(3, 4), y=positive(4))(lambda x, y, f=function: f(x, y))
    case(f"vector {sign} matrix", x=(4,), y=positive(3, 4))(lambda x, y, f=function: f(x, y))
    case(f"matrix {sign} scalar", x=(2, 3), y=positive())(lambda x, y, f=function: f(x, y))
    case(f"scalar {sign} matrix", x=normal(), y=positive(2, 3))(lambda x, y, f=function: f(x, y))
case("product of a tensor of planes and one of columns", x=(2, 1, 4), y=(1, 3, 1))(lambda x, y: x * y)

ties = numbers([[1.0, 2.0, -0.5, 0.0], [0.25, -3.0, 4.0, 0.5]])
other = numbers([[1.0, -2.0, -0.5, 0.5], [0.75, -3.0, 1.0, 0.25]])
case("maximum of two, with equal numbers", x=ties, y=other)(lambda x, y: torch.maximum(x, y))
case("minimum of two, with equal numbers", x=ties, y=other)(lambda x, y: torch.minimum(x, y))
case("isGreater", x=ties, y=other)(lambda x, y: (x > y) * y)
case("isGreater than a bound", x=ties)(lambda x: (x > 0.25) * x)
case("isEqual", x=ties, y=other)(lambda x, y: (x == y) * x)
case("select", x=numbers([[1.0, 0.0, -2.0, 0.0]]), y=(3, 4), z=(3, 1))(lambda x, y, z: torch.where(x != 0, y, z))

# MARK: Reductions

case("sum", x=(2, 3, 4))(lambda x: x.sum())
case("mean", x=(2, 3, 4))(lambda x: x.square().mean())
for axis in range(3):
    case(f"sum along axis {axis}", x=(2, 3, 4))(lambda x, axis=axis: x.sum(axis))
    case(f"mean along axis {axis}", x=(2, 3, 4))(lambda x, axis=axis: x.mean(axis))
    case(f"maximum along axis {axis}", x=(2, 3, 4))(lambda x, axis=axis: x.amax(axis))
    case(f"minimum along axis {axis}", x=(2, 3, 4))(lambda x, axis=axis: x.amin(axis))
    case(f"variance along axis {axis}", x=(2, 3, 4))(lambda x, axis=axis: x.var(axis, correction=0))
equals = numbers([[1.0, 1.0, 1.0, -1.0], [0.5, 2.0, 0.25, 2.0], [-3.0, -3.0, -2.0, -3.0]])
case("maximum of equal numbers along an axis", x=equals)(lambda x: x.amax(1))
case("minimum of equal numbers along an axis", x=equals)(lambda x: x.amin(1))
case("indexOfMaximum", x=equals)(lambda x: functional.one_hot(x.argmax(1), 4).double())

# MARK: Shapes

case("reshaped", x=(2, 3, 4))(lambda x: x.reshape(6, 4))
for order in [(0, 2, 1), (1, 0, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)]:
    case(f"permuted to {', '.join(map(str, order))}", x=(2, 3, 4))(lambda x, order=order: x.permute(order))
case("sum of many numbers", x=(5, 7, 11))(lambda x: x.sum(1))
case("transposed", x=(2, 3, 4))(lambda x: x.transpose(1, 2))
case("expanded and broadcast", x=(2, 3))(lambda x: x.unsqueeze(1).expand(2, 4, 3))
for axis in range(3):
    case(f"slice along axis {axis}", x=(3, 4, 3))(lambda x, axis=axis: x.narrow(axis, 1, 2))
    case(f"one place of axis {axis}", x=(3, 4, 3))(lambda x, axis=axis: x.select(axis, 2))
    case(f"halves of axis {axis}", x=(2, 4, 2))(lambda x, axis=axis: torch.mul(*x.chunk(2, axis)))
    case(f"concatenated along axis {axis}", x=(2, 3, 2), y=(2, 3, 2))(
        lambda x, y, axis=axis: torch.cat([x, y, x.square()], axis)
    )
    case(f"stacked along axis {axis}", x=(2, 3), y=(2, 3))(lambda x, y, axis=axis: torch.stack([x, y], axis))
case("concatenated of different extents", x=(2, 1), y=(2, 3))(lambda x, y: torch.cat([x, y], 1))

# MARK: Products

case("matmul", x=(3, 4), y=(4, 5))(lambda x, y: x @ y)
case("matmul with the first transposed", x=(4, 3), y=(4, 5))(lambda x, y: x.T @ y)
case("matmul with the second transposed", x=(3, 4), y=(5, 4))(lambda x, y: x @ y.T)
case("matmul with both transposed", x=(4, 3), y=(5, 4))(lambda x, y: x.T @ y.T)
case("matmul of a matrix with itself", x=(3, 3))(lambda x: x @ x)
case("batched matmul", x=(2, 3, 4), y=(2, 4, 5))(lambda x, y: x @ y)
case("batched matmul with the first transposed", x=(2, 4, 3), y=(2, 4, 5))(lambda x, y: x.mT @ y)
case("batched matmul with the second transposed", x=(2, 3, 4), y=(2, 5, 4))(lambda x, y: x @ y.mT)
case("batched matmul with both transposed", x=(2, 4, 3), y=(2, 5, 4))(lambda x, y: x.mT @ y.mT)


def convolved(images, filters, stride, padding, bias=None):
    """Images as batch, height, width, channels; filters as height, width, channels, filters."""
    result = functional.conv2d(images.permute(0, 3, 1, 2), filters.permute(3, 2, 0, 1), bias, stride, padding)
    return result.permute(0, 2, 3, 1)


def convolved_along(sequences, filters, stride, padding, bias=None):
    result = functional.conv1d(sequences.transpose(1, 2), filters.permute(2, 1, 0), bias, stride, padding)
    return result.transpose(1, 2)


geometries = [((1, 1), (0, 0)), ((2, 1), (1, 1)), ((1, 2), (2, 0)), ((3, 2), (0, 1))]
for stride, padding in geometries:
    case(f"convolve, stride {stride}, padding {padding}", x=(2, 4, 5, 2), y=(3, 2, 2, 3))(
        lambda x, y, s=stride, p=padding: convolved(x, y, s, p)
    )
for stride, padding in [(1, 0), (2, 1), (3, 2)]:
    case(f"convolve along sequences, stride {stride}, padding {padding}", x=(2, 7, 2), y=(3, 2, 3))(
        lambda x, y, s=stride, p=padding: convolved_along(x, y, s, p)
    )

# MARK: Indices

case("rows of a table", indices={"places": [3, 0, 3, 1]}, x=(4, 3))(lambda x, places: functional.embedding(places, x))
case("one-hot", indices={"places": [2, 0, 1, 2]}, x=(4, 3))(lambda x, places: x * functional.one_hot(places, 3))
case("picking", indices={"places": [2, 0, 1]}, x=(3, 4))(lambda x, places: x.gather(1, places[:, None])[:, 0])
case("picking from three axes", indices={"places": [[2, 0, 1], [1, 1, 0]]}, x=(2, 3, 3))(
    lambda x, places: x.gather(2, places[:, :, None])[:, :, 0]
)


def two_hot(x, low, high, count):
    """The weights by the cell a number lies in, not by distances from all points."""
    position = (x.clamp(low, high) - low) / (high - low) * (count - 1)
    below = position.detach().floor().clamp(0, count - 2).long()
    share = (position - below).unsqueeze(-1)
    return functional.one_hot(below, count) * (1 - share) + functional.one_hot(below + 1, count) * share


case("two-hot", x=numbers([-7.0, -1.875, -0.25, 0.125, 1.5625, 3.0]))(lambda x: two_hot(x, -2.0, 2.0, 5))
case("two-hot of a matrix", x=numbers([[-1.0, 0.125], [0.875, 9.0]]))(lambda x: two_hot(x, -0.5, 1.0, 4))

# MARK: Gradients stopped, scaled, passed through, taken twice

case("stoppingGradient", x=(2, 3), y=(2, 3))(lambda x, y: x.square() * y.exp().detach())
case("scalingGradient", x=(2, 3))(lambda x: (0.25 * x + (0.75 * x).detach()).exp())
case("straightThrough", x=(2, 3))(lambda x: x.sign().detach() + x.tanh() - x.tanh().detach())


def two_layers(x, y, z):
    return torch.tanh(x @ y) @ z


def derivative(value, tensor):
    return torch.autograd.grad(value, tensor, create_graph=True)[0]


def hessian_times(value, tensor, direction):
    return derivative((derivative(value, tensor) * direction).sum(), tensor)


case("gradient as a tensor", x=(3, 2), y=(2, 4), z=(4, 1))(lambda x, y, z: derivative(two_layers(x, y, z).square().sum(), x))
case("gradient penalty", x=(3, 2), y=(2, 4), z=(4, 1))(
    lambda x, y, z: (derivative(two_layers(x, y, z).sum(), x).square().sum(1).sqrt() - 1).square().mean()
)
case("product of the Hessian with a vector", x=(3, 2), y=(2, 4), z=(4, 1), direction=(2, 4))(
    lambda x, y, z, direction: hessian_times(two_layers(x, y, z).square().mean(), y, direction.detach())
)
case("product of the Hessian with a vector, through a softmax", x=(3, 4), direction=(3, 4))(
    lambda x, direction: hessian_times((torch.softmax(x, 1) * x.square()).sum(), x, direction.detach())
)
case("product of the Hessian with a vector, through a convolution", x=(1, 4, 4, 1), y=(2, 2, 1, 2), direction=(2, 2, 1, 2))(
    lambda x, y, direction: hessian_times(convolved(x, y, 1, 0).tanh().square().sum(), y, direction.detach())
)

# MARK: Layers, by PyTorch's modules. A module's weights are the transposes of ours.


def linear(inputs, outputs):
    return {"weight": normal(inputs, outputs, scale=0.6), "bias": (outputs,)}


def scoped(scope, tensors):
    return {f"{scope}.{name}": draw for name, draw in tensors.items()}


def called(module, values, *arguments):
    return functional_call(module, values, arguments)


def apply_linear(p, scope, x):
    weight = p[scope + "weight"]
    return called(nn.Linear(*weight.shape), {"weight": weight.T, "bias": p[scope + "bias"]}, x)


case("Linear", parameters=scoped("map", linear(4, 3)), x=(2, 4))(lambda x, p: apply_linear(p, "map.", x))
case("Linear without bias", parameters={"map.weight": (4, 3)}, x=(2, 4))(
    lambda x, p: called(nn.Linear(4, 3, bias=False), {"weight": p["map.weight"].T}, x)
)
case("Linear of sequences", parameters=scoped("map", linear(4, 3)), x=(2, 3, 4))(lambda x, p: apply_linear(p, "map.", x))

modules = {
    "tanh": nn.Tanh(),
    "relu": nn.ReLU(),
    "silu": nn.SiLU(),
    "gelu": nn.GELU(),
    "elu": nn.ELU(),
    "leakyReLU": nn.LeakyReLU(),
    "sigmoid": nn.Sigmoid(),
    "softplus": nn.Softplus(),
}
three = scoped("layers.0", linear(3, 5)) | scoped("layers.1", linear(5, 4)) | scoped("layers.2", linear(4, 2))
for name, module in modules.items():

    @case(f"MLP, {name}", parameters=three, x=(3, 3))
    def _(x, p, module=module):
        network = nn.Sequential(nn.Linear(3, 5), module, nn.Linear(5, 4), module, nn.Linear(4, 2))
        values = {}
        for place, index in [(0, 0), (2, 1), (4, 2)]:
            values[f"{place}.weight"] = p[f"layers.{index}.weight"].T
            values[f"{place}.bias"] = p[f"layers.{index}.bias"]
        return called(network, values, x)



@case("MLP, wide", parameters=scoped("layers.0", linear(19, 35)) | scoped("layers.1", linear(35, 3)), x=(9, 19))
def _(x, p):
    return apply_linear(p, "layers.1.", torch.tanh(apply_linear(p, "layers.0.", x)))


@case("MLP, on simplices", parameters=scoped("layers.0", linear(3, 5)) | scoped("layers.1", linear(5, 8)), x=(3, 3))
def _(x, p):
    hidden = apply_linear(p, "layers.1.", torch.relu(apply_linear(p, "layers.0.", x)))
    return torch.softmax(hidden.reshape(3, 2, 4), -1).reshape(3, 8)


norm = {"scale": positive(5), "shift": (5,)}


@case(
    "MLP, normalised, with an output activation",
    parameters=scoped("trunk.0", linear(3, 5)) | scoped("trunk.0.norm", norm) | scoped("trunk.1", linear(5, 4)),
    x=(3, 3),
)
def _(x, p):
    network = nn.Sequential(nn.Linear(3, 5), nn.LayerNorm(5), nn.SiLU(), nn.Linear(5, 4), nn.Tanh())
    values = {"0.weight": p["trunk.0.weight"].T, "0.bias": p["trunk.0.bias"]}
    values |= {"1.weight": p["trunk.0.norm.scale"], "1.bias": p["trunk.0.norm.shift"]}
    values |= {"3.weight": p["trunk.1.weight"].T, "3.bias": p["trunk.1.bias"]}
    return called(network, values, x)


def apply_norm(p, scope, x, epsilon=1e-5):
    width = x.shape[-1]
    return called(nn.LayerNorm(width, eps=epsilon), {"weight": p[scope + "scale"], "bias": p[scope + "shift"]}, x)


case("LayerNorm", parameters=scoped("norm", norm), x=(4, 5))(lambda x, p: apply_norm(p, "norm.", x))
case("LayerNorm of three axes, with another epsilon", parameters=scoped("norm", norm), x=(2, 3, 5))(
    lambda x, p: apply_norm(p, "norm.", x, 0.125)
)

filters = {"filters.filters": normal(3, 2, 2, 3, scale=0.6), "filters.bias": (3,)}


@case("Convolution", parameters=filters, x=(2, 5, 4, 2))
def _(x, p):
    module = nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 0))
    values = {"weight": p["filters.filters"].permute(3, 2, 0, 1), "bias": p["filters.bias"]}
    return called(module, values, x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


@case("Convolution, wide", parameters={"filters.filters": normal(3, 3, 5, 19, scale=0.3), "filters.bias": (19,)}, x=(2, 4, 4, 5))
def _(x, p):
    module = nn.Conv2d(5, 19, 3, padding=1)
    values = {"weight": p["filters.filters"].permute(3, 2, 0, 1), "bias": p["filters.bias"]}
    return called(module, values, x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


@case("Convolution without bias", parameters={"filters.filters": (2, 2, 2, 3)}, x=(2, 3, 3, 2))
def _(x, p):
    module = nn.Conv2d(2, 3, (2, 2), bias=False)
    return called(module, {"weight": p["filters.filters"].permute(3, 2, 0, 1)}, x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


@case("Convolution along sequences", parameters={"filters.filters": (1, 3, 2, 4), "filters.bias": (4,)}, x=(2, 6, 2))
def _(x, p):
    module = nn.Conv1d(2, 4, 3, stride=2, padding=1)
    values = {"weight": p["filters.filters"][0].permute(2, 1, 0), "bias": p["filters.bias"]}
    return called(module, values, x.transpose(1, 2)).transpose(1, 2)


memory = {
    "memory.input.weight": normal(3, 12, scale=0.6),
    "memory.input.bias": (12,),
    "memory.state.weight": normal(4, 12, scale=0.6),
    "memory.state.bias": (12,),
}


def gru_values(p, suffix=""):
    return {
        "weight_ih" + suffix: p["memory.input.weight"].T,
        "bias_ih" + suffix: p["memory.input.bias"],
        "weight_hh" + suffix: p["memory.state.weight"].T,
        "bias_hh" + suffix: p["memory.state.bias"],
    }


case("GRU, one step", parameters=memory, x=(2, 3), state=(2, 4))(
    lambda x, state, p: called(nn.GRUCell(3, 4), gru_values(p), x, state)
)
case("GRU, unrolled", parameters=memory, x=(3, 2, 3), state=(2, 4))(
    lambda x, state, p: called(nn.GRU(3, 4), gru_values(p, "_l0"), x, state.unsqueeze(0))[0]
)


@case(
    "GRU, unrolled with resets",
    parameters=memory,
    x=(4, 2, 3),
    state=(2, 4),
    resets=numbers([[0.0, 1.0], [0.0, 0.0], [1.0, 0.0], [1.0, 0.0]]),
)
def _(x, state, resets, p):
    states = []
    for step in range(4):
        state = state * (1 - resets[step])[:, None]
        state = called(nn.GRUCell(3, 4), gru_values(p), x[step], state)
        states.append(state)
    return torch.stack(states)


case("Embedding", parameters={"words.table": (5, 3)}, indices={"places": [4, 0, 4, 2]})(
    lambda places, p: called(nn.Embedding(5, 3), {"weight": p["words.table"]}, places)
)

members = {
    "layers.0.weight": normal(2, 3, 5, scale=0.6),
    "layers.0.bias": (2, 1, 5),
    "layers.1.weight": normal(2, 5, 2, scale=0.6),
    "layers.1.bias": (2, 1, 2),
}


def ensemble(batches, p):
    network = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2))
    results = []
    for member, batch in enumerate(batches):
        values = {}
        for place, index in [(0, 0), (2, 1)]:
            values[f"{place}.weight"] = p[f"layers.{index}.weight"][member].T
            values[f"{place}.bias"] = p[f"layers.{index}.bias"][member, 0]
        results.append(called(network, values, batch))
    return torch.stack(results)


case("Ensemble on one batch", parameters=members, x=(3, 3))(lambda x, p: ensemble([x, x], p))
case("Ensemble on batches of their own", parameters=members, x=(2, 3, 3))(lambda x, p: ensemble(x, p))


@case("DuelingHead", parameters=scoped("head.value", linear(3, 1)) | scoped("head.advantages", linear(3, 4)), x=(2, 3))
def _(x, p):
    advantages = apply_linear(p, "head.advantages.", x)
    return apply_linear(p, "head.value.", x) + advantages - advantages.mean(1, keepdim=True)


points = torch.linspace(-2, 2, 5)
distributional = scoped("head", linear(3, 10))


def distributional_logits(x, p):
    return apply_linear(p, "head.", x).reshape(-1, 2, 5)


case("DistributionalHead, logits", parameters=distributional, x=(2, 3))(distributional_logits)
case("DistributionalHead, mean", parameters=distributional, x=(2, 3))(
    lambda x, p: (torch.softmax(distributional_logits(x, p), -1) * points).sum(-1)
)
case("DistributionalHead, cross entropy", parameters=distributional, x=(2, 3), values=numbers([[-1.75, 0.25], [5.0, 0.875]]))(
    lambda x, values, p: -(two_hot(values, -2.0, 2.0, 5).detach() * torch.log_softmax(distributional_logits(x, p), -1)).sum(-1)
)

# MARK: Distributions, by PyTorch's

case("Categorical, logProbability", indices={"classes": [2, 0, 3]}, x=(3, 4))(
    lambda x, classes: Categorical(logits=x).log_prob(classes)
)
case("Categorical, logProbability in groups", indices={"classes": [[2, 0], [1, 1]]}, x=(2, 2, 3))(
    lambda x, classes: Categorical(logits=x).log_prob(classes)
)
case("Categorical, probabilities", x=(3, 4))(lambda x: Categorical(logits=x).probs)
case("Categorical, entropy", x=(3, 4))(lambda x: Categorical(logits=x).entropy())
case("Categorical, divergence", x=(3, 4), y=(3, 4))(
    lambda x, y: kl_divergence(Categorical(logits=x), Categorical(logits=y))
)
case("Categorical, expectation", x=(3, 4), y=(3, 4))(lambda x, y: (Categorical(logits=x).probs * y).sum(-1))


def mixed(x, share):
    return Categorical(probs=torch.softmax(x, -1) * (1 - share) + share / x.shape[-1])


case("Categorical with a uniform share, logProbability", indices={"classes": [2, 0, 3]}, x=normal(3, 4, scale=3))(
    lambda x, classes: mixed(x, 0.125).log_prob(classes)
)
case("Categorical with a uniform share, entropy", x=normal(3, 4, scale=3))(lambda x: mixed(x, 0.125).entropy())
case("Categorical with a uniform share, divergence", x=(3, 4), y=(3, 4))(
    lambda x, y: kl_divergence(mixed(x, 0.125), mixed(y, 0.0625))
)


def gaussian(mean, spread):
    return Independent(Normal(mean, spread.exp()), 1)


case("Gaussian, logProbability", mean=(3, 4), spread=normal(3, 4, scale=0.5), x=(3, 4))(
    lambda mean, spread, x: gaussian(mean, spread).log_prob(x)
)
case("Gaussian, entropy", mean=(3, 4), spread=normal(3, 4, scale=0.5))(lambda mean, spread: gaussian(mean, spread).entropy())
case("Gaussian, divergence", mean=(3, 4), spread=normal(3, 4, scale=0.5), x=(3, 4), y=normal(3, 4, scale=0.5))(
    lambda mean, spread, x, y: kl_divergence(gaussian(mean, spread), gaussian(x, y))
)


def squashed(mean, spread):
    # The cache gives back the very number before the tanh, which its inverse would only come near.
    return TransformedDistribution(gaussian(mean, spread), [TanhTransform(cache_size=1)])


case("SquashedGaussian, logProbability", mean=(3, 2), spread=normal(3, 2, scale=0.5), action=between(-0.95, 0.9, 3, 2))(
    lambda mean, spread, action: squashed(mean, spread).log_prob(action)
)


def density_before(mean, spread, u):
    distribution = squashed(mean, spread)
    return distribution.log_prob(distribution.transforms[0](u))


case("SquashedGaussian, logProbability before the tanh", mean=(3, 2), spread=normal(3, 2, scale=0.5), u=(3, 2))(density_before)
case(
    "SquashedGaussian, logProbability far before the tanh",
    mean=numbers([[-6.0, 7.0], [0.5, -2.0]]),
    spread=numbers([[0.25, -0.5], [1.0, 0.0]]),
    u=numbers([[-7.0, 7.5], [4.0, -8.0]]),
)(density_before)
case("SquashedGaussian, mode", mean=(3, 2), spread=(3, 2))(lambda mean, spread: mean.tanh())


def value_mean(x, low, high):
    return (torch.softmax(x, -1) * torch.linspace(low, high, x.shape[-1])).sum(-1)


def value_loss(x, targets):
    return -(targets.detach() * torch.log_softmax(x, -1)).sum(-1)


case("ValueDistribution, mean", x=(3, 6))(lambda x: value_mean(x, -1.5, 3.5))
case("ValueDistribution, mean after symexp", x=(3, 6))(lambda x: symexp(value_mean(x, -1.5, 3.5)))
case("ValueDistribution, cross entropy with probabilities", x=(3, 6), targets=simplex(3, 6))(value_loss)
case("ValueDistribution, cross entropy with values", x=(3, 6), values=numbers([-9.0, 0.375, 3.25]))(
    lambda x, values: value_loss(x, two_hot(values, -1.5, 3.5, 6))
)
case("ValueDistribution, cross entropy with values after symlog", x=(3, 6), values=numbers([-2.0, 0.0, 30.0]))(
    lambda x, values: value_loss(x, two_hot(symlog(values), -1.5, 3.5, 6))
)

versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": numpy.__version__}
lines = ",\n".join(json.dumps(made, separators=(",", ":")) for made in cases)
print(f'{{"versions": {json.dumps(versions)},\n"cases": [\n{lines}\n]}}')
