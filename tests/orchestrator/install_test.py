"""`cmake --install` gives a folder that can be moved, whose program finds its CUDA part. Arguments: CMAKE BUILD_DIR FAKE_DRIVER."""

import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from agsweep_program import has_driver  # noqa: E402

CMAKE, BUILD, DRIVER = sys.argv[1], *(pathlib.Path(argument).resolve() for argument in sys.argv[2:])


def doctor(program, folders):
    """What it says where a driver has a device, but is none."""
    environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, folders)), "FAKE_DRIVER_VERSION": "13000", "FAKE_DRIVER_DEVICES": "1"}
    return subprocess.run([program, "doctor"], env=environment, capture_output=True, text=True).stdout


if has_driver():
    sys.exit(0)
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    subprocess.run([CMAKE, "--install", BUILD, "--prefix", folder / "first"], check=True, stdout=subprocess.DEVNULL)
    (folder / "first").rename(folder / "moved")
    program = folder / "moved" / "bin" / "agsweep"
    for name, arguments in {"man/man1/agsweep.1": ["man"], "bash-completion/completions/agsweep": ["completion", "bash"],
                            "zsh/site-functions/_agsweep": ["completion", "zsh"], "fish/vendor_completions.d/agsweep.fish": ["completion", "fish"]}.items():
        printed = subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout
        assert (folder / "moved" / "share" / name).read_text() == printed, name
    documents = folder / "moved" / "share" / "doc" / "agsweep"
    for name in ("README.md", "CONTRIBUTING.md", "docs/options.md", "examples/tiny.toml"):
        assert (documents / name).exists(), name
    needed = (documents / "needs-packages.txt").read_text().split()
    assert {"gnuplot-nox", "openmpi-bin"} < set(needed) and any(name.startswith("libhdf5") for name in needed), needed
    assert not [name for name in needed if "torch" in name], needed
    assert {"gpt2.txt", "intel-mkl.txt", "nlohmann-json.txt", "README.md"} < {path.name for path in (documents / "licenses").iterdir()}
    (folder / "libcuda.so.1").symlink_to(DRIVER)

    # LibTorch's CUDA libraries are installed where the build has them; here the tests' own stand in for them.
    torch = pathlib.Path(importlib.util.find_spec("torch").submodule_search_locations[0])
    cuda = [torch / "lib", *torch.parent.glob("nvidia/*/lib")]
    said = doctor(program, [folder, *cuda])
    assert "cudaGetDeviceCount: " in said, f"the library does not answer: {said}"  # CUDA's runtime, to the library, of this driver
    assert "nothing is missing" in doctor(program, [folder])
    # Another LibTorch, and another agsweep's part, as a module of PyTorch may have them on the path.
    other = folder / "other"
    other.mkdir()
    for library in ("libtorch_cpu.so", "libc10.so", "libagsweep_torch.so"):
        (other / library).write_text("of another version")
    assert "nothing is missing" in doctor(program, [folder, other])
