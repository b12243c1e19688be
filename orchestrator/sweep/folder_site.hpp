#pragma once

#include <filesystem>
#include <functional>

#include "orchestrator/sweep/sweep_progress.hpp"
#include "sweeps/journal/journal_file.hpp"
#include "sweeps/journal/mailbox.hpp"
#include "sweeps/journal/sweep_lock.hpp"
#include "sweeps/state/sweep_site.hpp"

namespace agsweep {

/// A sweep's folder as the coordinator uses it, with what a person sees of it.
class FolderSite final : public SweepSite {
 public:
  /// @param folder     SWEEP; lock, state and progress outlive this
  /// @param lock_lost  ends the job at once: another process may already write to the folder
  FolderSite(std::filesystem::path folder, Journal journal, SweepLock& lock, const SweepState& state, SweepProgress& progress,
             std::function<void()> lock_lost);

  /// Whether this process has trained or decided anything.
  bool changed() const { return changed_; }

  double seconds() override;
  std::string utc() override;
  void keep_lock() override;
  void append(std::span<const std::string> lines) override;
  const std::vector<WaitingTrial>& waiting() override { return journal_.waiting(); }
  std::vector<Mail> mail() override { return mailbox_.read(); }
  void remove_mail(const std::string& name) override;
  void set_mail_aside(const std::string& name, std::string_view why) override;
  TrialFacts facts(std::int64_t trial) override;
  bool has_weights(std::int64_t trial) override;
  void remove_weights(std::int64_t trial) override;
  void remove_checkpoints(std::int64_t trial) override;
  void remove_older_checkpoints(std::int64_t trial) override;
  void write_results(const std::map<std::int64_t, TrialFacts>& facts) override;

  void on_step(const GroupMessage::Progress& progress) override { progress_.trial_step(progress); }
  void on_left(std::int64_t trial) override;
  void on_commit() override { progress_.show(); }
  void say(std::string_view line) override { progress_.message(line); }
  void refresh() override { progress_.refresh(); }

 private:
  std::filesystem::path folder_;
  Journal journal_;
  Mailbox mailbox_;
  SweepLock& lock_;
  const SweepState& state_;
  SweepProgress& progress_;
  std::function<void()> lock_lost_;
  bool changed_ = false;
  double next_bump_ = 0;
};

}  // namespace agsweep
