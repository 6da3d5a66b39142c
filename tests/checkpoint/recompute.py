#!/usr/bin/python3
"""Reads a checkpoint without any of the program's code and recomputes everything that checkpoints/README.md defines.

recompute.py FILE prints a line for each array and the three hashes, and fails where one is not as the file says.
Needs h5py, numpy and xxhash.
"""
import struct
import sys

import h5py
import numpy
import xxhash

SEAL_SIZE = 512
TYPES = {"float32": 0, "float64": 1, "int64": 2, "text": 3}
STATES = {"none": 0, "training": 1, "parameter": 2}


def seal(rest):
    """The 512 bytes in front of `rest`, which is all that HDF5 wrote."""
    text = (
        f"cvae_mpi checkpoint\nformat 1\nbytes {SEAL_SIZE + len(rest)}\nxxh3-128 {xxhash.xxh3_128_hexdigest(rest)}\n"
        "HDF5 starts at byte 512; h5dump and h5py find it there.\n"
    )
    return text.ljust(SEAL_SIZE - 1).encode() + b"\n"


def describe(dataset):
    """Type, dimensions and bytes of an array, as they are hashed."""
    value = dataset[()]
    if h5py.check_string_dtype(dataset.dtype):
        text = bytes(value)
        return "text", (len(text),), text
    return str(dataset.dtype), dataset.shape, numpy.ascontiguousarray(value).tobytes()


def record(name, type_name, state, dimensions, data):
    """What one array adds to a hash."""
    encoded = name.encode()
    numbers = [TYPES[type_name], STATES[state], len(dimensions), *dimensions]
    return struct.pack("<Q", len(encoded)) + encoded + struct.pack(f"<{len(numbers)}Q", *numbers) + data


def arrays_of(file):
    """All arrays in the order in which they were written."""
    found = []
    file.visititems(lambda name, item: found.append((name, item)) if isinstance(item, h5py.Dataset) else None)
    return sorted(found, key=lambda entry: entry[1].attrs["index"])


def hashes_of(file):
    """The three hashes of an open file."""
    hashes = {key: xxhash.xxh3_128() for key in ("hash_file", "hash_content", "hash_parameter")}
    for name, dataset in arrays_of(file):
        state = dataset.attrs["state"].decode()
        data = record(name, describe(dataset)[0], state, *describe(dataset)[1:])
        for least, key in enumerate(hashes):
            if STATES[state] >= least:
                hashes[key].update(data)
    return {key: value.hexdigest() for key, value in hashes.items()}


def main(path):
    with open(path, "rb") as stream:
        whole = stream.read()
    assert whole[:SEAL_SIZE] == seal(whole[SEAL_SIZE:]), "the seal is not right"
    with h5py.File(path, "r") as file:
        assert file.attrs["program"] == b"cvae_mpi" and file.attrs["format"] == 1
        for name, dataset in arrays_of(file):
            type_name, dimensions, _ = describe(dataset)
            print(name, type_name, list(dimensions), dataset.attrs["state"].decode())
        for key, value in hashes_of(file).items():
            assert file.attrs[key].decode() == value, f"{key} is {value}, not {file.attrs[key].decode()}"
            print(key, value)


if __name__ == "__main__":
    main(sys.argv[1])
