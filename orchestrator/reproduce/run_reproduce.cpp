#include "orchestrator/reproduce/run_reproduce.hpp"

#include <algorithm>  // std::find, std::min
#include <cstdio>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/json_text.hpp"
#include "base/shell.hpp"
#include "base/system.hpp"
#include "data/corpus_file.hpp"
#include "orchestrator/confirm/test_trials.hpp"
#include "orchestrator/options/config_file.hpp"  // check_run
#include "orchestrator/options/resolve.hpp"      // is_given
#include "orchestrator/options/seed_list.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/reproduce/inference_file.hpp"
#include "orchestrator/sweep/prepared_sweep.hpp"
#include "orchestrator/sweep/run_sweep.hpp"
#include "orchestrator/sweep/sweep_cost.hpp"
#include "sweeps/reproduction/reproduction_page.hpp"
#include "sweeps/space/resolved_spec.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> parse_models(const std::string& text) {
  std::vector<std::string> models;
  for (std::size_t at = 0; at <= text.size();) {
    const std::string model = text.substr(at, text.find(',', at) - at);
    if (std::ranges::find(published_results, model, &PublishedResult::model) == published_results.end()) {
      throw UsageError("--models: {} is none of scratch, gpt2-lora", model);
    }
    if (std::find(models.begin(), models.end(), model) != models.end()) throw UsageError("--models: {} is there twice", model);
    models.push_back(model);
    at += model.size() + 1;
  }
  return models;
}

Reproduction plan_of(const ReproduceArgs& args, const AskedOptions& options) {
  Reproduction plan{.models = parse_models(args.models),
                    .seeds = parse_seeds(args.seeds, "--seeds"),
                    .epochs_scale = args.epochs_scale,
                    .claims = args.claims};
  if (plan.claims == ClaimScope::all && std::find(plan.seeds.begin(), plan.seeds.end(), tuning_seed) != plan.seeds.end()) {
    throw UsageError("--seeds: {} is the one that --claims all searches for rates with; a fair test needs others", tuning_seed);
  }
  const bool lora = std::find(plan.models.begin(), plan.models.end(), "gpt2-lora") != plan.models.end();
  if (lora && !options.contains("weights")) {
    throw UsageError("--weights is required for gpt2-lora: a folder with GPT-2 small; or give --models scratch");
  }
  if (fs::exists(args.out / "arms") && !args.resume) {
    throw UsageError("--out: a reproduction stands in {}; go on with it by --resume, or choose another folder", args.out.string());
  }
  return plan;
}

/// One command's reproduction, from its plan to its page. Each method is collective over the job but for those that say otherwise.
class Reproducer {
 public:
  Reproducer(Session& session, const std::vector<std::string>& command_line, const ReproduceArgs& args, const AskedOptions& options)
      : session_(session), command_line_(command_line), args_(args), options_(options), timeout_(filled_config(options).timeout) {
    const auto comm = session.world(timeout_);
    together(*comm, [&] {
      plan_ = plan_of(args, options);
      const Corpus corpus = read_corpus(args.data);
      if (corpus.test.rows() == 0) throw DataError("{}: test has no rows", args.data.string());
      rows_ = {std::ssize(corpus.train.labels), std::ssize(corpus.val.labels), std::ssize(corpus.test.labels)};
    });
    arms_ = arms_of(plan_, rows_[0]);
    together(*comm, [&] { require_all_arms(); });
  }

  ExitCode run() {
    tell_cost();
    if (args_.dry_run) return ExitCode::done;
    bool failed = false;
    for (const Arm& arm : arms_) {
      if (session_.rank() == 0) say(fmt::format("{}: {}", arm.name, arm.purpose));
      const ExitCode code = run_sweep(session_, command_line_, trainings_of(arm, rates_of(arm)), options_of_arm(arm));
      if (code != ExitCode::done && code != ExitCode::trials_failed) return code;
      failed = failed || code == ExitCode::trials_failed;
      if (arm.tested) test(arm);
    }
    const auto comm = session_.world(timeout_);
    measure(*comm);
    on_rank_zero(*comm, [&] { publish(); });
    return failed ? ExitCode::trials_failed : ExitCode::done;
  }

 private:
  /// What was trained here before is part of it: the page would lose it, and the claims' family would be another.
  void require_all_arms() const {
    if (!fs::exists(args_.out / "arms")) return;
    for (const fs::directory_entry& entry : fs::directory_iterator(args_.out / "arms")) {
      const std::string name = entry.path().filename().string();
      if (!fs::exists(entry.path() / journal_name) || std::ranges::find(arms_, name, &Arm::name) != arms_.end()) continue;
      throw UsageError("{}: trained before, but no part of this; name the same --models and --claims, or more of them",
                       entry.path().string());
    }
  }

  fs::path folder_of(std::string_view arm) const { return args_.out / "arms" / arm; }

  /// The train options that an arm's model has.
  AskedOptions options_of_arm(const Arm& arm) const {
    AskedOptions options = options_;
    if (arm.model == "scratch") options.erase("weights");
    return options;
  }

  SweepArgs trainings_of(const Arm& arm, const std::vector<double>& rates) const {
    SweepArgs args;
    args.spec_text = resolved_spec(spec_of(arm, rates, plan_, rows_[0]));
    args.data = args_.data;
    args.out = folder_of(arm.name);
    args.resume = args_.resume && fs::exists(args.out / "journal.log");
    args.repair = args.resume && !fs::exists(args.out / "sweep.resolved.toml");  // the spec follows from the plan, as it did
    return args;
  }

