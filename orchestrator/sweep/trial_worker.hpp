#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "data/corpus.hpp"
#include "orchestrator/options/config_file.hpp"  // RunRecord
#include "orchestrator/options/resolve.hpp"      // WorldFacts
#include "orchestrator/sweep/group_link.hpp"
#include "orchestrator/sweep/group_message.hpp"  // GroupTask
#include "orchestrator/sweep/sweep_plan.hpp"
#include "orchestrator/training/run_inputs.hpp"  // FileFacts
#include "orchestrator/world/devices.hpp"
#include "orchestrator/world/world.hpp"
#include "workers/comm/communicator.hpp"
#include "workers/run/event_file.hpp"  // HParams

namespace agsweep {

class SharedWeights;

/// What all groups of a process share: read once, so that a trial begins at once.
struct SweepInputs {
  const SweepPlan& plan;
  const Corpus& corpus;
  std::string data_sha256;
  std::filesystem::path data;
  std::filesystem::path folder;  // SWEEP
  std::string command;           // the command line, for result.json
  bool repair;                   // files of a trial that were damaged or changed are put aside
  SharedWeights& shared;
  const JobDevices& devices;
  std::function<void()> require_lock;  // does not return when another process has taken the sweep over; for any thread
};

/// A rank's part in a group that trains one trial after the other.
class TrialWorker {
 public:
  /// @param group  its number; @param facts  what options are resolved against; @param world  of the group's ranks
  TrialWorker(const SweepInputs& inputs, Communicator& comm, GroupLink& link, int group, WorldFacts facts, World world);

  /// Trains what the coordinator orders, until the sweep has ended or stops. Collective over comm.
  /// @throws RankFailure: a trial's own failures are told the coordinator
  void run();

 private:
  GroupTask next_task();
  GroupTask::Train prepared(const GroupOrder::Train& order);
  void try_trial(const GroupTask::Train& task);
  void train_trial(std::int64_t trial, const TrainConfig& config);
  void tell_failure(std::int64_t trial, const std::string& reason, bool retry, bool no_room = false);
  void tell(GroupMessage message);
  bool leads() const { return comm_.rank() == 0; }

  const SweepInputs& inputs_;
  Communicator& comm_;
  GroupLink& link_;
  int group_;
  WorldFacts facts_;
  World world_;
  FileFacts files_;
  RunRecord record_;                  // of the trial under way, on the leader
  std::string config_text_;           // its config.toml, there too
  std::int64_t answered_epochs_ = 0;  // of it, likewise
  HParams hparams_;                   // there too
  std::string note_;                  // of its device, there too
};

}  // namespace agsweep
