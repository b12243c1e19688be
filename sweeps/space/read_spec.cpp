#include "sweeps/space/read_spec.hpp"

#include <algorithm>  // std::find
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <utility>  // std::move
#include <vector>

#include "base/error.hpp"
#include "sweeps/space/grid.hpp"
#include "sweeps/space/read_scheduler.hpp"
#include "sweeps/space/read_space.hpp"
#include "sweeps/space/spec_node.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 16> spec_keys = {"name",      "model",   "metric", "sampler", "sampler_seed", "trials",
                                                        "seeds",     "retries", "keep",   "hours",   "fixed",        "space",
                                                        "scheduler", "trial",   "part",   "slurm"};  // the last: what `agsweep submit` asks
                                                                                                     // of SLURM, no part of the sweep
constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

/// The file, and who knows the options.
struct Source {
  const fs::path& path;
  const OptionCheck& check;
  std::vector<SpecNode> nodes;  // the top of the file

  const SpecNode* find(std::string_view key) const { return find_node(nodes, key); }
  /// @throws UsageError when the key is missing, with what belongs there
  const SpecNode& need(std::string_view key, std::string_view what) const {
    if (const SpecNode* node = find(key)) return *node;
    throw UsageError("{}:1:1: {} is missing: {}", path.string(), key, what);
  }
};

Metric read_metric(const SpecNode& node) {
  const std::string metric = text_of(node);
  if (metric.starts_with("test.")) {
    throw UsageError("{}: {}: a sweep never looks at the test split; choose by a val.* metric, then test once", node.origin, metric);
  }
  return static_cast<Metric>(word_of(node, enum_words<Metric>));
}

std::vector<std::int64_t> read_seeds(const SpecNode& node, const Source& source, const std::string& model) {
  std::vector<std::int64_t> seeds;
  for (const SpecNode& element : elements_of(node, source.path)) {
    const std::int64_t seed = whole_of(element, 0, no_limit);
    source.check(model, "seed", seed, element.origin);
    if (std::find(seeds.begin(), seeds.end(), seed) != seeds.end()) throw UsageError("{}: {} is there twice", element.origin, seed);
    seeds.push_back(seed);
  }
  return seeds;
}

std::int64_t read_keep(const SpecNode& node) {
  if (node.value->is_integer()) return whole_of(node, 0, no_limit);
  const auto text = node.value->value_exact<std::string>();
  if (text == "all") return -1;
  if (text == "none") return 0;
  throw UsageError("{}: not a whole number of trials, \"all\" or \"none\"", node.origin);
}

double read_hours(const SpecNode& node) {
  constexpr double most = 1e6;
  const std::optional<double> hours = number_of(node);
  if (!hours || !(*hours > 0 && *hours <= most)) throw UsageError("{}: not a number of hours in (0, {}]", node.origin, most);
  return *hours;
}

/// The keys above the tables, but for trials.
void read_head(const Source& source, SweepSpec& spec) {
  const SpecNode& model = source.need("model", "whose options the sweep tries");
  spec.model = text_of(model);
  source.check(spec.model, "model", spec.model, model.origin);
  const SpecNode* name = source.find("name");
  spec.name = name != nullptr ? text_of(*name) : source.path.stem().string();
  if (const SpecNode* node = source.find("metric")) spec.metric = read_metric(*node);
  if (const SpecNode* node = source.find("sampler")) spec.sampler = static_cast<SamplerKind>(word_of(*node, enum_words<SamplerKind>));
  if (const SpecNode* node = source.find("seeds")) spec.seeds = read_seeds(*node, source, spec.model);
  const SpecNode* sampler_seed = source.find("sampler_seed");
  spec.sampler_seed = sampler_seed != nullptr ? whole_of(*sampler_seed, 0, no_limit) : spec.seeds.front();
  if (const SpecNode* node = source.find("retries")) spec.retries = whole_of(*node, 0, no_limit);
  if (const SpecNode* node = source.find("keep")) spec.keep = read_keep(*node);
  if (const SpecNode* node = source.find("hours")) spec.hours = read_hours(*node);
}

