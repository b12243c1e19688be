#include "workers/device/cuda/cuda_platform.hpp"

#include <cstdlib>  // ::setenv
#include <utility>  // std::move

#include <ATen/Context.h>
#include <c10/cuda/CUDACachingAllocator.h>

#include "base/error.hpp"
#include "workers/device/cuda/cuda_facts.hpp"
#include "workers/device/cuda/cuda_stream.hpp"
#include "workers/device/cuda/nccl_communicator.hpp"

namespace agsweep {

CudaPlatform::CudaPlatform() {
  // LibTorch gives cuBLAS this workspace, for each stream its own; without it a product's algorithm, and so its bits, may change with what
  // runs beside it. A fixed size also keeps the bits the same on cards whose default differs.
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);

  at::Context& context = at::globalContext();
  context.setAllowTF32CuBLAS(false);
  context.setAllowBF16ReductionCuBLAS(/*allow_reduced_precision=*/false);
  // An operation of ATen's that gives other bits each time is an error.
  context.setDeterministicAlgorithms(true, /*warn_only=*/false);
  // ATen would then fill every new tensor with NaN; all of ours are written before they are read.
  context.setDeterministicFillUninitializedMemory(false);
}

int CudaPlatform::count() { return cuda_device_count(); }
DeviceFacts CudaPlatform::facts(int device) { return cuda_device_facts(device); }
std::vector<std::pair<std::string, std::string>> CudaPlatform::versions() { return cuda_versions(); }

void CudaPlatform::require_same_bits() {
  ::setenv("NCCL_NVLS_ENABLE", "0", /*overwrite=*/1);  // a switch's sums are in the order in which values reach it
}

std::unique_ptr<DeviceStream> CudaPlatform::make_stream(int device, double patience) {
  const DeviceFacts found = facts(device);
  if (const std::string why = too_old(device, found); !why.empty()) throw RunTimeError("{}", why);
  return std::make_unique<CudaStream>(device, patience, free_streams_);
}

DeviceGroupId CudaPlatform::new_group() { return NcclCommunicator::new_group(); }

std::unique_ptr<DeviceCommunicator> CudaPlatform::connect(DeviceStream& stream, const DeviceGroupId& id, int rank, int ranks,
                                                          double timeout, Alarm alarm) {
  // NCCL takes its memory from CUDA itself, and cannot use what earlier trainings left in LibTorch's cache.
  c10::cuda::CUDACachingAllocator::emptyCache();
  auto& cuda = dynamic_cast<CudaStream&>(stream);
  return std::make_unique<NcclCommunicator>(cuda.device().index(), cuda.get(), id, rank, ranks, timeout, std::move(alarm));
}

}  // namespace agsweep

// The library's one symbol.
extern "C" __attribute__((visibility("default"))) agsweep::DevicePlatform* agsweep_device_platform() {
  static agsweep::CudaPlatform platform;
  return &platform;
}
