#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/journal/journal_trials.hpp"
#include "sweeps/journal/mailbox.hpp"  // Mail
#include "sweeps/state/group_protocol.hpp"

namespace agsweep {

/// What only a trial's own result.json knows.
struct TrialFacts {
  double seconds = 0;  // of training and evaluation
  std::string config_hash;
  bool done = false;       // its last evaluation has come to its end
  std::string error = {};  // why that of a complete trial did not
};

/// What a coordinator's sweep stands on: its journal, its lock, its trials' files, the time, and whoever watches. Any of it may throw,
/// which ends the coordinator: what it has not committed nobody has heard of.
class SweepSite {
 public:
  virtual ~SweepSite() = default;

  virtual double seconds() = 0;  // from any start, never falling
  virtual std::string utc() = 0;

  /// Shows that the lock's holder lives, and does not return where the lock is lost. Cheap: called before everything that the coordinator
  /// does.
  virtual void keep_lock() = 0;
  /// Puts lines into the journal: on return they are on the disk.
  virtual void append(std::span<const std::string> lines) = 0;
  /// The trials that wait in the journal, whoever has put them there.
  virtual const std::vector<WaitingTrial>& waiting() = 0;

  /// The oldest mails that nobody has obeyed yet.
  virtual std::vector<Mail> mail() = 0;
  /// It is obeyed, for good. Where it cannot be removed, it is not read again.
  virtual void remove_mail(const std::string& name) = 0;
  /// Nobody can obey it: it stays, for a person.
  virtual void set_mail_aside(const std::string& name, std::string_view why) = 0;

  /// Of a trial's result.json as it stands; a missing or damaged one gives none.
  virtual TrialFacts facts(std::int64_t trial) = 0;
  virtual bool has_weights(std::int64_t trial) = 0;
  virtual void remove_weights(std::int64_t trial) = 0;
  virtual void remove_checkpoints(std::int64_t trial) = 0;
  virtual void remove_older_checkpoints(std::int64_t trial) = 0;  // all but the newest
  /// results.csv, whole or not at all.
  virtual void write_results(const std::map<std::int64_t, TrialFacts>& facts) = 0;

  virtual void on_step(const GroupMessage::Progress& /*progress*/) {}
  virtual void on_left(std::int64_t /*trial*/) {}
  virtual void on_commit() {}
  virtual void say(std::string_view /*line*/) {}
  virtual void refresh() {}
};

}  // namespace agsweep
