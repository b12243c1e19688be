// The device's kernels as g++ compiles them for the emulator.
#include "workers/kernels/cuda/cuda_kernels.cu"  // NOLINT(bugprone-suspicious-include)
