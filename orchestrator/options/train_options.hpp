#pragma once

#include <initializer_list>
#include <string_view>

#include "orchestrator/options/option_table.hpp"
#include "workers/train/config.hpp"  // TrainConfig

namespace agsweep {

/// Every option of a training, once: command line, help, config.toml, range check, config_hash and docs/options.md read this table.
const OptionTable<TrainConfig>& train_options();

/// Those of them that another command passes on to its trainings: what may change on resume, and the named ones.
OptionTable<TrainConfig> passing_options(std::initializer_list<std::string_view> also);

/// The option of a key in config.toml or a sweep's spec. @param origin  stands before the error: "config.toml:3:6: lr"
/// @throws UsageError that names the nearest key
const Option& option_of_key(std::string_view key, std::string_view origin);

/// The defaults that belong to this --model, automatic ones at the field's initial value.
TrainConfig default_config(ModelKind model);

/// The defaults of the model asked for, and what was asked over them. Each value is in range; how they fit together is for resolve().
TrainConfig filled_config(const AskedOptions& asked);

}  // namespace agsweep
