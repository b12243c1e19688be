#include "orchestrator/sweep/sweep_plan.hpp"

#include <algorithm>  // std::find_if, std::ranges::find, std::ranges::for_each

#include "base/error.hpp"
#include "base/path_text.hpp"
#include "base/utf8_text.hpp"
#include "orchestrator/options/duration.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/sweep/option_check.hpp"
#include "orchestrator/training/run_lock.hpp"  // require_no_run
#include "sweeps/space/read_spec.hpp"
#include "sweeps/space/resolved_spec.hpp"
#include "sweeps/space/spec_difference.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

const Option& option_named(std::string_view name) {
  const auto& table = train_options();
  return std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.option.name == name; })->option;
}

void require_not_in_space(const SweepSpec& spec, const std::string& key, const Asked& asked) {
  if (std::ranges::find(spec.space, key, &Parameter::key) == spec.space.end()) return;
  throw UsageError("{}: the spec's [space] has it; take it out there to fix it", asked.origin);
}

/// An option of the command line takes the place of the spec's.
void fix(SweepSpec& spec, const OptionCheck& check, const std::string& key, const Asked& asked) {
  ParameterValue value = check(spec.model, key, parameter_value(asked.value), asked.origin);
  const auto found = std::find_if(spec.fixed.begin(), spec.fixed.end(), [&](const FixedOption& fixed) { return fixed.key == key; });
  if (found != spec.fixed.end()) {
    *found = {.key = key, .value = std::move(value), .origin = asked.origin};
  } else {
    spec.fixed.push_back({.key = key, .value = std::move(value), .origin = asked.origin});
  }
}

AskedOptions fixed_options(const SweepSpec& spec) {
  AskedOptions options = {{"model", {spec.model, "model"}}, {"metric", {std::string(to_word(spec.metric)), "metric"}}};
  for (const FixedOption& fixed : spec.fixed) {
    const Option& option = option_of_key(fixed.key, fixed.origin);
    options.insert_or_assign(std::string(option.name), Asked{option_value(option, fixed.value), fixed.origin});
  }
  return options;
}

bool is_path(std::string_view key) { return option_of_key(key, "[fixed]").kind == ValueKind::path; }

/// A spec is resumed from wherever somebody stands.
void make_paths_absolute(SweepSpec& spec) {
  const auto make_absolute = [](ParameterValue& value) {
    if (auto* const text = std::get_if<std::string>(&value)) *text = absolute_path_text(path_of_text(*text));
  };
  for (FixedOption& fixed : spec.fixed) {
    if (is_path(fixed.key)) make_absolute(fixed.value);
  }
  for (Parameter& parameter : spec.space) {
    if (is_path(parameter.key)) std::ranges::for_each(parameter.values, make_absolute);
  }
}

bool has_lines(const fs::path& journal) {
  std::error_code none;
  return fs::file_size(journal, none) > 0 && !none;
}

}  // namespace

SweepPlan plan_sweep(const SweepArgs& args, const AskedOptions& options) {
  const OptionCheck check = train_option_check();
  require_no_run(args.out);
  const fs::path resolved = args.out / "sweep.resolved.toml";
  SweepPlan plan;
  if (args.spec.empty() && args.spec_text.empty() && !fs::exists(resolved)) throw UsageError("--spec is required");
  if (!args.spec_text.empty()) {
    plan.given = args.spec_text;
    plan.spec = read_spec(args.out / "sweep.toml", plan.given, check);
  } else if (args.spec.empty()) {
    plan.spec = read_sealed_spec(resolved, check);
  } else {
    plan.given = read_text(args.spec);
    plan.spec = read_spec(args.spec, plan.given, check);
  }
  for (const auto& [name, asked] : options) {
    const Option& option = option_named(name);
    if (name == "seed") throw UsageError("{}: a sweep's seeds stand in its spec", asked.origin);
    if (name == "model" || name == "metric") throw UsageError("{}: a sweep's {} stands in its spec", asked.origin, name);
    require_not_in_space(plan.spec, option.key(), asked);
    if (option.may_change_on_resume) {
      plan.passing.emplace(name, asked);
    } else {
      fix(plan.spec, check, option.key(), asked);
    }
  }
  if (!args.part.empty()) set_part(plan.spec, args.part, "--part");
  make_paths_absolute(plan.spec);
  plan.epochs = filled_config(fixed_options(plan.spec)).epochs;
  check_epochs(plan.spec, plan.epochs);
  return plan;
}

