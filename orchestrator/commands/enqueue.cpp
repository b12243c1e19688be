#include <algorithm>  // std::ranges::find
#include <cstdio>

#include <fmt/format.h>

#include "base/error.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/sweep/option_check.hpp"
#include "orchestrator/sweep/sweep_mail.hpp"
#include "sweeps/space/resolved_spec.hpp"

namespace agsweep {

namespace {

/// KEY=VALUE as the option has it. @throws UsageError
void add_value(const SearchSpace& space, std::string_view text, nlohmann::json& parameters) {
  const std::string key(text.substr(0, text.find('=')));
  if (key.size() == text.size()) throw UsageError("{}: expected KEY=VALUE", text);
  if (std::ranges::find(space, key, &Parameter::key) == space.end()) {
    std::vector<std::string_view> known;
    for (const Parameter& parameter : space) known.push_back(parameter.key);
    throw UsageError("{}: no key of the sweep's [space]{}", key, did_you_mean(key, known));
  }
  if (parameters.contains(key)) throw UsageError("{}: given twice", key);
  const Option& option = option_of_key(key, key);
  std::string_view word = text.substr(key.size() + 1);
  if (option.kind == ValueKind::on_off) {  // as tables, specs and Optuna write them, too
    if (word == "true") word = to_word(true);
    if (word == "false") word = to_word(false);
  }
  const Value value = parse_value(option, word, key);
  std::visit([&](const auto& given) { parameters[key] = given; }, parameter_value(value));
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line({}, call.arguments, {"SWEEP", "KEY=VALUE.."});
  const SteeredSweep sweep = read_steered_sweep(line.positional[0]);
  require_open_to_requests(sweep, "enqueue");
  const SearchSpace& space = sweep.results.spec.space;
  nlohmann::json parameters = nlohmann::json::object();
  for (std::size_t i = 1; i < line.positional.size(); ++i) add_value(space, line.positional[i], parameters);
  try {
    requested_point(sweep.results.spec, train_option_check(), parameters);
  } catch (const DataError& error) {
    throw UsageError("{}", error.what());
  }
  fmt::print("asked for {}: {}\n", parameters.dump(), send_request(sweep, {.what = SweepRequest::Enqueue{.parameters = parameters}}));
  return ExitCode::done;
}

}  // namespace

Command enqueue_command() {
  return {.name = "enqueue",
          .usage = "SWEEP KEY=VALUE..",
          .summary = "has a sweep try this configuration too, before the next that its sampler draws: a value for each key of [space]",
          .options = {},
          .run = run};
}

}  // namespace agsweep
