#pragma once

#include <utility>  // std::exchange

#include <mpi.h>

namespace agsweep {

/// A group's communicator; frees it unless MPI has been finalised.
class MpiComm {
 public:
  MpiComm() = default;
  explicit MpiComm(MPI_Comm comm) : comm_(comm) {}
  MpiComm(MpiComm&& other) noexcept : comm_(other.release()) {}
  MpiComm& operator=(MpiComm other) noexcept {
    std::swap(comm_, other.comm_);
    return *this;
  }
  ~MpiComm();

  /// A copy of `parent` with a message space of its own, whose calls return errors. Collective over parent.
  /// @throws RankFailure when a rank of parent stays away for `timeout_seconds`
  static MpiComm dup(MPI_Comm parent, double timeout_seconds);

  MPI_Comm get() const { return comm_; }
  /// Gives the handle up: for one that must never be freed, since messages on it may still be under way.
  MPI_Comm release() noexcept { return std::exchange(comm_, MPI_COMM_NULL); }

 private:
  MPI_Comm comm_ = MPI_COMM_NULL;
};

/// @throws RunTimeError with call, file, line, this process's rank in the job and MPI's own words, when `result` is not MPI_SUCCESS
void check_mpi(int result, const char* call, const char* file, int line);

#define AGSWEEP_MPI(call) ::agsweep::check_mpi((call), #call, __FILE__, __LINE__)

}  // namespace agsweep
