#pragma once

#include <chrono>
#include <span>

#include <mpi.h>

namespace agsweep {

/// The time that this process has lived through. A gap of more than a second between two looks (the process was stopped, a job was
/// suspended and resumed) counts as one second, so that nobody is blamed for it.
class LivedTime {
 public:
  double seconds();

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  double seconds_ = 0;
};

/// Tests until every request is complete or `seconds` are over: spins for `spin`, then sleeps between two tests, ever longer up to 1 ms,
/// since a thread blocked in MPI burns a core.
/// @param statuses  as many as requests, or none
/// @return false when time is over; the requests are then still under way
/// @throws RunTimeError when MPI reports an error
bool wait_all(std::span<MPI_Request> requests, std::span<MPI_Status> statuses, double seconds,
              std::chrono::microseconds spin = std::chrono::microseconds(50));

}  // namespace agsweep
