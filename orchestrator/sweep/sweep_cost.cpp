#include "orchestrator/sweep/sweep_cost.hpp"

#include <algorithm>  // std::min, std::ranges::find
#include <cstdio>

#include <fmt/format.h>

#include "base/system.hpp"
#include "base/table.hpp"
#include "orchestrator/options/resolve.hpp"
#include "orchestrator/options/train_options.hpp"
#include "sweeps/sample/sampler.hpp"
#include "sweeps/schedule/asha.hpp"

namespace agsweep {

namespace {

constexpr std::size_t most_rows = 100;  // configurations that are listed

void print_configurations(const SweepSpec& spec, const std::vector<Point>& points) {
  std::vector<std::string> header = {"trial"};
  for (const Parameter& parameter : spec.space) header.push_back(parameter.key);
  Table table(header);
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::vector<std::string> row = {std::to_string(i * spec.seeds.size())};
    const std::vector<std::string> values = configuration_cells(spec.space, points[i], 6);
    row.insert(row.end(), values.begin(), values.end());
    table.add(std::move(row));
  }
  fmt::print("{}", table.text());
  const auto rest = spec.own_trials() - static_cast<std::int64_t>(points.size());
  if (rest > 0) fmt::print("and {} more{}\n", rest, looks_back(spec.sampler) ? ", which follow from the trials before them" : "");
}

std::int64_t split_tokens(const Split& split) { return static_cast<std::int64_t>(split.tokens.size()); }

}  // namespace

TrainConfig trial_config(const PreparedSweep& sweep, const Point& point) {
  WorldFacts facts = sweep.world.facts(static_cast<std::int64_t>(sweep.corpus.train.rows()), sweep.devices.kind);
  facts.ranks = sweep.groups.ranks_per_group;
  if (sweep.groups.groups_per_rank > 1) facts.cpus = facts.fewest_cpus = facts.most_cpus = 1;
  return resolve(trial_options(sweep.plan, point, sweep.plan.spec.seeds.front()), facts).config;
}

std::vector<Point> known_points(const SweepSpec& spec, std::size_t most) {
  const std::int64_t given = std::ssize(spec.first_trials);
  const std::int64_t known = looks_back(spec.sampler) ? given : spec.trials;
  const auto sampler = make_sampler(spec);
  std::vector<Point> points;
  for (std::int64_t i = 0; i < known && points.size() < most; ++i) {
    if (!spec.has(i)) continue;
    points.push_back(i < given ? spec.first_trials[static_cast<std::size_t>(i)] : sampler->sample(i - given, {}));
  }
  return points;
}

std::vector<Point> points_to_try(const SweepSpec& spec) {
  constexpr std::size_t most = 16;
  std::vector<Point> points = known_points(spec, most);
  if (points.empty()) points.push_back(first_point(spec));
  return points;
}

std::string warmup_warning(const SweepPlan& plan, std::int64_t train_rows) {
  if (plan.spec.scheduler.kind == SchedulerKind::none) return "";
  const TrainConfig config = filled_config(trial_options(plan, first_point(plan.spec), 0));
  const ScheduleLength length = schedule_length(config, train_rows);
  const std::int64_t steps = length.steps_per_epoch;
  const std::int64_t first = plan.spec.scheduler.min_epochs;
  const std::int64_t warmup = std::min(config.warmup_steps, length.most_default_warmup());
  if (warmup <= first * steps) return "";
  return fmt::format(
      "warning: the warm-up of {} steps outlasts the first {} of {} steps: trials are judged before they learn at full rate; "
      "give a smaller warmup_steps or more min_epochs",
      warmup, first == 1 ? "epoch" : fmt::format("{} epochs", first), first * steps);
}

StepMeasurement MeasuredSteps::of(const PreparedSweep& sweep, TrainConfig config) {
  const TrainConfig any;  // for what changes no step's work
  config.lr = any.lr;
  config.weight_decay = any.weight_decay;
  config.seed = any.seed;
  config.epochs = any.epochs;
  config.warmup_steps = any.warmup_steps;
  config.patience = any.patience;
  config.train_limit = any.train_limit;
  auto known = std::ranges::find(measured_, config, &std::pair<TrainConfig, StepMeasurement>::first);
  if (known == measured_.end()) {
    const TorchLibrary& torch = sweep.devices.torch;
    if (!shared_) shared_ = torch.make_shared_weights(/*keeps_start_values=*/true);
    known = measured_.emplace(known, config, torch.measure_step(sweep.corpus, *shared_, sweep.devices.place, config));
  }
  return known->second;
}

