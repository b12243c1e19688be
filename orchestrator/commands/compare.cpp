#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/options/config_file.hpp"  // check_run
#include "sweeps/comparison/comparison.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

struct CompareArgs {
  bool json = false;
};

OptionTable<CompareArgs> table() { return {{&CompareArgs::json, json_option()}}; }

/// A folder of `confirm` is one model; one of `reproduce` has a model's trainings in arms/MODEL, or those of both.
fs::path model_folder(const fs::path& given) {
  if (!fs::exists(given / "arms")) return given;
  const fs::path scratch = given / "arms/scratch";
  const fs::path lora = given / "arms/gpt2-lora";
  if (fs::exists(scratch) && fs::exists(lora)) {
    throw UsageError("{}: has two models; name one: {} or {}", given.string(), scratch.string(), lora.string());
  }
  return fs::exists(scratch) ? scratch : lora;
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"A", "B"});
  CompareArgs args;
  fill(table(), line.asked, args);
  const TestedModel first = read_tested_model(model_folder(line.positional[0]), line.positional[0], check_run);
  const TestedModel second = read_tested_model(model_folder(line.positional[1]), line.positional[1], check_run);
  const Comparison comparison = compare(first, second);
  fmt::print("{}", args.json ? json_text(to_json(comparison)) + "\n" : comparison_text(comparison));
  return ExitCode::done;
}

}  // namespace

Command compare_command() {
  return {.name = "compare",
          .usage = "A B [--json]",
          .summary = "which of two models is better on the test split: paired differences over seeds and rows, verdict, tuning budgets",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
