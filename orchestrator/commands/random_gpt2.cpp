#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "base/error.hpp"
#include "data/tokenizer.hpp"  // gpt2_vocabulary
#include "orchestrator/commands/command.hpp"
#include "orchestrator/export/new_folder.hpp"
#include "orchestrator/options/command_line.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"  // gpt2_count
#include "workers/gpt2/random_gpt2.hpp"

namespace agsweep {

namespace {

struct RandomGpt2Args {
  std::filesystem::path out;
  std::int64_t layers = 2;
  std::int64_t d_model = 64;
  std::int64_t heads = 2;
  std::int64_t ffn = 256;
  std::int64_t positions = 128;
  std::int64_t vocabulary = gpt2_vocabulary;
  std::uint64_t seed = 42;
};

/// Sizes up to those of the largest GPT-2 that was published.
OptionTable<RandomGpt2Args> table() {
  using A = RandomGpt2Args;
  return {
      {&A::out, {.name = "out", .placeholder = "DIR", .required = true, .help = "folder for config.json and model.safetensors"}},
      {&A::layers, {.name = "layers", .range = between(1, 48), .help = "transformer blocks"}},
      {&A::d_model, {.name = "d-model", .range = between(1, 1600), .help = "width of the token vectors"}},
      {&A::heads, {.name = "heads", .range = between(1, 1600), .help = "attention heads; divide --d-model"}},
      {&A::ffn, {.name = "ffn", .range = between(1, 6400), .help = "width of the feed-forward layer"}},
      {&A::positions, {.name = "positions", .range = between(1, 1024), .help = "tokens of a row, at most"}},
      {&A::vocabulary,
       {.name = "vocabulary", .range = between(1, gpt2_vocabulary), .help = "tokens that it knows; at most those of GPT-2's tokenizer"}},
      {&A::seed, {.name = "seed", .range = at_least(0), .help = "of the random weights"}},
  };
}

/// What it writes, and what transformers would take in its place.
constexpr std::array model_files = {"config.json", "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"};

ExitCode run(const Invocation& call) {
  const auto args = parsed(table(), call.arguments);
  if (args.d_model % args.heads != 0) throw UsageError("--heads: {} does not divide --d-model {}", args.heads, args.d_model);
  NewFolder folder(args.out, "--out", model_files);
  const Gpt2Config config = {.vocabulary = args.vocabulary,
                             .positions = args.positions,
                             .width = args.d_model,
                             .layers = args.layers,
                             .heads = args.heads,
                             .ffn = args.ffn};
  write_random_gpt2(folder.path(), config, args.seed);
  folder.keep();
  fmt::print("wrote config.json and model.safetensors to {}: a GPT-2 of {} parameters with random weights, which was never trained\n",
             args.out.string(), gpt2_count(config));
  return ExitCode::done;
}

}  // namespace

Command random_gpt2_command() {
  return {.name = "random-gpt2",
          .usage = "--out DIR [options]",
          .summary = "a tiny GPT-2 with random weights, for trying gpt2-lora without a download",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
