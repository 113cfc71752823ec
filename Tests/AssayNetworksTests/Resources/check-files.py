"""Reads a safetensors file that Assay wrote with the reference implementation, and compares.

    python check-files.py FILE EXPECTED

EXPECTED is JSON: {"metadata": {"key": "text"}, "tensors": {"name": {"dtype": "F32", "shape": [2, 3], "bytes": "hex"}}}.
It needs numpy and safetensors; where torch is there, it reads the file too.
"""

import json
import sys

import safetensors

path, expected_path = sys.argv[1:]
with open(expected_path) as file:
    expected = json.load(file)
with open(path, "rb") as file:
    found = dict(safetensors.deserialize(file.read()))

assert found.keys() == expected["tensors"].keys(), (sorted(found), sorted(expected["tensors"]))
for name, tensor in expected["tensors"].items():
    assert found[name]["dtype"] == tensor["dtype"], (name, found[name]["dtype"], tensor["dtype"])
    assert list(found[name]["shape"]) == tensor["shape"], (name, found[name]["shape"], tensor["shape"])
    assert bytes(found[name]["data"]).hex() == tensor["bytes"], name

for framework in ["numpy", "pt"]:
    try:
        with safetensors.safe_open(path, framework) as file:
            assert (file.metadata() or {}) == expected["metadata"], (file.metadata(), expected["metadata"])
            for name, tensor in expected["tensors"].items():
                if framework == "numpy" and tensor["dtype"] == "BF16":
                    continue
                array = file.get_tensor(name)
                assert list(array.shape) == tensor["shape"], (framework, name)
                if framework == "numpy":
                    assert array.tobytes().hex() == tensor["bytes"], (framework, name)
    except ImportError:
        print(f"{framework} is not there")
print(f"{len(expected['tensors'])} tensors are the same")