void require_same_sweep(const SweepArgs& args, const SweepPlan& plan) {
  require_no_run(args.out);
  const fs::path resolved = args.out / "sweep.resolved.toml";
  if (!fs::exists(resolved) && !has_lines(args.out / "journal.log")) return;
  if (!args.resume) {
    throw UsageError("--out: a sweep stands in {}; go on with it by --resume, or choose another folder", args.out.string());
  }
  SweepSpec before;
  try {
    if (!fs::exists(resolved)) {
      throw DataError(
          "{}: missing, though the sweep has begun; put it back, or go on by --resume --repair --spec with the sweep's own spec",
          resolved.string());
    }
    before = read_sealed_spec(resolved, train_option_check());
  } catch (const DataError&) {
    if (args.repair && !plan.given.empty()) return;  // the given spec takes its place; the journal tells whether its space is another
    throw;
  }
  if (!args.repair && !has_lines(args.out / "journal.log") && fs::exists(args.out / "trials")) {
    throw DataError(
        "{}: missing or empty, though trials have begun; put it back, or give --repair: all of them are gone through again, from their "
        "checkpoints or anew",
        (args.out / "journal.log").string());
  }
  for (FixedOption& fixed : before.fixed) {  // what lies at a path counts, not where: open_sweep compares that
    const auto now = std::ranges::find(plan.spec.fixed, fixed.key, &FixedOption::key);
    if (is_path(fixed.key) && now != plan.spec.fixed.end()) fixed.value = now->value;
  }
  const std::string difference = spec_difference(before, plan.spec);
  if (!difference.empty()) throw UsageError("--out: {} holds a sweep of another spec:\n{}", args.out.string(), difference);
}

double time_budget_seconds(const SweepArgs& args, const SweepSpec& spec) {
  if (args.time_budget == "none") return 0;
  return args.time_budget.empty() ? spec.hours * 3600 : parse_duration(args.time_budget, "--time-budget");
}

Point first_point(const SweepSpec& spec) {
  Point point;
  for (const Parameter& parameter : spec.space) point.push_back(number_at(parameter, 0));
  return point;
}

std::vector<std::string> configuration_cells(const SearchSpace& space, const Point& point, int digits) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const ParameterValue value = value_at(space[i], point[i]);
    const auto* number = std::get_if<double>(&value);
    cells.push_back(number != nullptr ? fmt::format("{:.{}g}", *number, digits) : value_text(value));
  }
  return cells;
}

std::string trial_label(std::int64_t number, const SearchSpace& space, const Point& point) {
  std::string label = fmt::format("{:04}", number);
  const std::vector<std::string> values = configuration_cells(space, point, 4);
  for (std::size_t i = 0; i < space.size(); ++i) label += fmt::format(" {}={}", space[i].key, values[i]);
  return label;
}

AskedOptions trial_options(const SweepPlan& plan, const Point& point, std::int64_t seed) {
  AskedOptions options = fixed_options(plan.spec);
  for (std::size_t i = 0; i < plan.spec.space.size(); ++i) {
    const Option& option = option_of_key(plan.spec.space[i].key, "[space]");
    options.insert_or_assign(std::string(option.name),
                             Asked{option_value(option, value_at(plan.spec.space[i], point.at(i))), option.key()});
  }
  options.insert_or_assign("seed", Asked{seed, "seed"});
  for (const auto& [name, asked] : plan.passing) options.insert_or_assign(name, asked);
  return options;
}

}  // namespace agsweep
