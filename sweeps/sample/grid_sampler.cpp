#include "sweeps/sample/grid_sampler.hpp"

#include <algorithm>  // std::sort
#include <utility>    // std::move
#include <vector>

#include "sweeps/space/grid.hpp"

namespace agsweep {

namespace {

class GridSampler : public Sampler {
 public:
  GridSampler(SearchSpace space, std::vector<std::int64_t> taken) : space_(std::move(space)), taken_(std::move(taken)) {}

  Point sample(std::int64_t index, std::span<const Observation> /*history*/) const override {
    std::int64_t rank = index;
    for (const std::int64_t taken : taken_) rank += taken <= rank ? 1 : 0;
    return grid_point(space_, rank);
  }

 private:
  SearchSpace space_;
  std::vector<std::int64_t> taken_;  // ranks that [[trial]] has, ascending
};

}  // namespace

std::unique_ptr<Sampler> make_grid_sampler(const SweepSpec& spec) {
  std::vector<std::int64_t> taken;
  for (const Point& point : spec.first_trials) {
    if (const auto rank = grid_rank(spec.space, point)) taken.push_back(*rank);
  }
  std::sort(taken.begin(), taken.end());
  return std::make_unique<GridSampler>(spec.space, std::move(taken));
}

}  // namespace agsweep
