#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "workers/comm/communicator.hpp"

namespace agsweep {

/// Evaluates trials' best weights on the test split, each over all ranks: trials/NNNN gets predictions_test.csv and then test.json. A
/// trial that has both was tested before, and stays as it is. Collective over comm.
/// @param sweep    the folder of a sweep of another command; `sweep` itself never reads the test split
/// @param weights  as read_stored_model has it
/// @throws DataError for weights or a corpus that are not the trials'
void test_trials(Communicator& comm, const std::filesystem::path& sweep, std::span<const std::int64_t> trials,
                 const std::filesystem::path& data, const std::filesystem::path& weights);

}  // namespace agsweep
