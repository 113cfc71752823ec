"""Measures a convolution with torch: 64 images of 32 x 32, 3 x 3, from 16 to 32 channels.

    python convolution.py contiguous|channels-last forward|both CORE
"""

import sys

import timing


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ("contiguous", "channels-last") or sys.argv[2] not in ("forward", "both"):
        sys.exit("usage: convolution.py contiguous|channels-last forward|both CORE")
    timing.pin(int(sys.argv[3]))
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    layout = torch.channels_last if sys.argv[1] == "channels-last" else torch.contiguous_format
    layer = torch.nn.Conv2d(16, 32, 3, padding=1).to(memory_format=layout)
    images = torch.randn(64, 16, 32, 32).to(memory_format=layout)
    weights = torch.randn(64, 32, 32, 32).to(memory_format=layout)

    def forward():
        with torch.no_grad():
            layer(images)

    def both():
        images.grad = None
        layer.zero_grad()
        (layer(images) * weights).sum().backward()

    images.requires_grad_(sys.argv[2] == "both")
    timing.report(timing.quick_samples(forward if sys.argv[2] == "forward" else both), 0)


if __name__ == "__main__":
    main()
