"""Writes optimisers.json: what PyTorch's optimisers do with given parameters and gradients.

    python make-optimisers.py > optimisers.json

Parameters and gradients are Float32 numbers; PyTorch computes in double precision, so that the differences from it are
the rounding errors of the optimiser under test.
"""

import json
import platform

import numpy
import torch

STEPS = 30
KEPT = [1, 2, 5, 30]
RATE = 0.01
COUNTS = [17, 7]  # numbers of each block

random = numpy.random.default_rng(20)
parameters = [random.normal(size=count).astype(numpy.float32) * numpy.float32(0.5) for count in COUNTS]
# Sizes from 0.03 to 30, so that clipping at 1 is sometimes felt and sometimes not.
gradients = [
    [(10 ** random.uniform(-1.5, 1.5, size=count) * random.normal(size=count) / count).astype(numpy.float32) for count in COUNTS]
    for _ in range(STEPS)
]


def trajectory(make, clip=None, schedule=None):
    tensors = [torch.tensor(block.astype(numpy.float64), requires_grad=True) for block in parameters]
    optimizer = make(tensors)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule) if schedule else None
    kept = []
    for step in range(STEPS):
        for tensor, gradient in zip(tensors, gradients[step]):
            tensor.grad = torch.tensor(gradient.astype(numpy.float64))
        if clip == "global":
            torch.nn.utils.clip_grad_norm_(tensors, 1.0)
        elif clip == "block":
            for tensor in tensors:
                torch.nn.utils.clip_grad_norm_([tensor], 1.0)
        optimizer.step()
        if scheduler:
            scheduler.step()
        if step + 1 in KEPT:
            kept.append([tensor.detach().tolist() for tensor in tensors])
    return kept


optim = torch.optim
cases = {
    "gradient descent": trajectory(lambda p: optim.SGD(p, lr=RATE)),
    "momentum": trajectory(lambda p: optim.SGD(p, lr=RATE, momentum=0.9)),
    "nesterov": trajectory(lambda p: optim.SGD(p, lr=RATE, momentum=0.8, nesterov=True, weight_decay=0.1)),
    "decay": trajectory(lambda p: optim.SGD(p, lr=RATE, weight_decay=0.1)),
    "adam": trajectory(lambda p: optim.Adam(p, lr=RATE)),
    "adam, other numbers": trajectory(lambda p: optim.Adam(p, lr=RATE, betas=(0.5, 0.95), eps=0.001)),
    "adamW": trajectory(lambda p: optim.AdamW(p, lr=RATE, weight_decay=0.1)),
    "rmsProp": trajectory(lambda p: optim.RMSprop(p, lr=RATE)),
    "rmsProp, decay": trajectory(lambda p: optim.RMSprop(p, lr=RATE, alpha=0.9, eps=0.01, weight_decay=0.1)),
    "global clipping": trajectory(lambda p: optim.Adam(p, lr=RATE), clip="global"),
    "block clipping": trajectory(lambda p: optim.SGD(p, lr=RATE, momentum=0.9), clip="block"),
    "linear schedule": trajectory(lambda p: optim.Adam(p, lr=RATE), schedule=lambda n: 1 - min(n / 20, 1)),
}

print(
    json.dumps(
        {
            "versions": {
                "python": platform.python_version(),
                "torch": torch.__version__,
                "numpy": numpy.__version__,
            },
            "rate": RATE,
            "keptSteps": KEPT,
            "parameters": [[float(x) for x in block] for block in parameters],
            "gradients": [[[float(x) for x in block] for block in step] for step in gradients],
            "cases": cases,
        }
    )
)
