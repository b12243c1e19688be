#pragma once

#include <chrono>
#include <span>

#include <mpi.h>

#include "workers/comm/lived_time.hpp"  // LivedTime, for callers that wait in turns

namespace agsweep {

/// Tests until every request is complete or `seconds` are over: spins for `spin`, then sleeps between two tests, ever longer up to 1 ms,
/// since a thread blocked in MPI burns a core.
/// @param statuses  as many as requests, or none
/// @return false when time is over; the requests are then still under way
/// @throws RunTimeError when MPI reports an error
bool wait_all(std::span<MPI_Request> requests, std::span<MPI_Status> statuses, double seconds,
              std::chrono::microseconds spin = std::chrono::microseconds(50));

}  // namespace agsweep
