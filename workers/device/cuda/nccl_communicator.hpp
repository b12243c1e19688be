#pragma once

#include <string>
#include <string_view>

#include <cuda_runtime_api.h>
#include <nccl.h>

#include "workers/device/device_communicator.hpp"

namespace agsweep {

/// NCCL without a wait that could hang: its communicator does not block, so each call returns at once, and this class polls until NCCL has
/// put it on the stream; nothing may be launched behind it before.
class NcclCommunicator final : public DeviceCommunicator {
 public:
  static DeviceGroupId new_group();

  /// Collective over the group.
  /// @param stream   of the device; it must outlive this
  /// @param timeout  seconds; for each wait in here
  /// @param alarm    raised where the set-up fails; a wait ends where another rank has raised it
  /// @throws RankFailure when a rank does not come in time, or NCCL cannot connect them; as check() does
  NcclCommunicator(int device, cudaStream_t stream, const DeviceGroupId& id, int rank, int ranks, double timeout, Alarm alarm = {});
  /// Waits for the other ranks to leave too; where a call has failed before, aborts. Ends the process as abort() does.
  ~NcclCommunicator() override;
  NcclCommunicator(const NcclCommunicator&) = delete;
  NcclCommunicator& operator=(const NcclCommunicator&) = delete;

  void all_reduce_sum(float* values, std::int64_t count) override;
  void all_reduce_sum(double* values, std::int64_t count) override;
  void all_reduce_sum(std::int64_t* values, std::int64_t count) override;
  void send(int to, const void* bytes, std::int64_t count) override;
  void receive(int from, void* bytes, std::int64_t count) override;
  void begin_group() override;
  void end_group() override;

  void check() override;
  std::string last_call() const override;
  /// Ends the process (exit code 1) where NCCL's own abort does not come back in time: nothing else frees the device then.
  void abort() noexcept override;

 private:
  void all_reduce(void* values, std::int64_t count, ncclDataType_t type, std::string_view type_name);
  template <typename Call>
  void launch(std::string what, Call call);
  void settle(ncclResult_t result);
  bool finalise() noexcept;
  void end(ncclResult_t (*call)(ncclComm_t), const char* done) noexcept;
  void leave_group() noexcept;
  [[noreturn]] void fail(std::string_view reason);
  [[noreturn]] void fail(ncclResult_t result);

  ncclComm_t comm_ = nullptr;  // null: aborted
  int device_;
  cudaStream_t stream_;
  int rank_;
  int ranks_;
  double timeout_;
  Alarm alarm_;
  std::string last_;        // the last call, in words
  std::int64_t calls_ = 0;  // of this group, the same on every rank
  bool grouped_ = false;
  bool failed_ = false;
};

}  // namespace agsweep
