"""Measures a product of matrices with one other library.

    python product.py numpy|torch ROWSxDEPTHxCOLUMNS CORE
"""

import sys

import timing


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("numpy", "torch"):
        sys.exit("usage: product.py numpy|torch ROWSxDEPTHxCOLUMNS CORE")
    timing.pin(int(sys.argv[3]))
    import numpy as np

    rows, depth, columns = map(int, sys.argv[2].split("x"))
    chance = np.random.default_rng(0)
    a = chance.standard_normal((rows, depth)).astype("f4")
    b = chance.standard_normal((depth, columns)).astype("f4")
    if sys.argv[1] == "numpy":
        c = np.empty((rows, columns), "f4")
        samples = timing.quick_samples(lambda: np.matmul(a, b, out=c))
    else:
        import torch

        torch.set_num_threads(1)
        torch.set_grad_enabled(False)
        a, b = torch.from_numpy(a), torch.from_numpy(b)
        c = torch.empty(rows, columns)
        samples = timing.quick_samples(lambda: torch.mm(a, b, out=c))
    timing.report(samples, c.sum())


if __name__ == "__main__":
    main()
