#pragma once

#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "sweeps/schedule/scheduler.hpp"

namespace agsweep {

/// Every trial trains all its epochs.
class NoScheduler final : public Scheduler {
 public:
  Verdict report(std::int64_t, std::int64_t, double) override { return Verdict::go_on; }
  std::optional<std::int64_t> promotable() const override { return std::nullopt; }
  std::optional<std::int64_t> last_promotable() const override { return std::nullopt; }
  /// @throws DataError: no trial is ever paused
  void promote(std::int64_t trial) override { throw DataError("trial {}: goes on, but without a scheduler none is paused", trial); }
  void complete(std::int64_t) override {}
  void retire(std::int64_t, bool) override {}
};

}  // namespace agsweep
