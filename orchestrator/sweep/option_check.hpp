#pragma once

#include "orchestrator/options/option.hpp"
#include "sweeps/space/read_space.hpp"

namespace agsweep {

/// What a spec may set: the train options of its model, as the option table has them.
OptionCheck train_option_check();

/// A checked value of a spec as the option's.
Value option_value(const Option& option, const ParameterValue& value);

/// The option's value as a spec has it.
ParameterValue parameter_value(const Value& value);

/// option_value() of one that is to be checked. @throws UsageError for a value of the wrong type, or one that the option cannot have
Value checked_value(const Option& option, const ParameterValue& given, std::string_view origin);

}  // namespace agsweep
