#include "sweeps/report/methods.hpp"

#include <algorithm>  // std::ranges::count_if
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/value_error.hpp"
#include "sweeps/report/cost.hpp"
#include "sweeps/report/section.hpp"     // warnings_of
#include "sweeps/report/setup_rows.hpp"  // versions_text
#include "sweeps/report/sweep_text.hpp"
#include "sweeps/report/train_command.hpp"
#include "sweeps/report/value_text.hpp"
#include "sweeps/report/warmup.hpp"
#include "sweeps/schedule/asha.hpp"

namespace agsweep {

namespace {

/// Text from a file, in which Markdown's own signs mean nothing.
std::string plain(std::string_view text) {
  std::string escaped;
  for (const char character : text) {
    if (std::string_view("\\`*_{}[]<>#|~$@").find(character) != std::string_view::npos) escaped += '\\';
    escaped += character == '\n' || character == '\r' ? ' ' : character;
  }
  return escaped;
}

std::string space_sentences(const SweepSpec& spec) {
  std::vector<std::string> parts;
  for (const Parameter& parameter : spec.space) {
    parts.push_back(plain(fmt::format("{} ({}; {})", parameter.key, values_text(parameter), scale_text(parameter))));
  }
  std::string text = fmt::format("We searched over {}.", fmt::join(parts, ", "));
  if (spec.fixed.empty()) return text;
  std::vector<std::string> fixed;
  for (const FixedOption& option : spec.fixed) fixed.push_back(plain(fmt::format("{} = {}", option.key, option_text(option.value))));
  return text + fmt::format(" Other options were fixed: {}; those not named had the defaults of agsweep.", fmt::join(fixed, ", "));
}

std::string scheduler_sentence(const SweepResults& sweep) {
  const SchedulerSpec& scheduler = sweep.spec.scheduler;
  std::string schedule = fmt::format("Every trial had a learning-rate schedule of {}.", counted(sweep.epochs, "epoch"));
  if (sweep.trials.empty()) return "";  // the length of a schedule may not be known yet
  switch (scheduler.kind) {
    case SchedulerKind::none:
      return schedule + " No trial was stopped by a scheduler.";
    case SchedulerKind::median:
      return schedule +
             fmt::format(
                 " From epoch {} on, a trial was stopped where its best value so far was below the median of the complete trials "
                 "at that epoch (median stopping rule) [@golovin2017vizier].",
                 scheduler.min_epochs);
    case SchedulerKind::asha:
      break;
  }
  std::vector<std::string> rungs;
  for (const std::int64_t rung : asha_rungs(scheduler.min_epochs, scheduler.eta, sweep.epochs)) rungs.push_back(fmt::format("{}", rung));
  rungs.pop_back();  // where a trial is complete
  if (rungs.empty()) return schedule;
  return schedule + fmt::format(
                        " By asynchronous successive halving in its promotion form (ASHA) [@li2020asha], trials were compared after {} "
                        "epochs, and the best 1/{} of those that had got there went on.",
                        fmt::join(rungs, ", "), scheduler.eta);
}

/// How sure the best one's value is.
std::string error_sentence(const ReportedSweep& sweep, const TrialResults& best) {
  const std::optional<double> error = row_half_width(sweep.results, best);
  if (!error) return "";
  std::string text = fmt::format(
      " The 95 % interval that comes of the validation rows being a sample is ± {} (infinitesimal jackknife over "
      "rows [@efron1982jackknife]).",
      metric_text(*error));
  const std::size_t tied = tied_with_best({&sweep.results, 1}, sweep.ranked.ranking);
  if (tied > 1) text += fmt::format(" The best {} configurations cannot be told apart by it.", tied);
  return text;
}

/// What `confirm` and `reproduce` leave is tested.
std::string test_sentence(const SweepResults& sweep) {
  const auto tested = std::ranges::count_if(sweep.trials, [](const TrialResults& trial) {
    std::error_code unreadable;
    return std::filesystem::exists(trial.folder / test_metrics_name, unreadable);
  });
  if (tested == 0) return "the test split was not read";
  return fmt::format("the test split was read for {}, and decided nothing of this",
                     tested == 1 ? "one trial" : fmt::format("{} trials", tested));
}

std::string best_sentences(const ReportedSweep& sweep, const TrialResults& best) {
  const SweepSpec& spec = sweep.results.spec;
  std::vector<std::string> values;
  for (const Parameter& parameter : spec.space) {
    values.push_back(plain(fmt::format("{} = {}", parameter.key, parameter_text(parameter, best))));
  }
  std::string text =
      fmt::format("The best configuration was {} (trial {}, seed {}), with a {} of {} after epoch {}.", fmt::join(values, ", "),
                  best.number, best.trial.seed, metric_name(spec.metric), metric_text(best.trial.value()), best.trial.best_epoch);
  const std::vector<RankedConfiguration>& ranked = sweep.ranked.ranking.configurations;
  if (!ranked.empty() && ranked.front().value.half_width) {
    text += fmt::format(" Over {} seeds its mean was {} ± {} (95 % Student's t interval).", ranked.front().trials.size(),
                        metric_text(ranked.front().value.mean), metric_text(*ranked.front().value.half_width));
  }
  text += error_sentence(sweep, best);
  return text + fmt::format(
                    " It is the best of {} on the same validation rows, and so an optimistic estimate; {}.\n\n"
                    "    {}",
                    counted(std::ssize(sweep.results.trials), "trial"), test_sentence(sweep.results), train_command(sweep, best));
}

/// Whom to cite for a sampler.
std::string_view sampler_works(SamplerKind sampler) {
  switch (sampler) {
    case SamplerKind::grid:
      return "";
    case SamplerKind::random:
      return " [@bergstra2012random]";
    case SamplerKind::sobol:
      return " [@sobol1967; @joe2008sobol; @matousek1998]";
    case SamplerKind::tpe:
      break;
  }
  return " [@bergstra2011tpe]";
}

std::string sampler_sentence(const SweepResults& sweep) {
  const ConfigurationOrigins origins = configuration_origins(sweep);
  if (origins.given > 0 && origins.given == origins.all) return "Its configurations were given one by one, not drawn.";
  return fmt::format("Configurations came from this sampler: {}{}{}.", sampler_text(sweep.spec), sampler_works(sweep.spec.sampler),
                     origins.given == 0 ? "" : fmt::format("; but {} of the {} were given one by one", origins.given, origins.all));
}

std::string model_text(const SweepSpec& spec) {
  if (spec.model == "gpt2-lora") return "GPT-2 [@radford2019gpt2] with LoRA adapters [@hu2022lora] (agsweep's model gpt2-lora)";
  if (spec.model == "scratch") return "a transformer [@vaswani2017attention] from scratch (agsweep's model scratch)";
  return fmt::format("the model {}", plain(spec.model));
}

/// Nothing but its class names tells that a corpus is AG News.
std::string corpus_text(const ReportedSweep& sweep) {
  const bool ag_news = sweep.recorded.class_names == std::vector<std::string>{"World", "Sports", "Business", "Sci/Tech"};
  return ag_news && !sweep.recorded.synthetic ? "a corpus with AG News's classes [@zhang2015agnews]" : "a corpus";
}

/// @param limit  as SweepResults has it
std::string rows_text(std::int64_t limit, std::string_view split) {
  return limit == 0 ? fmt::format("all {} rows", split) : fmt::format("a stratified sample of {} {} rows", limit_text(limit), split);
}

std::string program_sentence(const ReportedSweep& sweep) {
  const std::string version = versions_text(sweep);
  return fmt::format(
      "All was done by agsweep{} [@agsweep], with AdamW [@loshchilov2019adamw] and a one-cycle schedule of the learning rate "
      "[@smith2019onecycle].",
      version.empty() ? std::string() : fmt::format(" {}", plain(version)));
}

std::string cost_sentence(const ReportedSweep& sweep) {
  const CostTable costs = cost_table(sweep);
  std::string text = fmt::format("The trials trained {} together and took {:.4g} device-hours", counted(costs.total.epochs, "epoch"),
                                 device_hours(costs.total));
  if (!costs.devices.empty()) text += plain(fmt::format(" ({})", fmt::join(costs.devices, "; ")));
  return text + ".";
}

std::string importance_sentence(const ReportedSweep& sweep) {
  const HyperparameterImportance& importance = sweep.ranked.importances.front();
  if (!importance.shares) return fmt::format("The importance of hyperparameters is left out: {}.", plain(importance.reason));
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < importance.space.size(); ++i) {
    const Importance& share = importance.shares->parameters[i];
    parts.push_back(
        plain(fmt::format("{} {:.2f} (95 % of the trees: {:.2f} to {:.2f})", importance.space[i].key, share.mean, share.low, share.high)));
  }
  return fmt::format(
      "By functional ANOVA [@hutter2014fanova] (a forest of 64 trees on {} configurations after {}), the share of variance that each "
      "hyperparameter explains by itself was: {}.{}",
      importance.configurations, counted(importance.epoch, "epoch"), fmt::join(parts, "; "), [&] {
        const std::string warning = warmup_warning(sweep, importance.epoch);
        return warning.empty() ? std::string() : fmt::format(" {}", warning);
      }());
}

}  // namespace