SweepEstimate estimate_sweep(const PreparedSweep& sweep, const Point& point, MeasuredSteps& steps) {
  const SweepSpec& spec = sweep.plan.spec;
  const Corpus& corpus = sweep.corpus;
  const auto train_rows = static_cast<std::int64_t>(corpus.train.rows());
  const TrainConfig config = trial_config(sweep, point);
  SweepEstimate estimate{.step = steps.of(sweep, config), .trials = spec.own_trials() * static_cast<std::int64_t>(spec.seeds.size())};
  const std::int64_t rows = schedule_length(config, train_rows).rows;
  estimate.tokens_per_epoch = static_cast<double>(split_tokens(corpus.train)) * static_cast<double>(rows) / static_cast<double>(train_rows);
  const auto val_rows = static_cast<std::int64_t>(corpus.val.rows());
  const auto val_part = config.val_limit == 0 ? 1.0 : std::min(1.0, static_cast<double>(config.val_limit) / static_cast<double>(val_rows));
  estimate.forecast =
      forecast(spec, sweep.plan.epochs,
               {.trials = {}, .pending = estimate.trials, .at_once = static_cast<std::int64_t>(sweep.groups.leaders.size())});
  estimate.at_most = (config.patience > 0 && config.patience < config.epochs) || config.max_steps > 0;
  // A forward pass is about a third of a step.
  estimate.seconds = estimate.forecast.epochs * (estimate.tokens_per_epoch + val_part * static_cast<double>(split_tokens(corpus.val)) / 3) *
                     estimate.step.seconds_per_token;
  return estimate;
}

void print_cost(const PreparedSweep& sweep) {
  const SweepGroups& groups = sweep.groups;
  const SweepSpec& spec = sweep.plan.spec;
  const std::vector<Point> points = known_points(spec, most_rows);
  print_configurations(spec, points);

  MeasuredSteps steps;
  const auto [step, trials, expected, at_most, epoch_tokens, seconds] =
      estimate_sweep(sweep, points.empty() ? first_point(spec) : points.front(), steps);
  const auto together = static_cast<double>(groups.leaders.size());

  // Weights, both moments and the best weights, in fp32.
  const double checkpoint = 16.0 * static_cast<double>(step.parameters);
  const double kept =
      static_cast<double>(spec.keep < 0 ? trials : std::min(spec.keep, trials)) * 4.0 * static_cast<double>(step.parameters);
  const double paused = spec.scheduler.kind == SchedulerKind::asha ? static_cast<double>(trials) : 0;

  Table table({"", "about"});
  table.add({"trials", std::to_string(trials)});
  table.add({"epochs of all trials", fmt::format("{:.0f}", expected.epochs)});
  table.add({"tokens", fmt::format("{:.3g}", expected.epochs * epoch_tokens)});
  table.add({"one step here", fmt::format("{:.3g} s", step.seconds)});
  table.add({"time on this rank alone", duration_text(seconds)});
  table.add({fmt::format("time with {} trials at once", groups.leaders.size()), duration_text(seconds * expected.time / expected.epochs)});
  table.add({"disk at most", fmt::format("{:.3g} GB", (checkpoint * (2 * together + paused) + kept) / 1e9)});
  fmt::print("\n{}", table.text());
  if (expected.least < expected.most) {
    fmt::print("What the scheduler stops depends on the results: {:.0f} to {:.0f} epochs in simulated sweeps.\n", expected.least,
               expected.most);
  }
  if (points.size() > 1) fmt::print("A step, and with it time and disk, is that of the first configuration; larger ones take more.\n");
  if (at_most) fmt::print("--patience and --max-steps may end trials earlier.\n");
  if (sweep.corpus.info.synthetic) fmt::print("synthetic corpus\n");
}

}  // namespace agsweep
