#include "orchestrator/slurm/submit_options.hpp"

#include <algorithm>  // std::find

#include "base/error.hpp"
#include "orchestrator/sweep/option_check.hpp"  // checked_value
#include "sweeps/space/spec_node.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

OptionTable<SubmitArgs> make_table() {
  using A = SubmitArgs;
  return {
      {&A::nodes, {.name = "nodes", .range = between(1, 65536), .help = "nodes of the job"}},
      {&A::ntasks_per_node,
       {.name = "ntasks-per-node", .range = between(1, 65536), .automatic = "as --gpus-per-node, else 1", .help = "ranks on each node"}},
      {&A::gpus_per_node, {.name = "gpus-per-node", .range = between(0, 1024), .help = "GPUs of each node; 0: the job asks for none"}},
      {&A::time, {.name = "time", .placeholder = "LIMIT", .help = "the job's time limit, as sbatch writes it: minutes, or 1-12:00:00"}},
      {&A::partition, {.name = "partition", .placeholder = "NAME", .help = "the partition; not given, the cluster's default"}},
      {&A::account, {.name = "account", .placeholder = "NAME", .help = "who pays"}},
      {&A::mem, {.name = "mem", .placeholder = "SIZE", .help = "memory of each node: 64G; 0: all"}},
      {&A::signal,
       {.name = "signal",
        .placeholder = "SECONDS",
        .range = between(10, 65535),
        .help = "how long before the time limit the ranks are asked to write checkpoints; SLURM may be a minute early"}},
      {&A::array,
       {.name = "array",
        .range = between(0, 10000),
        .help = "a job array of N tasks, each with its part of a sweep's configurations in SWEEP/part-0, ..; 0: one job"}},
      {&A::max_requeues,
       {.name = "max-requeues", .range = between(0, 10000), .help = "how often the job may go back into the queue to go on"}},
      {&A::launcher,
       {.name = "launcher",
        .placeholder = "NAME",
        .automatic = "srun where it has PMIx, else mpirun",
        .help = "what starts the ranks in the job"}},
      {&A::image, {.name = "image", .placeholder = "FILE", .help = "an Apptainer image with agsweep: the ranks run the program in it"}},
      {&A::setup,
       {.name = "setup",
        .placeholder = "LINE",
        .help = "a shell line before the launch, like \"module load openmpi\"; may be given again, for the next line"}},
      {&A::sbatch_option,
       {.name = "sbatch-option",
        .placeholder = "KEY=VALUE",
        .check = [](std::string_view text, std::string_view) { sbatch_option(std::string(text)); },
        .help = "any other option of sbatch, like constraint=h100; may be given again, for others"}},
      {&A::dry_run, {.name = "dry-run", .flag = true, .help = "print the batch script; submits and writes nothing"}},
  };
}

/// The texts of a list, or one text alone, one a line.
std::string texts_of(const SpecNode& node, const fs::path& path) {
  if (node.value->is_string()) return text_of(node);
  std::string lines;
  for (const SpecNode& element : elements_of(node, path)) {
    if (!lines.empty()) lines += '\n';
    lines += text_of(element);
  }
  return lines;
}

}  // namespace

const OptionTable<SubmitArgs>& submit_options() {
  static const OptionTable<SubmitArgs> table = make_table();
  return table;
}

AskedOptions slurm_table(const fs::path& name_for_errors, std::string_view text) {
  const toml::table file = parse_spec(name_for_errors, text);
  const std::vector<SpecNode> top = nodes_of(file, name_for_errors);
  const SpecNode* const table = find_node(top, "slurm");
  if (table == nullptr) return {};

  std::map<std::string, const Option*, std::less<>> by_key;
  for (const auto& entry : submit_options()) {
    if (!entry.option.flag) by_key.emplace(entry.option.key(), &entry.option);
  }
  std::vector<std::string_view> keys;
  for (const auto& [key, option] : by_key) keys.push_back(key);
  const std::vector<SpecNode> nodes = nodes_of(*table, name_for_errors);
  check_known(nodes, keys);

  AskedOptions asked;
  for (const SpecNode& node : nodes) {
    const Option& option = *by_key.at(node.name);
    if (!option.repeats) {
      asked.emplace(option.name, Asked{checked_value(option, value_of(node), node.origin), node.origin});
      continue;
    }
    const std::string texts = texts_of(node, name_for_errors);
    std::istringstream lines(texts);
    for (std::string line; std::getline(lines, line);) check_value(option, line, node.origin);
    asked.emplace(option.name, Asked{texts, node.origin});
  }
  return asked;
}

std::pair<std::string, std::string> sbatch_option(const std::string& text) {
  constexpr std::array<std::string_view, 15> own = {
      "nodes", "ntasks-per-node", "gpus-per-node", "time",    "partition", "account", "mem",       "signal",
      "array", "job-name",        "output",        "requeue", "open-mode", "wrap",    "no-requeue"};
  constexpr std::array<std::string_view, 2> without_id = {"wait", "test-only"};
  const std::size_t equals = text.find('=');
  const std::string key = text.substr(0, equals);
  if (key.empty() || key.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") != key.npos || key.front() == '-') {
    throw UsageError("--sbatch-option: {}: write KEY=VALUE, or a flag's KEY, without dashes before it", text);
  }
  if (std::find(without_id.begin(), without_id.end(), key) != without_id.end()) {
    throw UsageError("--sbatch-option: {}: sbatch would not answer with the job's id at once", text);
  }
  if (std::find(own.begin(), own.end(), key) != own.end()) {
    const auto& table = submit_options();
    const bool has_option = std::any_of(table.begin(), table.end(), [&](const auto& entry) { return entry.option.name == key; });
    if (has_option) throw UsageError("--sbatch-option: {}: give it by --{}", text, key);
    throw UsageError("--sbatch-option: {}: agsweep sets it itself", text);
  }
  return {key, equals == text.npos ? "" : text.substr(equals + 1)};
}

}  // namespace agsweep
