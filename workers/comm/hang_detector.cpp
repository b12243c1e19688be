#include "workers/comm/hang_detector.hpp"

#include <utility>  // std::pair

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

std::optional<std::string> HangDetector::verdict(double now, const Progress::Place& own) const {
  const std::string checkpoint = own.checkpoint == checkpoints_of_trials ? "each trial goes on from its own last checkpoint"
                                 : own.checkpoint < 0                    ? "there is no checkpoint yet"
                                                                         : fmt::format("the last checkpoint is step {}", own.checkpoint);
  for (const Watched& rank : ranks_) {
    if (!rank.present || now - rank.heard < limit_) continue;
    return fmt::format("{} has been silent for {:.0f} s in {}; {}", rank.name, now - rank.heard, describe(own.phase, own.number),
                       checkpoint);
  }
  const Watched* least = nullptr;
  bool somebody_waits = false;
  for (const Watched& rank : ranks_) {
    if (!rank.present) continue;
    if (now - rank.advanced < limit_) return {};  // it does not stand still
    somebody_waits = somebody_waits || rank.place.waiting;
    const auto order = [](const Watched& one) { return std::pair(one.place.waiting, one.place.counter); };
    if (least == nullptr || order(rank) < order(*least)) least = &rank;
  }
  // Work that takes long is no hang unless somebody waits for it.
  if (least == nullptr || !somebody_waits) return {};
  return fmt::format("{} has not advanced for {:.0f} s while {} wait, in {}; {}", least->name, now - least->advanced,
                     least->place.waiting ? "all" : "others", describe(least->place.phase, least->place.number), checkpoint);
}

}  // namespace agsweep
