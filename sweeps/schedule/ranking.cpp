#include "sweeps/schedule/ranking.hpp"

#include <iterator>  // std::prev

namespace agsweep {

void Ranking::insert(const Record& record) {
  const bool above_cut = !best_.empty() && BetterFirst{}(record, *best_.rbegin());
  (above_cut ? best_ : rest_).insert(record);
  move_cut();
}

void Ranking::erase(const Record& record) {
  if (best_.erase(record) == 0) rest_.erase(record);
  move_cut();
}

// One insertion or removal puts the cut off by two at most.
void Ranking::move_cut() {
  const std::size_t wanted = (best_.size() + rest_.size()) / divisor_;
  while (best_.size() < wanted) best_.insert(rest_.extract(rest_.begin()));
  while (best_.size() > wanted) rest_.insert(best_.extract(std::prev(best_.end())));
}

}  // namespace agsweep
