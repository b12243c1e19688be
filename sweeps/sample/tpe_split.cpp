#include "sweeps/sample/tpe_split.hpp"

#include <algorithm>  // std::count_if, std::min, std::sort
#include <tuple>

namespace agsweep {

std::int64_t reported_trials(std::span<const Observation> history) {
  return std::count_if(history.begin(), history.end(), [](const Observation& observation) { return observation.epoch > 0; });
}

TpeSplit split_history(std::span<const Observation> history) {
  TpeSplit split;
  for (std::size_t place = 0; place < history.size(); ++place) (history[place].epoch > 0 ? split.better : split.others).push_back(place);

  const auto merit = [&](std::size_t place) {
    const Observation& one = history[place];
    return std::tuple(!one.complete, one.complete ? 0 : -one.epoch, -one.score, place);
  };
  std::sort(split.better.begin(), split.better.end(), [&](std::size_t a, std::size_t b) { return merit(a) < merit(b); });

  const std::size_t count = std::min<std::size_t>((split.better.size() + 9) / 10, 25);
  split.others.insert(split.others.end(), split.better.begin() + static_cast<std::ptrdiff_t>(count), split.better.end());
  split.better.resize(count);
  std::sort(split.better.begin(), split.better.end());
  std::sort(split.others.begin(), split.others.end());
  return split;
}

}  // namespace agsweep
