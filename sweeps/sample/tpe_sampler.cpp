#include "sweeps/sample/tpe_sampler.hpp"

#include <algorithm>  // std::count_if, std::min, std::sort
#include <tuple>
#include <utility>  // std::move, std::pair
#include <vector>

#include "base/philox.hpp"
#include "sweeps/sample/sampler.hpp"
#include "sweeps/sample/tpe_density.hpp"

namespace agsweep {

std::int64_t reported_trials(std::span<const Observation> history) {
  return std::count_if(history.begin(), history.end(), [](const Observation& one) { return !one.failed && one.epoch > 0; });
}

TpeSplit split_history(std::span<const Observation> history) {
  TpeSplit split;
  for (std::size_t place = 0; place < history.size(); ++place) {
    if (!history[place].failed) (history[place].epoch > 0 ? split.better : split.others).push_back(place);
  }

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

namespace {

constexpr std::int64_t startup_trials = 10;
constexpr int candidates = 24;

class TpeSampler : public Sampler {
 public:
  explicit TpeSampler(const SweepSpec& spec) : space_(spec.space), seed_(static_cast<std::uint64_t>(spec.sampler_seed)) {
    for (const Parameter& parameter : space_) axes_.push_back(axis_of(parameter));
  }

  Point sample(std::int64_t index, std::span<const Observation> history) const override {
    if (reported_trials(history) < startup_trials) return random_point(space_, seed_, index);
    const TpeSplit split = split_history(history);
    const TpeDensity better(axes_, points_of(history, split.better));
    const TpeDensity others(axes_, points_of(history, split.others));

    PhiloxStream stream(seed_, static_cast<std::uint64_t>(index));
    Point best;
    std::pair<Known, double> best_merit;
    for (int i = 0; i < candidates; ++i) {
      Point candidate = better.draw(stream);
      const std::pair merit(known(candidate, history), better.log_density(candidate) - others.log_density(candidate));
      if (i > 0 && merit <= best_merit) continue;
      best = std::move(candidate);
      best_merit = merit;
    }
    return best;
  }

 private:
  /// What is known of a configuration, the most promising last: one that was tried already would give that trial's result again.
  enum class Known { fails, tried, nothing };

  static Known known(const Point& point, std::span<const Observation> history) {
    Known known = Known::nothing;
    for (const Observation& one : history) {
      if (one.point == point) known = std::min(known, one.failed ? Known::fails : Known::tried);
    }
    return known;
  }

  std::vector<Point> points_of(std::span<const Observation> history, std::span<const std::size_t> places) const {
    std::vector<Point> points;
    for (const std::size_t place : places) {
      Point point = history[place].point;
      for (std::size_t axis = 0; axis < axes_.size(); ++axis) point[axis] = allowed_number(axes_[axis], point[axis]);
      points.push_back(std::move(point));
    }
    return points;
  }

  SearchSpace space_;
  std::uint64_t seed_;
  std::vector<ParameterAxis> axes_;
};

}  // namespace

std::unique_ptr<Sampler> make_tpe_sampler(const SweepSpec& spec) { return std::make_unique<TpeSampler>(spec); }

}  // namespace agsweep
