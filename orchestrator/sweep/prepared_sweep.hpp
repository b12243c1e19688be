#pragma once

#include <string>
#include <vector>

#include "data/corpus.hpp"
#include "orchestrator/sweep/sweep_groups.hpp"
#include "orchestrator/sweep/sweep_plan.hpp"
#include "orchestrator/world/devices.hpp"
#include "orchestrator/world/world.hpp"
#include "workers/comm/communicator.hpp"

namespace agsweep {

class SharedWeights;

/// A sweep as every rank knows it before it begins.
struct PreparedSweep {
  SweepPlan plan;
  Corpus corpus;
  std::string data_sha256;
  World world;
  JobDevices devices;
  SweepGroups groups;

  /// What a person should know of it: what it is, and what may be wrong.
  std::vector<std::string> messages() const;
};

/// Reads the spec and the corpus, and shares the ranks out. Writes nothing. Collective over comm.
/// @param options  the train options of the command line
/// @throws UsageError for a bad spec or option, or ranks that cannot be shared out so; DataError for a damaged corpus
PreparedSweep prepare_sweep(Communicator& comm, const SweepArgs& args, const AskedOptions& options);

/// Reads what all trials begin with (a GPT-2, the --init file), so that no trial fails of it. Collective over comm.
/// @param shared  keeps what was read
/// @throws UsageError or DataError where none of the first configurations could be trained, with what is wrong with the first
void require_trainable(Communicator& comm, const PreparedSweep& sweep, SharedWeights& shared);

}  // namespace agsweep