  /// An arm's own rates, or the one that its search found.
  std::vector<double> rates_of(const Arm& arm) {
    if (arm.rate_of.empty()) return arm.rates;
    std::vector<double> rates;
    const auto comm = session_.world(timeout_);
    together(*comm, [&] {
      const ReportedSweep sweep = read_reported_sweep(folder_of(arm.rate_of), arm.rate_of, check_run);
      const std::vector<const TrialResults*> best = chosen_trials(sweep);
      if (best.empty()) throw RunTimeError("{}: every training has failed, so there is no best rate", folder_of(arm.rate_of).string());
      rates = {std::get<double>(best.front()->parameters.at("lr"))};
    });
    return rates;
  }

  /// A line an arm that has not ended, and the sum: on stdout for --dry-run, else on stderr.
  void tell_cost() {
    std::FILE* const to = args_.dry_run ? stdout : stderr;
    MeasuredSteps steps;  // most arms of a model share one
    const auto comm = session_.world(timeout_);
    double hours = 0;
    const auto money = [&](double of_hours) {
      return args_.price > 0 ? fmt::format(", {:.2f} at {} an hour", of_hours * args_.price, args_.price) : "";
    };
    for (const Arm& arm : arms_) {
      std::int64_t ended = 0;
      on_rank_zero(*comm, [&] { ended = fs::exists(folder_of(arm.name) / "sweep.resolved.toml") && is_ended(arm) ? 1 : 0; });
      comm->all_reduce_max({&ended, 1});
      if (ended == 1) continue;
      const PreparedSweep sweep = prepare_sweep(*comm, trainings_of(arm, arm.rates), options_of_arm(arm));
      on_rank_zero(*comm, [&] {
        const SweepEstimate estimate = estimate_sweep(sweep, first_point(sweep.plan.spec), steps);
        const double arm_hours = estimate.seconds / 3600;
        hours += arm_hours;
        fmt::print(to, "{} ({}): trainings: {}, epochs at most: {:.0f}, device-hours about {:.3g}{}\n", arm.name, arm.purpose,
                   estimate.trials, estimate.forecast.epochs, arm_hours, money(arm_hours));
      });
    }
    if (session_.rank() == 0) {
      fmt::print(to, "all of it: device-hours about {:.3g}{}; with {} at once about {}\n", hours, money(hours), session_.size(),
                 duration_text(hours * 3600 / session_.size()));
    }
  }

  /// On rank 0.
  bool is_ended(const Arm& arm) const {
    const SweepResults sweep = read_sweep(folder_of(arm.name));
    return sweep.closed && std::ssize(sweep.trials) >= std::ssize(arm.rates) * (arm.rates.size() > 1 ? 1 : std::ssize(plan_.seeds));
  }

  void test(const Arm& arm) {
    const auto comm = session_.world(timeout_);
    std::vector<std::int64_t> trials;
    together(*comm, [&] {
      const ReportedSweep sweep = read_reported_sweep(folder_of(arm.name), arm.name, check_run);
      for (const TrialResults* trial : chosen_trials(sweep)) trials.push_back(trial->number);
    });
    const AskedOptions options = options_of_arm(arm);
    test_trials(*comm, folder_of(arm.name), trials, args_.data, filled_config(options).weights);
  }

  /// Each model's first training, once; a rehearsal's as briefly as it trains.
  void measure(Communicator& comm) {
    const double seconds = 3 * std::min(1.0, args_.epochs_scale);
    const int threads = is_given(options_, "threads") ? filled_config(options_).threads : 0;
    for (const std::string& model : plan_.models) {
      const fs::path folder = folder_of(model);
      const fs::path weights = model == "scratch" ? fs::path() : filled_config(options_).weights;
      write_inference_file(comm, folder, args_.data, weights, threads, seconds);
    }
  }

  /// On rank 0.
  void publish() {
    Reproduced reproduced{.plan = plan_, .rows = rows_, .arms = {}};
    for (const Arm& arm : arms_) reproduced.arms.emplace(arm.name, read_tested_model(folder_of(arm.name), arm.name, check_run));
    ReproductionFacts facts{.inference = {}, .command = repeating_command(), .price = {}};
    if (args_.price > 0) facts.price = args_.price;
    for (const std::string& model : plan_.models) {
      if (auto measured = read_inference_file(folder_of(model))) facts.inference.emplace(model, std::move(*measured));
    }
    const std::string json = json_text(reproduction_json(reproduced, facts)) + "\n";
    write_file_atomically(args_.out / "reproduction.json", json);
    fmt::print("{}", args_.json ? json : reproduction_text(reproduced, facts));
    try {
      write_file_atomically(args_.out / "report.html", reproduction_page(reproduced, facts).html);
      say(fmt::format("to read: {}", (args_.out / "report.html").string()));
    } catch (const Error& error) {            // without gnuplot there is none
      fs::remove(args_.out / "report.html");  // an earlier one would say something else than reproduction.json
      say(fmt::format("no report.html: {}", error.what()));
    }
  }

  std::string repeating_command() const {
    std::vector<std::string> words = command_line_;
    std::erase(words, "--resume");
    return shell_command(words);
  }

  Session& session_;
  const std::vector<std::string>& command_line_;
  const ReproduceArgs& args_;
  const AskedOptions& options_;
  double timeout_;
  Reproduction plan_;
  std::array<std::int64_t, 3> rows_{};
  std::vector<Arm> arms_;
};

}  // namespace

ExitCode run_reproduce(Session& session, const std::vector<std::string>& command_line, const ReproduceArgs& args,
                       const AskedOptions& options) {
  return Reproducer(session, command_line, args, options).run();
}

}  // namespace agsweep