/// Keys that no trial's options may have.
void check_option_key(const SpecNode& node) {
  if (node.name == "seed") throw UsageError("{}: write seeds = [..] above the tables instead", node.origin);
  if (std::find(spec_keys.begin(), spec_keys.end(), node.name) != spec_keys.end()) {
    throw UsageError("{}: belongs to the spec itself, above the tables", node.origin);
  }
}

void read_fixed(const Source& source, SweepSpec& spec) {
  const SpecNode* fixed = source.find("fixed");
  if (fixed == nullptr) return;
  for (const SpecNode& node : nodes_of(*fixed, source.path)) {
    check_option_key(node);
    ParameterValue value = source.check(spec.model, node.name, value_of(node), node.origin);
    spec.fixed.push_back({.key = node.name, .value = std::move(value), .origin = node.origin});
  }
}

const FixedOption* find_fixed(const SweepSpec& spec, std::string_view key) {
  const auto found = std::find_if(spec.fixed.begin(), spec.fixed.end(), [key](const FixedOption& option) { return option.key == key; });
  return found == spec.fixed.end() ? nullptr : &*found;
}

void read_space(const Source& source, SweepSpec& spec) {
  const SpecNode& space = source.need("space", "a table of the options to try, each with its values");
  for (const SpecNode& node : nodes_of(space, source.path)) {
    check_option_key(node);
    if (node.name == "epochs") {
      throw UsageError("{}: belongs in [fixed]: every trial has a learning-rate schedule of the same length", node.origin);
    }
    if (node.name == "val_limit") {
      throw UsageError("{}: belongs in [fixed]: the trials are compared over the same validation rows", node.origin);
    }
    if (const FixedOption* fixed = find_fixed(spec, node.name)) {
      throw UsageError("{}: also in [fixed] ({})", node.origin, fixed->origin);
    }
    Parameter parameter = read_parameter(node, source.path, spec.model, source.check);
    if (spec.sampler == SamplerKind::grid && !is_finite(parameter)) {
      throw UsageError("{}: a grid has no end of values here: write {{ values = [..] }} or {{ int = [low, high] }}", node.origin);
    }
    spec.space.push_back(std::move(parameter));
  }
  if (spec.space.empty()) throw UsageError("{}: the table is empty: there is nothing to sweep", space.origin);
}

void read_first_trials(const Source& source, SweepSpec& spec) {
  const SpecNode* trials = source.find("trial");
  if (trials == nullptr) return;
  if (trials->value->is_table()) throw UsageError("{}: one of a list: write [[trial]]", trials->origin);
  for (const SpecNode& node : elements_of(*trials, source.path)) {
    Point point = read_trial(node, source.path, spec.model, spec.space, source.check);
    if (std::find(spec.first_trials.begin(), spec.first_trials.end(), point) != spec.first_trials.end()) {
      throw UsageError("{}: this configuration is there twice", node.origin);
    }
    spec.first_trials.push_back(std::move(point));
  }
}

/// A grid's configurations, and those of [[trial]] that lie outside it.
std::int64_t grid_trials(const Source& source, const SweepSpec& spec) {
  std::int64_t trials = grid_size(spec.space, max_grid);
  if (trials > max_grid) {
    throw UsageError("{}: the grid has more than {} configurations", source.find("space")->origin, max_grid);
  }
  for (const Point& point : spec.first_trials) trials += grid_rank(spec.space, point) ? 0 : 1;
  return trials;
}

