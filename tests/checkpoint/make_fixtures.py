#!/usr/bin/python3
"""Makes fixtures/*.h5, files with a right seal around content that the program must refuse (but for by_h5py.h5).

They are kept in the repository, so that the tests need no Python. fixtures/format_1.h5 is not made here: the program
wrote it, and every later version must be able to read it.
"""
import os
import struct
import sys
import typing

import h5py
import numpy

import recompute

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")


def text_type(size):
    kind = h5py.h5t.C_S1.copy()
    kind.set_size(max(size, 1))
    kind.set_strpad(h5py.h5t.STR_NULLPAD)
    kind.set_cset(h5py.h5t.CSET_UTF8)
    return kind


def set_text(item, name, text):
    """An attribute in the way the program writes it."""
    space = h5py.h5s.create(h5py.h5s.SCALAR)
    if name in item.attrs:
        del item.attrs[name]
    kind = text_type(len(text))
    attribute = h5py.h5a.create(item.id, name.encode(), kind, space)
    attribute.write(numpy.array(text.encode(), dtype=f"S{len(text)}"), mtype=kind)


def put_text(file, name, text, index):
    kind, space = text_type(len(text)), h5py.h5s.create(h5py.h5s.SCALAR)
    dataset = h5py.h5d.create(file.id, name.encode(), kind, space)
    dataset.write(space, space, numpy.array(text.encode(), dtype=f"S{len(text)}"), mtype=kind)
    mark(file[name], index, "none")


def mark(item, index, state):
    item.attrs["index"] = numpy.int64(index)
    set_text(item, "state", state)


def rehash(file):
    for key, value in recompute.hashes_of(file).items():
        set_text(file, key, value)


def fill(file):
    """A small, valid checkpoint."""
    file.attrs["format"] = numpy.int64(1)
    set_text(file, "program", "cvae_mpi")
    file["parameters/weight"] = numpy.arange(6, dtype="<f4").reshape(2, 3)
    mark(file["parameters/weight"], 0, "parameter")
    file["position/epoch"] = numpy.int64(7)
    mark(file["position/epoch"], 1, "training")
    put_text(file, "config", "name: x", 2)
    rehash(file)


def add_dataset(file, name="extra", **options):
    options.setdefault("dtype", "<f4")
    mark(file.create_dataset(name, **options), 3, "none")


class Move(typing.NamedTuple):
    """An array's data: its address in the file, and where it is to be, counted from the file's end, a multiple of 64."""

    address: int
    behind_end: int


