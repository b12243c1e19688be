#pragma once

#include <filesystem>
#include <optional>

#include "base/json.hpp"
#include "workers/comm/communicator.hpp"

namespace agsweep {

/// Measures inference with the weights of a sweep's first complete training, on rank 0, and writes inference.json into the sweep's folder:
/// startup_seconds, batches (rows, calls, p50, p95, p99 in seconds), rows_per_second, resident_bytes, device_bytes, device, threads.
/// One that stands there stays. Collective over comm.
/// @param weights  as read_stored_model has it
/// @param threads  of the measured process; 0: as many as it may use
/// @param seconds  for each figure, as measure_inference has them
void write_inference_file(Communicator& comm, const std::filesystem::path& sweep, const std::filesystem::path& data,
                          const std::filesystem::path& weights, int threads, double seconds);

/// nullopt where it was not measured. @throws DataError for a damaged file
std::optional<nlohmann::json> read_inference_file(const std::filesystem::path& sweep);

}  // namespace agsweep
