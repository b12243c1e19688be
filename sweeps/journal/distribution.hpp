#pragma once

#include <string>
#include <string_view>

#include "sweeps/space/parameter.hpp"

namespace agsweep {

/// A parameter as Optuna's JSON: FloatDistribution, IntDistribution (step 1) or CategoricalDistribution, with its attributes. An object,
/// which the journal holds as a string.
std::string distribution_json(const Parameter& parameter);

/// The parameter of a distribution_json.
/// @throws DataError with what is wrong (the caller adds the file's name and line)
Parameter parameter_of(std::string key, std::string_view distribution_json);

/// Whether a number stands for the same value in both: the same keys in the same order, each with the same distribution.
bool same_space(const SearchSpace& a, const SearchSpace& b);

}  // namespace agsweep
