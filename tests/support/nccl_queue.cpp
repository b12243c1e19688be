#include "tests/support/nccl_queue.hpp"

#include <utility>  // std::move
#include <vector>

#include <cuda_runtime_api.h>

#include "tests/support/fake_cuda_runtime.hpp"
#include "tests/support/nccl_double.hpp"
#include "workers/device/cuda/nccl_communicator.hpp"

namespace agsweep {

struct NcclQueue::Handles {
  cudaStream_t stream = nullptr;
  std::vector<cudaEvent_t> marks;
};

NcclQueue::NcclQueue(int marks) : handles_(std::make_unique<Handles>()) {
  cudaStreamCreateWithFlags(&handles_->stream, cudaStreamNonBlocking);
  handles_->marks.resize(static_cast<std::size_t>(marks));
  for (cudaEvent_t& mark : handles_->marks) cudaEventCreateWithFlags(&mark, cudaEventDisableTiming);
}

NcclQueue::~NcclQueue() {
  for (cudaEvent_t mark : handles_->marks) cudaEventDestroy(mark);
  cudaStreamDestroy(handles_->stream);
}

void NcclQueue::mark(int slot) { cudaEventRecord(handles_->marks.at(static_cast<std::size_t>(slot)), handles_->stream); }
bool NcclQueue::reached(int slot) { return cudaEventQuery(handles_->marks.at(static_cast<std::size_t>(slot))) == cudaSuccess; }

std::unique_ptr<DeviceCommunicator> NcclQueue::connect(const DeviceGroupId& id, int rank, int ranks, double timeout, Alarm alarm) {
  return std::make_unique<NcclCommunicator>(0, handles_->stream, id, rank, ranks, timeout, std::move(alarm));
}

DeviceGroupId NcclQueue::new_group() { return NcclCommunicator::new_group(); }
int NcclQueue::live_objects() { return testing_support::live_cuda_objects() + testing_support::live_nccl_communicators(); }

}  // namespace agsweep
