#include "workers/device/workers.hpp"

#include <ATen/Parallel.h>

#include "base/error.hpp"
#include "workers/kernels/cpu/cpu_kernels.hpp"

namespace agsweep {

// A result must not change with the threads: each shard's operators run on one.
Workers::Workers(int threads) : pool_(threads, [] { at::set_num_threads(1); }) {
  for (int worker = 0; worker < threads; ++worker) {
    kernels_.push_back(std::make_unique<CpuKernels>());
    workspaces_.push_back(std::make_unique<Workspace>(*kernels_.back()));
  }
}

Workers::Workers(std::unique_ptr<DeviceStream> stream)
    : stream_(std::move(stream)), staging_(std::make_unique<Staging>(*stream_)), pool_(1, [] { at::set_num_threads(1); }) {
  stream_->enter();
  workspaces_.push_back(std::make_unique<Workspace>(stream_->kernels(), stream_->device()));
}

Batch Workers::load(const PackedBatch& batch, std::span<const std::int32_t> listed, int worker) {
  const BatchShape shape = shape_of(batch, listed.size());
  const std::size_t bytes = batch_bytes(shape);
  std::byte* memory = workspace(worker).take(bytes);
  if (staging_) {
    staging_->copy(memory, bytes, [&](std::byte* host) { write_batch(batch, listed, shape, host); });
  } else {
    write_batch(batch, listed, shape, memory);
  }
  return batch_at(memory, shape, device());
}

at::Tensor Workers::on_host(const at::Tensor& tensor) {
  if (stream_ == nullptr) return tensor;
  // LibTorch's copy waits without a deadline, so it begins when there is nothing before it.
  stream_->mark(DeviceStream::wait_slot);
  if (!stream_->reached_in_time(DeviceStream::wait_slot)) {
    throw RunTimeError("the device has not ended what was launched on it within {:g} s", stream_->patience());
  }
  return tensor.cpu();
}

}  // namespace agsweep
