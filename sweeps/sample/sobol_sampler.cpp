#include "sweeps/sample/sobol_sampler.hpp"

#include <utility>  // std::move

#include "sweeps/sample/sobol.hpp"

namespace agsweep {

namespace {

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

std::unique_ptr<Sampler> make_sobol_sampler(const SweepSpec& spec) {
  return std::make_unique<SobolSampler>(spec.space, static_cast<std::uint64_t>(spec.sampler_seed));
}

}  // namespace agsweep