def make(name, change):
    """Writes a valid file after `change`. Where that returns a Move, the address is changed in the file's bytes."""
    path = os.path.join(FOLDER, name + ".h5")
    with h5py.File(path, "w", userblock_size=recompute.SEAL_SIZE, libver=("earliest", "v108")) as file:
        fill(file)
        moved = change(file)
    with open(path, "rb") as stream:
        rest = stream.read()[recompute.SEAL_SIZE :]
    if isinstance(moved, Move):
        before = struct.pack("<Q", moved.address)
        assert rest.count(before) == 1
        rest = rest.replace(before, struct.pack("<Q", (len(rest) + moved.behind_end) // 64 * 64))
    with open(path, "wb") as stream:
        stream.write(recompute.seal(rest) + rest)


def external_storage(file):
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_external(b"/dev/zero", 0, 16)
    h5py.h5d.create(file.id, b"extra", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((4,)), properties)
    mark(file["extra"], 3, "none")


def text_with_zero(file):
    del file["config"]
    put_text(file, "config", "na\0e: x", 2)


def hard_link(file):
    file["twice"] = file["position/epoch"]


def cycle(file):
    file["parameters/again"] = file["/"]


def move(file, behind_end):
    """Adds an array that is large enough to be read where it stands, and moves its data: no checksum guards the address."""
    add_dataset(file, data=numpy.ones(1024, dtype="<f4"))
    rehash(file)
    return Move(file["extra"].id.get_offset() - recompute.SEAL_SIZE, behind_end)


def unaligned(file):
    """An array as large as those that are aligned in the program's own files, but where h5py puts it."""
    add_dataset(file, data=numpy.arange(1024, dtype="<f4"))
    rehash(file)
    assert file["extra"].id.get_offset() % 64 != 0


def long_name(file):
    add_dataset(file, "n" * 96, data=[1.0])


CHANGES = {
    "by_h5py": lambda file: None,
    "no_program": lambda file: file.attrs.__delitem__("program"),
    "other_program": lambda file: set_text(file, "program", "another"),
    "no_format": lambda file: file.attrs.__delitem__("format"),
    "format_2": lambda file: file.attrs.__setitem__("format", numpy.int64(2)),
    "format_float": lambda file: file.attrs.__setitem__("format", 1.0),
    "format_list": lambda file: file.attrs.__setitem__("format", numpy.array([1, 1])),
    "no_hash": lambda file: file.attrs.__delitem__("hash_content"),
    "long_hash": lambda file: set_text(file, "hash_file", "0" * 33),
    "variable_hash": lambda file: file.attrs.__setitem__("hash_file", "0" * 32),
    "wrong_hash_file": lambda file: set_text(file, "hash_file", "0" * 32),
    "wrong_hash_content": lambda file: set_text(file, "hash_content", "0" * 32),
    "wrong_hash_parameter": lambda file: set_text(file, "hash_parameter", "0" * 32),
    "no_index": lambda file: file["config"].attrs.__delitem__("index"),
    "no_state": lambda file: file["config"].attrs.__delitem__("state"),
    "unknown_state": lambda file: set_text(file["config"], "state", "frozen"),
    "negative_index": lambda file: mark(file["config"], -1, "none"),
    "large_index": lambda file: mark(file["config"], 3, "none"),
    "same_index": lambda file: mark(file["config"], 1, "none"),
    "array_gone": lambda file: file.__delitem__("position/epoch"),
    "other_order": lambda file: (mark(file["config"], 1, "none"), mark(file["position/epoch"], 2, "training")),
    "int32": lambda file: add_dataset(file, data=numpy.array([1], dtype="<i4"), dtype="<i4"),
    "big_endian": lambda file: add_dataset(file, data=numpy.array([1], dtype=">f4"), dtype=">f4"),
    "compound": lambda file: add_dataset(file, shape=(1,), dtype=[("a", "<f4"), ("b", "<f8")]),
    "variable_text": lambda file: add_dataset(file, data="x", dtype=h5py.string_dtype()),
    "text_list": lambda file: add_dataset(file, data=[b"ab", b"cd"], dtype=text_type(2).dtype),
    "text_with_zero": text_with_zero,
    "null_space": lambda file: mark(file.create_dataset("extra", data=h5py.Empty("<f4")), 3, "none"),
    "five_dimensions": lambda file: add_dataset(file, data=numpy.zeros((1, 1, 1, 1, 1), dtype="<f4")),
    "overflow": lambda file: add_dataset(file, shape=(2**30, 2**30, 2**10), chunks=(1, 1, 1)),
    "terabytes": lambda file: add_dataset(file, shape=(2**40,)),
    "not_stored": lambda file: add_dataset(file, shape=(4,)),
    "chunked": lambda file: add_dataset(file, data=numpy.zeros(4, dtype="<f4"), chunks=(2,)),
    "compressed": lambda file: add_dataset(file, data=numpy.zeros(64, dtype="<f4"), compression="gzip"),
    "external_storage": external_storage,
    "soft_link": lambda file: file.__setitem__("extra", h5py.SoftLink("/config")),
    "external_link": lambda file: file.__setitem__("extra", h5py.ExternalLink("/dev/null", "/")),
    "hard_link": hard_link,
    "cycle": cycle,
    "named_type": lambda file: file.__setitem__("extra", numpy.dtype("<f4")),
    "long_name": long_name,
    "empty_chunked": lambda file: add_dataset(file, shape=(0, 4), chunks=(1, 4), maxshape=(None, 4)),
    "unaligned": unaligned,
    "half_outside": lambda file: move(file, -2048),
    "outside": lambda file: move(file, 64),
    "far_outside": lambda file: move(file, 2**63),
    "umlaut_name": lambda file: add_dataset(file, "\u00e4", data=[1.0]),
}


def main():
    os.makedirs(FOLDER, exist_ok=True)
    for name in sys.argv[1:] or CHANGES:
        make(name, CHANGES[name])
    with h5py.File(os.path.join(FOLDER, "foreign.h5"), "w") as file:
        file["x"] = numpy.arange(3)
    rest = bytes(range(256)) * 3
    with open(os.path.join(FOLDER, "not_hdf5_inside.h5"), "wb") as stream:
        stream.write(recompute.seal(rest) + rest)


if __name__ == "__main__":
    main()