void read_trials(const Source& source, SweepSpec& spec) {
  if (spec.sampler == SamplerKind::grid) {
    spec.trials = grid_trials(source, spec);
    if (const SpecNode* node = source.find("trials")) {
      throw UsageError("{}: not with a grid: its space gives {} configurations", node->origin, spec.trials);
    }
    return;
  }
  const SpecNode& node = source.need("trials", "how many configurations to try");
  spec.trials = whole_of(node, 1, max_trials);
  if (spec.trials < static_cast<std::int64_t>(spec.first_trials.size())) {
    throw UsageError("{}: {} is less than the {} of [[trial]]", node.origin, spec.trials, spec.first_trials.size());
  }
}

void check_several_seeds(const Source& source, const SweepSpec& spec) {
  if (spec.seeds.size() < 2) return;
  const std::string& origin = source.find("seeds")->origin;
  if (spec.scheduler.kind != SchedulerKind::none) {
    throw UsageError("{}: {} seeds, but only one goes with scheduler \"{}\" (several: only with \"none\")", origin, spec.seeds.size(),
                     to_word(spec.scheduler.kind));
  }
  if (looks_back(spec.sampler)) {
    throw UsageError("{}: {} seeds, but only one goes with sampler \"{}\"", origin, spec.seeds.size(), to_word(spec.sampler));
  }
}

/// Of each trial, where [fixed] gives them.
std::optional<std::int64_t> fixed_epochs(const SweepSpec& spec) {
  const FixedOption* epochs = find_fixed(spec, "epochs");
  if (epochs == nullptr) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(&epochs->value);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

}  // namespace

SweepSpec read_spec(const fs::path& name_for_errors, std::string_view text, const OptionCheck& check) {
  const toml::table file = parse_spec(name_for_errors, text);
  const Source source{.path = name_for_errors, .check = check, .nodes = nodes_of(file, name_for_errors)};
  if (source.nodes.empty()) throw UsageError("{}:1:1: the spec is empty", name_for_errors.string());
  check_known(source.nodes, spec_keys);

  SweepSpec spec;
  read_head(source, spec);
  read_fixed(source, spec);
  read_space(source, spec);
  read_first_trials(source, spec);
  read_trials(source, spec);
  if (const SpecNode* node = source.find("scheduler")) spec.scheduler = read_scheduler(*node, name_for_errors, fixed_epochs(spec));
  check_several_seeds(source, spec);
  if (const SpecNode* node = source.find("part")) set_part(spec, text_of(*node), node->origin);
  return spec;
}

void set_part(SweepSpec& spec, std::string_view text, std::string_view origin) {
  const char *const begin = text.data(), *const end = begin + text.size();
  const auto [slash, first_error] = std::from_chars(begin, end, spec.part);
  const bool has_slash = first_error == std::errc() && slash != end && *slash == '/';
  const auto [rest, second_error] = has_slash ? std::from_chars(slash + 1, end, spec.parts) : std::from_chars_result{end, first_error};
  if (!has_slash || second_error != std::errc() || rest != end || spec.part < 0 || spec.part >= spec.parts) {
    throw UsageError("{}: {} is no part: write 0/3 for the first of three", origin, text);
  }
  if (spec.parts > spec.trials) throw UsageError("{}: {} parts, but the sweep has {} configurations", origin, spec.parts, spec.trials);
  const bool by_sampler = looks_back(spec.sampler);
  if (spec.parts == 1 || (!by_sampler && spec.scheduler.kind == SchedulerKind::none)) return;
  throw UsageError(
      "{}: parts cannot learn from each other's trials, as {} does; use one job on more nodes instead (submit --nodes)", origin,
      by_sampler ? fmt::format("sampler \"{}\"", to_word(spec.sampler)) : fmt::format("scheduler \"{}\"", to_word(spec.scheduler.kind)));
}

void check_epochs(const SweepSpec& spec, std::int64_t epochs) {
  if (spec.scheduler.min_epochs > epochs) {
    throw UsageError("scheduler.min_epochs: {} is more than the trials' {} epochs", spec.scheduler.min_epochs, epochs);
  }
}

}  // namespace agsweep