std::string methods_text(const ReportedSweep& sweep) {
  const SweepResults& results = sweep.results;
  const SweepSpec& spec = results.spec;
  std::vector<std::string> paragraphs = {fmt::format("# Hyperparameter search: {}", plain(spec.name))};
  for (const std::string& warning : warnings_of(sweep)) paragraphs.push_back("**" + warning + "**");
  paragraphs.push_back(fmt::format("We tuned {} on {} of {} (SHA-256 {}) for the {} of the best epoch, read on {}. {} {} {} {}",
                                   model_text(spec), rows_text(results.train_limit, "training"), corpus_text(sweep),
                                   results.data_sha256.empty() ? "not known" : plain(results.data_sha256), metric_name(spec.metric),
                                   rows_text(results.val_limit, "validation"), space_sentences(spec), sampler_sentence(results),
                                   scheduler_sentence(results), program_sentence(sweep)));
  paragraphs.push_back(
      fmt::format("{}; seeds of training: {}. {}", states_text(results), fmt::join(spec.seeds, ", "), cost_sentence(sweep)));
  if (const TrialResults* best = best_trial(sweep)) paragraphs.push_back(best_sentences(sweep, *best));
  paragraphs.push_back(importance_sentence(sweep));
  return fmt::format("{}\n", fmt::join(paragraphs, "\n\n"));
}

}  // namespace agsweep
