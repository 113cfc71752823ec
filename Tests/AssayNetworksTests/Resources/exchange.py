"""Exchanges networks with PyTorch, by safetensors files that hold parameters, inputs and outputs.

    python exchange.py check FILE    # computes the outputs of a file that Assay wrote, and compares
    python exchange.py write FILE    # writes a file with networks that PyTorch made

The functions between the two marks say how a PyTorch module and a layer of Assay hold the same numbers. A file has three
networks, their inputs (`input.…`) and their outputs (`output.…`):

    perceptron  MLP([4, 16, 16, 2], activation: .silu, isNormalized: true)
    memory      GRU(3, 8), unrolled over five steps
    filters     Convolution(2, 4, kernel: (3, 2), geometry: .init(stride: (2, 1), padding: (1, 0)))

Only torch is needed: the format is simple enough to be read and written here.
"""

import json
import struct
import sys

import torch
from torch import nn

TOLERANCE = 1e-6  # relative to the largest number of an output

# MARK: What is what


def linear(module, tensors, name):
    """A linear layer: y = x W + b, so that W is the transpose of PyTorch's."""
    tensors[f"{name}.weight"] = module.weight.T
    tensors[f"{name}.bias"] = module.bias


def layer_norm(module, tensors, name):
    tensors[f"{name}.scale"] = module.weight
    tensors[f"{name}.shift"] = module.bias


def gru(module, tensors, name):
    """Reset, update and candidate side by side, as PyTorch has them; one layer, one direction."""
    tensors[f"{name}.input.weight"] = module.weight_ih_l0.T
    tensors[f"{name}.input.bias"] = module.bias_ih_l0
    tensors[f"{name}.state.weight"] = module.weight_hh_l0.T
    tensors[f"{name}.state.bias"] = module.bias_hh_l0


def convolution(module, tensors, name):
    """Filters as height, width, channels, filters, where PyTorch has filters, channels, height, width."""
    tensors[f"{name}.filters"] = module.weight.permute(2, 3, 1, 0)
    tensors[f"{name}.bias"] = module.bias


# MARK: The networks


class Networks:
    def __init__(self):
        self.perceptron = nn.Sequential(
            nn.Linear(4, 16), nn.LayerNorm(16), nn.SiLU(),
            nn.Linear(16, 16), nn.LayerNorm(16), nn.SiLU(),
            nn.Linear(16, 2),
        )  # fmt: skip
        self.memory = nn.GRU(3, 8)
        self.filters = nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=(1, 0))

    def modules(self):
        return [self.perceptron, self.memory, self.filters]

    def tensors(self):
        """The parameters by Assay's names, as views of the modules' own."""
        found = {}
        for place, index in [(0, 0), (3, 1), (6, 2)]:
            linear(self.perceptron[place], found, f"perceptron.layers.{index}")
        for place, index in [(1, 0), (4, 1)]:
            layer_norm(self.perceptron[place], found, f"perceptron.layers.{index}.norm")
        gru(self.memory, found, "memory.layer")
        convolution(self.filters, found, "filters.layer")
        return found

    def outputs(self, inputs):
        """In double precision, so that differences are the other side's."""
        with torch.no_grad():
            for module in self.modules():
                module.double()
            given = {name: tensor.double() for name, tensor in inputs.items()}
            images = given["input.images"].permute(0, 3, 1, 2)
            return {
                "output.perceptron": self.perceptron(given["input.observations"]),
                "output.memory": self.memory(given["input.sequence"], given["input.state"][None])[0],
                "output.filters": self.filters(images).permute(0, 2, 3, 1),
            }


# MARK: Files


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", (name, entry["dtype"])
        start, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(data, dtype=torch.float32, offset=start, count=(end - start) // 4)
        tensors[name] = tensors[name].reshape(entry["shape"]).clone()
    return tensors


def write(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, tensor in sorted(tensors.items()):
        own = tensor.detach().float().contiguous().numpy().tobytes()
        header[name] = {
            "dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(own)]
        }  # fmt: skip
        data += own
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def check_file(path):
    tensors = read(path)
    networks = Networks()
    own = networks.tensors()
    inputs = {name: tensor for name, tensor in tensors.items() if name.startswith("input.")}
    given = {name: tensor for name, tensor in tensors.items() if not name.startswith(("input.", "output."))}
    assert given.keys() == own.keys(), given.keys() ^ own.keys()
    with torch.no_grad():
        for name, tensor in given.items():
            assert tensor.shape == own[name].shape, (name, tensor.shape, own[name].shape)
            own[name].copy_(tensor)
    worst = 0.0
    for name, expected in networks.outputs(inputs).items():
        assert tensors[name].shape == expected.shape, (name, tensors[name].shape, expected.shape)
        error = ((tensors[name].double() - expected).abs().max() / expected.abs().max()).item()
        print(f"{name}: {error:.1e}")
        worst = max(worst, error)
    return worst <= TOLERANCE


def write_file(path):
    torch.manual_seed(0)
    networks = Networks()
    with torch.no_grad():
        # Norms start at ones and zeros, which would hide a mistake.
        for place in [1, 4]:
            networks.perceptron[place].weight.uniform_(0.5, 1.5)
            networks.perceptron[place].bias.uniform_(-0.5, 0.5)
    inputs = {
        "input.observations": torch.randn(6, 4),
        "input.sequence": torch.randn(5, 2, 3),
        "input.state": torch.randn(2, 8),
        "input.images": torch.randn(2, 6, 5, 2),
    }
    parameters = {name: tensor.detach().clone() for name, tensor in networks.tensors().items()}
    outputs = networks.outputs(inputs)
    write(path, parameters | inputs | outputs, {"made by": f"PyTorch {torch.__version__}"})
    return True


commands = {"check": check_file, "write": write_file}
if len(sys.argv) != 3 or sys.argv[1] not in commands:
    sys.exit(__doc__)
sys.exit(0 if commands[sys.argv[1]](sys.argv[2]) else 1)
