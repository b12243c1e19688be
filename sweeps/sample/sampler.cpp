#include "sweeps/sample/sampler.hpp"

#include <algorithm>  // std::sort
#include <utility>    // std::move
#include <vector>

#include "base/error.hpp"
#include "base/philox.hpp"  // PhiloxStream
#include "sweeps/sample/sobol.hpp"
#include "sweeps/sample/tpe_sampler.hpp"
#include "sweeps/space/grid.hpp"

namespace agsweep {

namespace {

/// Independent uniform draws on each parameter's scale.
class RandomSampler : public Sampler {
 public:
  RandomSampler(SearchSpace space, std::uint64_t seed) : space_(std::move(space)), seed_(seed) {}

  Point sample(std::int64_t index, std::span<const Observation> /*history*/) const override { return random_point(space_, seed_, index); }

 private:
  SearchSpace space_;
  std::uint64_t seed_;
};

/// All configurations of a space of finite parameters, the last key varying fastest, without those that [[trial]] has already.
class GridSampler : public Sampler {
 public:
  explicit GridSampler(const SweepSpec& spec) : space_(spec.space) {
    for (const Point& point : spec.first_trials) {
      if (const auto rank = grid_rank(space_, point)) taken_.push_back(*rank);
    }
    std::sort(taken_.begin(), taken_.end());
  }

  Point sample(std::int64_t index, std::span<const Observation> /*history*/) const override {
    std::int64_t rank = index;
    for (const std::int64_t taken : taken_) rank += taken <= rank ? 1 : 0;
    return grid_point(space_, rank);
  }

 private:
  SearchSpace space_;
  std::vector<std::int64_t> taken_;  // ranks that [[trial]] has, ascending
};

/// Scrambled Sobol points, one dimension a parameter: any first n of them are spread evenly.
class SobolSampler : public Sampler {
 public:
  SobolSampler(SearchSpace space, std::uint64_t seed) : space_(std::move(space)), sequence_(space_.size(), seed) {}

  Point sample(std::int64_t index, std::span<const Observation> /*history*/) const override {
    Point point = sequence_.point(index);
    for (std::size_t i = 0; i < point.size(); ++i) point[i] = number_at(space_[i], point[i]);
    return point;
  }

 private:
  SearchSpace space_;
  ScrambledSobol sequence_;
};

}  // namespace

Point random_point(const SearchSpace& space, std::uint64_t seed, std::int64_t index) {
  PhiloxStream stream(seed, static_cast<std::uint64_t>(index));
  Point point;
  point.reserve(space.size());
  for (const Parameter& parameter : space) point.push_back(number_at(parameter, stream.next_unit()));
  return point;
}

std::unique_ptr<Sampler> make_sampler(const SweepSpec& spec) {
  const auto seed = static_cast<std::uint64_t>(spec.sampler_seed);
  switch (spec.sampler) {
    case SamplerKind::grid:
      return std::make_unique<GridSampler>(spec);
    case SamplerKind::random:
      return std::make_unique<RandomSampler>(spec.space, seed);
    case SamplerKind::sobol:
      return std::make_unique<SobolSampler>(spec.space, seed);
    case SamplerKind::tpe:
      return make_tpe_sampler(spec);
  }
  throw RunTimeError("the sampler of the spec is none that is known");
}

}  // namespace agsweep
