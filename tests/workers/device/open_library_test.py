"""Opens libagsweep_cuda.so beside LibTorch's CUDA libraries, without a driver: every symbol that it uses is there, and it answers."""

import ctypes
import importlib.util
import os
import pathlib
import sys

torch = pathlib.Path(importlib.util.find_spec("torch").submodule_search_locations[0])
ctypes.CDLL(str(torch / "lib" / "libtorch_cuda.so"), os.RTLD_NOW | os.RTLD_GLOBAL)
library = ctypes.CDLL(sys.argv[1], os.RTLD_NOW)
library.agsweep_device_platform.restype = ctypes.c_void_p
assert library.agsweep_device_platform(), "no platform"
