#include "sweeps/sample/tpe_sampler.hpp"

#include <algorithm>  // std::any_of, std::count_if, std::min, std::sort
#include <tuple>
#include <utility>  // std::move
#include <vector>

#include "base/philox.hpp"
#include "sweeps/sample/sampler.hpp"
#include "sweeps/sample/tpe_density.hpp"

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
    bool best_is_new = false;
    double best_log_ratio = 0;
    for (int i = 0; i < candidates; ++i) {
      Point candidate = better.draw(stream);
      // A configuration that a trial has had already would give that trial's result again.
      const bool is_new = !tried(candidate, history);
      const double log_ratio = better.log_density(candidate) - others.log_density(candidate);
      if (i > 0 && (is_new == best_is_new ? log_ratio <= best_log_ratio : best_is_new)) continue;
      best = std::move(candidate);
      best_is_new = is_new;
      best_log_ratio = log_ratio;
    }
    return best;
  }

 private:
  static bool tried(const Point& point, std::span<const Observation> history) {
    return std::any_of(history.begin(), history.end(), [&](const Observation& observation) { return observation.point == point; });
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
