"""Writes the tensor files that Assay's readers are tested with, and what is in them.

    python make-files.py        # into this folder

Written with the versions that stand in tensor-files.json. It needs numpy, torch and safetensors.
"""

import io
import json
import pathlib
import platform
import zipfile

import numpy
import safetensors
import safetensors.torch
import torch

folder = pathlib.Path(__file__).resolve().parent
files = {}

# As Assay, and safetensors, name them.
NAMES = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "int16": "I16", "uint16": "U16", "float16": "F16",
    "int32": "I32", "uint32": "U32", "float32": "F32", "float64": "F64", "int64": "I64", "uint64": "U64",
}


def describe(array, dtype=None, floats=None):
    """What a reader should find: the little-endian row-major bytes, and the bits of each element as Float32."""
    plain = numpy.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(array.shape)
    floats = plain.astype(numpy.float32) if floats is None else floats
    return {
        "dtype": dtype or NAMES[plain.dtype.name],
        "shape": list(plain.shape),
        "bytes": plain.tobytes().hex(),
        "floats": [int(bits) for bits in numpy.ascontiguousarray(floats).reshape(-1).view(numpy.uint32)],
    }


def special(dtype):
    """Numbers at the borders of a type of float."""
    info = numpy.finfo(dtype)
    return numpy.array(
        [0.0, -0.0, 1.0, -1.5, info.max, -info.max, info.tiny, info.smallest_subnormal, -3 * info.smallest_subnormal,
         numpy.inf, -numpy.inf, numpy.nan],
        dtype=dtype,
    ).reshape(3, 4)


def every_type():
    arrays = {
        "bool": numpy.array([[True, False, True], [False, False, True]]),
        "float16": special(numpy.float16),
        "float32": special(numpy.float32),
        # Within the range of Float32, and most of them not exact there.
        "float64": numpy.array([0.1, -1 / 3, 1e-40, 3.4e38, -0.0, numpy.inf, 1 + 2.0**-24, 1 + 3 * 2.0**-24]),
        "scalar": numpy.array(2.5, dtype=numpy.float32),
        "empty": numpy.zeros((3, 0, 2), dtype=numpy.float32),
    }
    for kind in ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]:
        info = numpy.iinfo(kind)
        # Powers of two, so that Float32 has them all exactly.
        largest = 2 ** (info.bits - (2 if info.min < 0 else 1))
        arrays[kind] = numpy.array([info.min, 0, 1, 7, 100, largest], dtype=kind).reshape(2, 1, 3)
    return arrays


# safetensors: every type of element, by the reference implementation.
tensors, expected = {}, {}
for name, array in every_type().items():
    tensors[f"every.{name}"] = torch.from_numpy(array)
    expected[f"every.{name}"] = describe(array)
halves = torch.tensor([0.0, -0.0, 1.0, -2.5, 3e38, 1e-40, torch.inf, 3.14159265], dtype=torch.bfloat16)
tensors["every.bfloat16"] = halves
expected["every.bfloat16"] = describe(halves.view(torch.int16).numpy(), "BF16", halves.to(torch.float32).numpy())
name = 'a "name" \\ with\ttab, \u00fc and \U0001f600'
tensors[name] = torch.tensor([7.0])
expected[name] = describe(numpy.array([7], dtype=numpy.float32))
metadata = {"made by": "numpy \u2713"}
safetensors.torch.save_file(tensors, folder / "every-type.safetensors", metadata)
files["every-type.safetensors"] = {"metadata": metadata, "tensors": expected}

# safetensors: the state of a network, by PyTorch.
torch.manual_seed(0)
network = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.LayerNorm(4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
state = network.state_dict()
safetensors.torch.save_file(state, folder / "network.safetensors", metadata={"format": "pt"})
files["network.safetensors"] = {
    "metadata": {"format": "pt"},
    "tensors": {name: describe(tensor.numpy()) for name, tensor in state.items()},
}


def add_arrays(file_name, arrays):
    files[file_name] = {"tensors": {name: describe(array) for name, array in arrays.items()}}


# npz: stored and deflated, in both byte orders and both orders of axes.
arrays = every_type()
for name in ["float16", "float32", "int32", "uint64", "int16"]:
    arrays[f"{name}-big"] = arrays[name].astype(arrays[name].dtype.newbyteorder(">"))
cube = numpy.arange(24, dtype=numpy.float32).reshape(2, 3, 4)
arrays["columns"] = numpy.asfortranarray(cube)
arrays["columns-big"] = numpy.asfortranarray(cube.astype(">f8"))
numpy.savez(folder / "stored.npz", **arrays)
add_arrays("stored.npz", arrays)
arrays["zeros"] = numpy.zeros((100, 100), dtype=numpy.float32)[:, :3]
arrays["\u03b8"] = numpy.linspace(-1, 1, 50, dtype=numpy.float32)
numpy.savez_compressed(folder / "deflated.npz", **arrays)
add_arrays("deflated.npz", arrays)

# npz: with the wide fields of large archives throughout, which Python writes once it takes 64 bytes for large.
zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 64, 1
arrays = {"first": cube, "second": numpy.arange(100, dtype=numpy.int64)}
with zipfile.ZipFile(folder / "wide.npz", "w", zipfile.ZIP_DEFLATED) as archive:
    for name, array in arrays.items():
        buffer = io.BytesIO()
        numpy.lib.format.write_array(buffer, array)
        archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue(), zipfile.ZIP_DEFLATED)
add_arrays("wide.npz", arrays)

# npz: as small as deflation can make it, and too long to describe.
numpy.savez_compressed(folder / "zeros.npz", zeros=numpy.zeros((32, 1024), dtype=numpy.float32))


class Pipe(io.RawIOBase):
    """Something that cannot be rewound, so that sizes and checksums are written behind the data."""

    def __init__(self):
        self.written = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.written += data
        return len(data)


pipe = Pipe()
zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 2**31 - 1, 2**16 - 1
numpy.savez_compressed(pipe, first=cube, second=cube.T)
(folder / "streamed.npz").write_bytes(pipe.written)
add_arrays("streamed.npz", {"first": cube, "second": cube.T})

# npy: each version of the format.
for version, array in [((1, 0), cube), ((2, 0), numpy.asfortranarray(cube)), ((3, 0), cube.astype(">i2"))]:
    file_name = f"version-{version[0]}.npy"
    with open(folder / file_name, "wb") as file:
        numpy.lib.format.write_array(file, array, version=version)
    add_arrays(file_name, {"": array})

versions = {
    "python": platform.python_version(), "numpy": numpy.__version__, "torch": torch.__version__,
    "safetensors": safetensors.__version__,
}
with open(folder / "tensor-files.json", "w") as file:
    json.dump({"versions": versions, "files": files}, file, ensure_ascii=True, separators=(",", ":"))
    file.write("\n")
