#pragma once

#include <cstdint>
#include <cstdio>  // std::FILE
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>  // std::pair

#include "tests/sweeps/state/trial_model.hpp"

namespace agsweep::testing_support {

/// A trial's folder as a model. A trial is known by configuration and seed here: its number may be another's after a journal was restored.
struct SimulatedFolder {
  std::pair<std::int64_t, std::int64_t> run = {-1, -1};  // configuration and seed
  std::int64_t checkpoint = 0;                           // epochs behind the newest one; 0: none
  bool inside_epoch = false;                             // that one holds a part of the next epoch too
  std::int64_t trained = 0;                              // epochs that any checkpoint ever had behind it
  bool weights = false;
  bool done = false;  // result.json says so
  int user = -1;      // the group in whose hands it is
};

/// All that lies on the disk, and what happened to it.
struct SimulatedDisk {
  std::string journal = {};
  std::map<std::int64_t, SimulatedFolder> folders = {};  // by trial
  std::int64_t lock = 0;                                 // the process that has it
  bool full = false;
  bool restored = false;                         // an older journal has taken the place of a newer one
  std::map<std::string, std::string> mail = {};  // by name
  std::multiset<Point> asked = {};               // configurations, by mail or as Optuna does
  std::int64_t requests = 0;                     // of every kind
  std::int64_t malformed = 0;                    // mails that nobody can obey
  std::int64_t refused = 0;                      // mails that were set aside

  std::int64_t crashes = 0;
  std::int64_t faults = 0;   // crashes among them
  std::int64_t leaves = 0;   // answers that sent a group away
  std::int64_t trained = 0;  // epochs, those trained again after a fault among them
  std::int64_t changes = 0;  // of files
};

/// How the sweep runs, and what befalls it: chances of each fault at each event, or write.
struct SimulatedRun {
  std::int64_t groups = 4;
  std::int64_t groups_per_rank = 1;
  std::uint64_t speeds = 1;  // draws how long everything takes, and the faults
  double kills = 0;          // a process or the whole job ends without a word, maybe inside a write, of which a part stays
  double stops = 0;          // a signal
  double stalls = 0;         // the job stands still for minutes, and another one takes its lock over meanwhile
  double full_disks = 0;     // no write succeeds until the job has ended
  double failed_writes = 0;  // one write fails, of a trial's file or the journal
  double failed_leaves = 0;  // a group that was told to leave fails in doing so
  double old_journals = 0;   // after the end of a job: an earlier copy takes the journal's place
  double budgets = 0;        // of a job: its time budget ends early
  std::int64_t most_faults = 6;
  double requests = 0;  // at each event: that somebody asks something of the sweep
  std::int64_t most_requests = 5;
  bool retry_failed = false;   // once, at the end
  std::FILE* trace = nullptr;  // gets a line for each event
};

/// What the protocol promises did not hold.
struct Violation : std::logic_error {
  using std::logic_error::logic_error;
};

/// Runs a sweep to its end by discrete events on a virtual clock: the Coordinator itself, on a model of the link, the groups with their
/// trainings, the lock, the files and the mailbox; jobs that end early are resumed, with more groups or fewer. The same arguments give the
/// same run.
///
/// @param disk  what an earlier job left there
/// @throws Violation where
///   - two groups have a trial in their hands at once, or a job writes after its lock was taken over,
///   - a group hears of a decision that the journal does not have,
///   - a mail goes before its effect is in the journal, or what was asked for is tried twice, or not at all,
///   - an epoch is trained again although a checkpoint had it behind it,
///   - no event is left, or too many have come, before the end,
///   - at the end a configuration and seed has no trial or a trial no end, or values that are not its configuration's; a complete trial no
///     last evaluation, one of the best no weights; or files are there that no trial needs
SimulatedDisk simulate(const SimulatedSweep& sweep, const SimulatedRun& run, SimulatedDisk disk = {});

}  // namespace agsweep::testing_support
