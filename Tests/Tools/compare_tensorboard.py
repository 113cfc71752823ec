#!/usr/bin/env python3
"""Opens the TensorBoard file of a run and compares what it shows with metrics.jsonl.

    python3 Tests/Tools/compare_tensorboard.py RUN [RUN ...]

Where TensorBoard is installed, its own EventAccumulator reads the file. The records are read once more by the reader
below, which knows the format alone, and checks every checksum.
"""

import json
import math
import pathlib
import struct
import sys

TABLE = []
for byte in range(256):
    rest = byte
    for _ in range(8):
        rest = (rest >> 1) ^ (0x82F63B78 if rest & 1 else 0)
    TABLE.append(rest)


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ TABLE[(crc ^ byte) & 255]
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def varint(data, place):
    number, shift = 0, 0
    while True:
        byte = data[place]
        place += 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, place


def fields(data):
    place = 0
    while place < len(data):
        key, place = varint(data, place)
        kind = key & 7
        if kind == 0:
            value, place = varint(data, place)
        elif kind == 1:
            value, place = data[place:place + 8], place + 8
        elif kind == 2:
            length, place = varint(data, place)
            value, place = data[place:place + length], place + length
        elif kind == 5:
            value, place = data[place:place + 4], place + 4
        else:
            raise ValueError(f"unknown kind of field {kind}")
        yield key >> 3, value


def records(data):
    place = 0
    while place < len(data):
        head = data[place:place + 8]
        (length,) = struct.unpack("<Q", head)
        (check,) = struct.unpack("<I", data[place + 8:place + 12])
        assert check == masked_crc(head), f"the length at byte {place} has another checksum"
        event = data[place + 12:place + 12 + length]
        (check,) = struct.unpack("<I", data[place + 12 + length:place + 16 + length])
        assert check == masked_crc(event), f"the event at byte {place} has another checksum"
        yield event
        place += 16 + length


def read_alone(path):
    """Scalars by name, as lists of (step, value)."""
    scalars = {}
    for index, event in enumerate(records(path.read_bytes())):
        parts = dict(fields(event))
        if index == 0:
            assert parts[3] == b"brain.Event:2", parts
            continue
        for _, value in fields(parts[5]):
            value = dict(fields(value))
            (number,) = struct.unpack("<f", value[2])
            scalars.setdefault(value[1].decode(), []).append((parts[2], number))
    return scalars


def read_with_tensorboard(path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(str(path), size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    return {
        tag: [(event.step, event.value) for event in accumulator.Scalars(tag)]
        for tag in accumulator.Tags()["scalars"]
    }


def expected(path):
    scalars = {}
    for line in path.read_text().splitlines():
        row = json.loads(line)
        for name, value in row.items():
            if name not in ("step", "seconds"):
                scalars.setdefault(name, []).append((row["step"], float(value)))
    return scalars


def same(one, other):
    narrow = struct.unpack("<f", struct.pack("<f", other))[0]
    return one == narrow or (math.isnan(one) and math.isnan(narrow))


def compare(name, shown, wanted):
    assert shown.keys() == wanted.keys(), f"{name}: {sorted(shown.keys() ^ wanted.keys())}"
    for tag, rows in wanted.items():
        assert [step for step, _ in shown[tag]] == [step for step, _ in rows], f"{name}: steps of {tag}"
        for (step, one), (_, other) in zip(shown[tag], rows):
            assert same(one, other), f"{name}: {tag} at {step} is {one}, not {other}"
    return sum(len(rows) for rows in wanted.values())


def main():
    readers = [("the reader here", read_alone)]
    try:
        from tensorboard import version

        readers.append((f"TensorBoard {version.VERSION}", read_with_tensorboard))
    except ImportError:
        print("TensorBoard is not installed: only the reader here is asked")
    for run in map(pathlib.Path, sys.argv[1:]):
        wanted = expected(run / "metrics.jsonl")
        for name, read in readers:
            count = compare(name, read(run / "events.out.tfevents.assay"), wanted)
            print(f"{run}: {name} shows the same {count} numbers under {len(wanted)} names")


if __name__ == "__main__":
    main()
