#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/state/sweep_state.hpp"

namespace agsweep::testing_support {

/// What `agsweep sweep` leaves in SWEEP/, without training anything. Trials follow each other: one begins when begin() is called.
class SweepWriter {
 public:
  struct Facts {
    std::int64_t epochs = 3;
    std::string data_sha256 = "d0";
    std::int64_t train_limit = 0;
    bool deterministic = false;
  };

  /// @param spec  of "sweep.toml", read with small_options
  SweepWriter(std::filesystem::path folder, std::string_view spec, const Facts& facts);

  /// The next trial, new or promoted. @return its number
  std::int64_t begin();
  /// A trial's next epochs, as far as its scheduler lets it.
  void report(std::int64_t trial, const std::vector<double>& values);
  /// The next trial with its values: a whole one, if the scheduler does not end it before.
  std::int64_t run(const std::vector<double>& values);
  void end_early(std::int64_t trial) { state_.end_early(trial, now); }
  void fail(std::int64_t trial, const std::string& reason) { state_.fail(trial, reason, false, now); }
  /// RUN/result.json.
  void result(std::int64_t trial, std::string_view config_hash, double seconds = 1) const;

  /// Ends the sweep: paused trials become pruned.
  void close() { state_.close(now); }
  /// sweep.resolved.toml, and journal.log with all that has happened since the last call.
  const std::filesystem::path& save();

  const SweepState& state() const { return state_; }

 private:
  static constexpr std::string_view now = "2026-01-31T12:00:00Z";

  std::filesystem::path folder_;
  SweepState state_;
  std::string journal_;
};

void write_text(const std::filesystem::path& path, std::string_view text);
void append_text(const std::filesystem::path& path, std::string_view text);

/// A spec with one parameter, lr, on a grid of these: trials have them in this order.
std::string grid_spec(const std::vector<double>& rates, std::string_view top = "", std::string_view tables = "");

}  // namespace agsweep::testing_support
