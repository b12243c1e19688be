#include "sweeps/space/resolved_spec.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/seal.hpp"
#include "base/toml_text.hpp"

namespace agsweep {

namespace {

std::string value_toml(const ParameterValue& value) {
  if (const auto* on = std::get_if<bool>(&value)) return *on ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *whole);
  if (const auto* number = std::get_if<double>(&value)) return toml_text(*number);
  return toml_text(std::get<std::string>(value));
}

std::string parameter_toml(const Parameter& parameter) {
  std::vector<std::string> items;
  for (const ParameterValue& value : parameter.values) items.push_back(value_toml(value));
  if (parameter.scale != Scale::values) {
    items = {value_toml(value_at(parameter, parameter.low)), value_toml(value_at(parameter, parameter.high))};
  }
  return fmt::format("{{ {} = [{}] }}", to_word(parameter.scale), fmt::join(items, ", "));
}

std::string keep_text(std::int64_t keep) {
  if (keep < 0) return "\"all\"";
  return keep == 0 ? "\"none\"" : fmt::format("{}", keep);
}

}  // namespace

std::vector<SpecEntry> spec_entries(const SweepSpec& spec) {
  std::vector<SpecEntry> entries = {
      {"", "name", toml_text(spec.name)},
      {"", "model", toml_text(spec.model)},
      {"", "metric", fmt::format("\"{}\"", to_word(spec.metric))},
      {"", "sampler", fmt::format("\"{}\"", to_word(spec.sampler))},
      {"", "sampler_seed", fmt::format("{}", spec.sampler_seed)},
  };
  if (spec.sampler != SamplerKind::grid) entries.push_back({"", "trials", fmt::format("{}", spec.trials)});
  entries.push_back({"", "seeds", fmt::format("[{}]", fmt::join(spec.seeds, ", "))});
  entries.push_back({"", "retries", fmt::format("{}", spec.retries)});
  entries.push_back({"", "keep", keep_text(spec.keep)});
  if (spec.hours > 0) entries.push_back({"", "hours", toml_text(spec.hours)});
  if (spec.parts > 1) entries.push_back({"", "part", fmt::format("\"{}/{}\"", spec.part, spec.parts)});
  for (const FixedOption& option : spec.fixed) entries.push_back({"fixed", option.key, value_toml(option.value)});
  for (const Parameter& parameter : spec.space) entries.push_back({"space", parameter.key, parameter_toml(parameter)});
  const SchedulerSpec& scheduler = spec.scheduler;
  entries.push_back({"scheduler", "kind", fmt::format("\"{}\"", to_word(scheduler.kind))});
  if (scheduler.kind == SchedulerKind::asha) entries.push_back({"scheduler", "eta", fmt::format("{}", scheduler.eta)});
  if (scheduler.kind != SchedulerKind::none) entries.push_back({"scheduler", "min_epochs", fmt::format("{}", scheduler.min_epochs)});
  for (std::size_t trial = 0; trial < spec.first_trials.size(); ++trial) {
    for (std::size_t i = 0; i < spec.space.size(); ++i) {
      const ParameterValue value = value_at(spec.space[i], spec.first_trials[trial].at(i));
      entries.push_back({fmt::format("trial {}", trial), spec.space[i].key, value_toml(value)});
    }
  }
  return entries;
}

std::string resolved_spec(const SweepSpec& spec) {
  std::string text;
  std::string table;
  for (const SpecEntry& entry : spec_entries(spec)) {
    if (entry.table != table) text += entry.table.starts_with("trial ") ? "\n[[trial]]\n" : fmt::format("\n[{}]\n", entry.table);
    table = entry.table;
    text += fmt::format("{} = {}\n", entry.key, entry.value);
  }
  return text;
}

namespace {

constexpr std::string_view spec_seal = "# seal = \"";
constexpr std::string_view first_line = "name = ";

}  // namespace

std::string sealed_spec(const SweepSpec& spec) {
  std::string text = resolved_spec(spec);
  return sealed(text.insert(text.find('\n'), fmt::format("  {}{}\"", spec_seal, no_seal_yet)));
}

SweepSpec read_sealed_spec(const std::filesystem::path& path, const OptionCheck& check) {
  constexpr std::string_view advice =
      "put it back as it was, or go on by --resume --repair --spec with the sweep's own spec (sweep.toml beside it is as it was given)";
  const std::string text = read_file(path);
  check_seal(text, spec_seal, path, advice);
  if (!text.starts_with(first_line)) throw DataError("{}: its first line is damaged or lost; {}", path.string(), advice);
  return read_spec(path, text, check);
}

}  // namespace agsweep
