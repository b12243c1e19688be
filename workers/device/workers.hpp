#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/batch.hpp"
#include "workers/device/batch.hpp"
#include "workers/device/device_stream.hpp"
#include "workers/device/staging.hpp"
#include "workers/device/workspace.hpp"
#include "workers/thread_pool.hpp"

namespace agsweep {

/// What a rank computes with: threads of the CPU, each with single-threaded ATen and memory of its own; or one queue of a device, which
/// the calling thread fills.
class Workers {
 public:
  explicit Workers(int threads);
  explicit Workers(std::unique_ptr<DeviceStream> stream);

  c10::Device device() const { return workspaces_.front()->device(); }
  DeviceStream* stream() { return stream_.get(); }  // null: the CPU's threads
  ThreadPool& pool() { return pool_; }              // of a device: the calling thread alone
  Workspace& workspace(int worker) { return *workspaces_[static_cast<std::size_t>(worker)]; }

  /// A batch in the memory of a worker's workspace, taken from its stack.
  /// @param listed  as write_batch()
  Batch load(const PackedBatch& batch, std::span<const std::int32_t> listed, int worker);

  /// A tensor's copy on the host, or the tensor itself where it is there. Waits for all that was launched.
  /// @throws RunTimeError when the device does not come to its end in time
  at::Tensor on_host(const at::Tensor& tensor);

 private:
  std::unique_ptr<DeviceStream> stream_;
  std::unique_ptr<Staging> staging_;  // of a device
  std::vector<std::unique_ptr<Kernels>> kernels_;
  ThreadPool pool_;
  std::vector<std::unique_ptr<Workspace>> workspaces_;  // a worker each
};

}  // namespace agsweep
