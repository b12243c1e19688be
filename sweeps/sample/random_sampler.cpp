#include "sweeps/sample/random_sampler.hpp"

#include <utility>  // std::move

#include "sweeps/sample/random_point.hpp"

namespace agsweep {

namespace {

class RandomSampler : public Sampler {
 public:
  RandomSampler(SearchSpace space, std::uint64_t seed) : space_(std::move(space)), seed_(seed) {}

  Point sample(std::int64_t index, std::span<const Observation> /*history*/) const override { return random_point(space_, seed_, index); }

 private:
  SearchSpace space_;
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<Sampler> make_random_sampler(const SweepSpec& spec) {
  return std::make_unique<RandomSampler>(spec.space, static_cast<std::uint64_t>(spec.sampler_seed));
}

}  // namespace agsweep
