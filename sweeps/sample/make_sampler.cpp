#include "base/error.hpp"
#include "sweeps/sample/grid_sampler.hpp"
#include "sweeps/sample/random_sampler.hpp"
#include "sweeps/sample/sampler.hpp"
#include "sweeps/sample/sobol_sampler.hpp"
#include "sweeps/sample/tpe_sampler.hpp"

namespace agsweep {

std::unique_ptr<Sampler> make_sampler(const SweepSpec& spec) {
  switch (spec.sampler) {
    case SamplerKind::grid:
      return make_grid_sampler(spec);
    case SamplerKind::random:
      return make_random_sampler(spec);
    case SamplerKind::sobol:
      return make_sobol_sampler(spec);
    case SamplerKind::tpe:
      return make_tpe_sampler(spec);
  }
  throw RunTimeError("the sampler of the spec is none of the four");
}

}  // namespace agsweep
