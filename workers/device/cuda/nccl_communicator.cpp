#include "workers/device/cuda/nccl_communicator.hpp"

#include <algorithm>  // std::ranges::any_of
#include <array>
#include <chrono>
#include <cstdio>   // stderr
#include <cstdlib>  // std::_Exit
#include <cstring>  // std::memcpy
#include <future>
#include <system_error>
#include <thread>
#include <utility>  // std::exchange

#include <fmt/format.h>

#include "base/error.hpp"
#include "workers/comm/lived_time.hpp"
#include "workers/device/cuda/check_cuda.hpp"

namespace agsweep {

namespace {

static_assert(sizeof(DeviceGroupId) == sizeof(ncclUniqueId));

void nap() { std::this_thread::sleep_for(std::chrono::microseconds(20)); }

/// NCCL's words on a failure: what it returned, and what it says of it, if anything.
std::string in_words(ncclResult_t result, ncclComm_t comm) {
  const char* const detail = ncclGetLastError(comm);
  const bool has_detail = detail != nullptr && *detail != '\0';
  return fmt::format("{}{}{}", ncclGetErrorString(result), has_detail ? ": " : "", has_detail ? detail : "");
}

/// NCCL has no result of its own for it. Its words are of the last warning: CUDA's own, or those of NCCL's allocator behind it.
bool is_out_of_memory(ncclResult_t result, std::string_view words) {
  constexpr std::array<std::string_view, 3> signs = {"out of memory", "Failed to CUDA malloc", "Failed to CUDA calloc"};
  // Of other results the words may be an earlier failure's: NCCL never clears them.
  return result == ncclUnhandledCudaError &&
         std::ranges::any_of(signs, [words](std::string_view sign) { return words.find(sign) != words.npos; });
}

}  // namespace

DeviceGroupId NcclCommunicator::new_group() {
  ncclUniqueId made;
  if (const ncclResult_t result = ncclGetUniqueId(&made); result != ncclSuccess) {
    throw RunTimeError("NCCL's ncclGetUniqueId: {}", in_words(result, nullptr));
  }
  DeviceGroupId id;
  std::memcpy(id.data(), &made, sizeof made);
  return id;
}

NcclCommunicator::NcclCommunicator(int device, cudaStream_t stream, const DeviceGroupId& id, int rank, int ranks, double timeout,
                                   Alarm alarm)
    : device_(device), stream_(stream), rank_(rank), ranks_(ranks), timeout_(timeout), alarm_(std::move(alarm)), last_("set-up") {
  check_cuda(cudaSetDevice(device), "cudaSetDevice", device);
  ncclUniqueId nccl_id;
  std::memcpy(&nccl_id, id.data(), sizeof nccl_id);
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  try {
    settle(ncclCommInitRankConfig(&comm_, ranks, nccl_id, rank, &config));
  } catch (...) {
    alarm_.raise();  // before the abort, which may wait for the others
    abort();
    throw;
  }
}

NcclCommunicator::~NcclCommunicator() {
  if (comm_ == nullptr) return;
  if (failed_ || grouped_ || !finalise()) {
    abort();
  } else {
    end(&ncclCommDestroy, "closed");
  }
}

/// @return false when NCCL failed or other ranks stayed away
bool NcclCommunicator::finalise() noexcept {
  LivedTime clock;
  ncclResult_t state = ncclCommFinalize(comm_);
  while (state == ncclInProgress && clock.seconds() < timeout_) {
    nap();
    ncclCommGetAsyncError(comm_, &state);
  }
  return state == ncclSuccess;
}

void NcclCommunicator::all_reduce_sum(float* values, std::int64_t count) { all_reduce(values, count, ncclFloat32, "fp32"); }
void NcclCommunicator::all_reduce_sum(double* values, std::int64_t count) { all_reduce(values, count, ncclFloat64, "fp64"); }
void NcclCommunicator::all_reduce_sum(std::int64_t* values, std::int64_t count) { all_reduce(values, count, ncclInt64, "int64"); }

void NcclCommunicator::all_reduce(void* values, std::int64_t count, ncclDataType_t type, std::string_view type_name) {
  launch(fmt::format("all-reduce of {} {} values", count, type_name),
         [&] { return ncclAllReduce(values, values, static_cast<std::size_t>(count), type, ncclSum, comm_, stream_); });
}

void NcclCommunicator::send(int to, const void* bytes, std::int64_t count) {
  launch(fmt::format("message of {} bytes to rank {}", count, to),
         [&] { return ncclSend(bytes, static_cast<std::size_t>(count), ncclUint8, to, comm_, stream_); });
}

void NcclCommunicator::receive(int from, void* bytes, std::int64_t count) {
  launch(fmt::format("message of {} bytes from rank {}", count, from),
         [&] { return ncclRecv(bytes, static_cast<std::size_t>(count), ncclUint8, from, comm_, stream_); });
}

void NcclCommunicator::begin_group() {
  ncclGroupStart();
  grouped_ = true;
}

void NcclCommunicator::end_group() {
  grouped_ = false;
  settle(ncclGroupEnd());
}

template <typename Call>
void NcclCommunicator::launch(std::string what, Call call) {
  if (comm_ == nullptr) throw RankFailure("rank {} of {}: this group's NCCL communicator was aborted before", rank_, ranks_);
  last_ = std::move(what);
  ++calls_;
  const ncclResult_t result = call();
  // A grouped call only takes a note; NCCL starts it at the group's end.
  if (grouped_ && result == ncclInProgress) return;
  settle(result);
}

/// Waits until NCCL has put the last call on the stream: the first one of a communicator waits for other ranks there.
void NcclCommunicator::settle(ncclResult_t result) {
  LivedTime clock;
  while (result == ncclInProgress) {
    if (clock.seconds() > timeout_) fail(fmt::format("a rank has not answered for {:g} s", timeout_));
    const bool alarmed = alarm_.raised();
    nap();
    if (const ncclResult_t asked = ncclCommGetAsyncError(comm_, &result); asked != ncclSuccess) fail(asked);
    if (alarmed && result == ncclInProgress) {  // an error here may be what the others were alarmed by
      leave_group();
      throw PeerFailure("{}: another rank has failed", last_call());
    }
  }
  if (result != ncclSuccess) fail(result);
}

void NcclCommunicator::check() {
  if (comm_ == nullptr) return;
  ncclResult_t state = ncclSuccess;
  if (const ncclResult_t asked = ncclCommGetAsyncError(comm_, &state); asked != ncclSuccess) fail(asked);
  if (state != ncclSuccess && state != ncclInProgress) fail(state);
}

std::string NcclCommunicator::last_call() const {
  return fmt::format("rank {} of {}: NCCL's {} (call {} of the group)", rank_, ranks_, last_, calls_);
}

void NcclCommunicator::fail(ncclResult_t result) {
  const std::string reason = in_words(result, comm_);
  leave_group();
  if (result == ncclRemoteError) throw PeerFailure("{}: {}", last_call(), reason);
  if (is_out_of_memory(result, reason)) throw TrialFailure("{}: the device's memory does not suffice: {}", last_call(), reason);
  throw RankFailure("{}: {}", last_call(), reason);
}

void NcclCommunicator::fail(std::string_view reason) {
  leave_group();
  throw RankFailure("{}: {}", last_call(), reason);
}

void NcclCommunicator::leave_group() noexcept {
  failed_ = true;
  // The thread's group would swallow the calls of its next communicator.
  if (std::exchange(grouped_, false)) ncclGroupEnd();
}

void NcclCommunicator::abort() noexcept {
  if (comm_ == nullptr) return;
  if (std::exchange(grouped_, false)) ncclGroupEnd();
  end(&ncclCommAbort, "aborted");
}

/// NCCL's last call for this communicator. It may wait for ranks that do not make theirs, or for a device that does not answer.
void NcclCommunicator::end(ncclResult_t (*call)(ncclComm_t), const char* done) noexcept {
  const ncclComm_t comm = std::exchange(comm_, nullptr);
  std::promise<void> promise;
  std::future<void> ended = promise.get_future();
  std::thread worker;
  try {
    worker = std::thread([call, comm, device = device_, promise = std::move(promise)]() mutable {
      cudaSetDevice(device);  // NCCL comes back to the thread's device, and would make a context on device 0
      call(comm);
      promise.set_value();
    });
  } catch (const std::system_error&) {  // no more threads: without a deadline, then
    call(comm);
    return;
  }
  if (ended.wait_for(std::chrono::duration<double>(timeout_)) != std::future_status::ready) {
    std::fputs(
        fmt::format("error: rank {} of {}: NCCL has not {} within {:g} s; this process ends\n", rank_, ranks_, done, timeout_).c_str(),
        stderr);
    std::_Exit(static_cast<int>(ExitCode::run_time_failure));
  }
  worker.join();
}

}  // namespace agsweep
