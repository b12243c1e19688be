#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/shell.hpp"
#include "base/system.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/fetch/http_transfer.hpp"  // check_folder_url
#include "orchestrator/fetch/published_gpt2.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/output_path.hpp"
#include "orchestrator/terminal/progress_display.hpp"
#include "orchestrator/world/launch.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

struct FetchArgs {
  fs::path out;
  std::string url{published_gpt2_url};
};

OptionTable<FetchArgs> table() {
  using A = FetchArgs;
  return {
      {&A::out,
       {.name = "out",
        .placeholder = "DIR",
        .required = true,
        .help = "folder of config.json and model.safetensors; another file of that name is replaced when the new one is whole"}},
      {&A::url,
       {.name = "url", .placeholder = "URL", .help = "where the two files are; not given, openai-community/gpt2 on huggingface.co"}},
  };
}

FetchArgs parse(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"MODEL"});
  if (line.positional[0] != "gpt2") throw UsageError("{}: unknown model; known: gpt2", line.positional[0]);
  FetchArgs args;
  fill(table(), line.asked, args);
  check_folder_url(args.url, "--url");
  if (args.url.ends_with('/')) args.url.pop_back();
  return args;
}

ExitCode run(const Invocation& call) {
  const FetchArgs args = parse(call);
  for (const PublishedFile& file : published_gpt2_files) require_output(args.out / file.name, "--out", {});
  ProgressDisplay display(std::cerr, ProgressStyle::of(STDERR_FILENO), steady_seconds);
  const std::vector<std::string> written = download_published_gpt2(args.url, args.out, display);
  fmt::print(
      "{} (SHA-256 as published); use: {}\n",
      written.empty() ? fmt::format("nothing to do: all is in {}", args.out.string())
                      : fmt::format("wrote {}", fmt::join(written, " and ")),
      shell_command({"agsweep", "train", "--model", "gpt2-lora", "--weights", args.out.string(), "--data", "data.h5", "--out", "RUN"}));
  return ExitCode::done;
}

}  // namespace

Command fetch_command() {
  return {.name = "fetch",
          .usage = "gpt2 --out DIR [--url URL]",
          .summary = "downloads GPT-2's published weights and checks them; goes on where it was stopped",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
