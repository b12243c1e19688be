#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <nccl.h>

namespace agsweep::testing_support {

/// What ranks must agree on.
struct NcclCall {
  enum Kind { all_reduce, send, receive } kind;
  ncclDataType_t type;
  std::size_t count;
  int peer;

  bool operator==(const NcclCall&) const = default;
};

struct NcclOperation {
  NcclCall call;
  const void* in;
  void* out;
  cudaStream_t stream;
  long number;  // of the rank's calls
};

/// What NcclBoard throws: a call cannot be done, and why.
struct NcclBoardFailure {
  ncclResult_t result;
  std::string words;
};
struct NcclStopped {};  // by an abort or a failure, here or at another rank

/// Where the ranks of NCCL's double meet and exchange what they have: shared memory of one machine. Ranks whose calls differ are told so,
/// with both calls in words, where NCCL would hang or compute nonsense.
class NcclBoard {
 public:
  static constexpr int max_ranks = 8;

  /// @param aborted  ends each wait
  NcclBoard(std::string name, int rank, int ranks, const std::atomic<bool>& aborted);
  ~NcclBoard();
  NcclBoard(const NcclBoard&) = delete;
  NcclBoard& operator=(const NcclBoard&) = delete;

  void join();   // until all ranks have
  void leave();  // until all ranks have
  /// Does one group's operations with the other ranks.
  void run(const std::vector<NcclOperation>& operations, const std::function<void(const NcclOperation&)>& before);

  void fail();  // tells all ranks
  bool failed() const;

 private:
  struct Memory;

  template <typename Condition>
  void until(Condition condition);
  void meet();
  void agree(const NcclOperation& operation);
  std::byte* slot(int of);
  template <typename T>
  void reduce_as(const NcclOperation& operation);
  void reduce(const NcclOperation& operation);
  void exchange(const std::vector<NcclOperation>& messages);
  std::size_t move_part(const NcclOperation& message, std::size_t done);

  std::string name_;
  int rank_;
  int ranks_;
  const std::atomic<bool>& aborted_;
  Memory* memory_ = nullptr;
};

void nap();  // 20 us

}  // namespace agsweep::testing_support
