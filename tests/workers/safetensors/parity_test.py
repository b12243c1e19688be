"""What Python's safetensors wrote, read and written again by agsweep, has the same bytes. Argument: safetensors_copy."""

import pathlib
import subprocess
import sys
import tempfile

import numpy
import safetensors
import safetensors.numpy


def main(copy):
    random = numpy.random.default_rng(3)
    tensors = {
        "blocks.0.attention.qkv.weight": random.normal(size=(30, 7)).astype("float32"),
        "größe": random.normal(size=()).astype("float64"),
        "empty": numpy.zeros((0, 5), "float32"),
        "step": numpy.array([-1, 2**40], "int64"),
    }
    for kind in ("float16", "int8", "uint8", "int16", "uint16", "int32", "uint32", "uint64", "bool", "complex64"):
        tensors[kind] = random.integers(0, 100, (3, 5)).astype(kind)

    with tempfile.TemporaryDirectory() as folder:
        theirs, ours = pathlib.Path(folder, "theirs.safetensors"), pathlib.Path(folder, "ours.safetensors")
        # One metadata key: the package writes several in a random order.
        safetensors.numpy.save_file(tensors, theirs, metadata={"state": '{"epoch": 3}\n'})
        subprocess.run([copy, theirs, ours], check=True)
        assert ours.read_bytes() == theirs.read_bytes(), "the copy has other bytes"
        loaded = safetensors.numpy.load_file(ours)
        assert loaded.keys() == tensors.keys()
        for name, expected in tensors.items():
            assert loaded[name].dtype == expected.dtype and numpy.array_equal(loaded[name], expected), name

        theirs.write_bytes(theirs.read_bytes()[:-1])
        assert subprocess.run([copy, theirs, ours], stderr=subprocess.DEVNULL).returncode == 1, "took a cut file"


main(sys.argv[1])
