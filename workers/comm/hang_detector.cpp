#include "workers/comm/hang_detector.hpp"

#include <algorithm>  // std::any_of, std::max

#include <fmt/format.h>

namespace agsweep {

HangDetector::HangDetector(std::vector<std::string> names, double limit) : limit_(limit) {
  for (std::string& name : names) ranks_.push_back({.name = std::move(name), .present = false, .place = {}});
}

void HangDetector::heard(int rank, const Progress::Place& place, double now) {
  Watched& watched = ranks_.at(static_cast<std::size_t>(rank));
  if (!watched.present || place.counter != watched.place.counter || place.waiting != watched.place.waiting) watched.advanced = now;
  watched.present = true;
  watched.place = place;
  watched.heard = now;
}

void HangDetector::left(int rank) { ranks_.at(static_cast<std::size_t>(rank)).present = false; }

std::string HangDetector::accuse(const Watched& rank, const std::string& what) const {
  std::int64_t checkpoint = -1;
  for (const Watched& other : ranks_) checkpoint = std::max(checkpoint, other.place.checkpoint);
  return fmt::format("{} {} in {}; {}", rank.name, what, describe(rank.place.phase, rank.place.number),
                     checkpoint < 0 ? std::string("there is no checkpoint yet") : fmt::format("the last checkpoint is step {}", checkpoint));
}

std::optional<std::string> HangDetector::verdict(double now) const {
  for (const Watched& rank : ranks_) {
    if (rank.present && now - rank.heard >= limit_) return accuse(rank, fmt::format("has been silent for {:.0f} s", now - rank.heard));
  }
  const auto stands_still = [&](const Watched& rank) { return rank.present && now - rank.advanced >= limit_; };
  // Work that takes long is no hang unless somebody waits for it.
  if (std::none_of(ranks_.begin(), ranks_.end(), [&](const Watched& rank) { return stands_still(rank) && rank.place.waiting; })) return {};
  for (const Watched& rank : ranks_) {
    if (stands_still(rank) && !rank.place.waiting) {
      return accuse(rank, fmt::format("has not advanced for {:.0f} s while others wait,", now - rank.advanced));
    }
  }
  return {};
}

}  // namespace agsweep
