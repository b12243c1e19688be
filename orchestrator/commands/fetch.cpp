#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/progress_display.hpp"
#include "base/shell.hpp"
#include "base/system.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/fetch/download.hpp"
#include "orchestrator/fetch/published_gpt2.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/world/launch.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

struct FetchArgs {
  fs::path out;
  std::string url;
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
  if (!line.asked.contains("url")) args.url = published_gpt2_url;
  if (!args.url.starts_with("https://") && !args.url.starts_with("http://")) {
    throw UsageError("--url: {} does not begin with https:// or http://", args.url);
  }
  if (args.url.ends_with('/')) args.url.pop_back();
  return args;
}

ExitCode run(const Invocation& call) {
  const FetchArgs args = parse(call);
  make_folder(args.out);
  ProgressDisplay display(std::cerr, ProgressStyle::of(STDERR_FILENO), steady_seconds);
  std::vector<std::string> written;
  for (const PublishedFile& file : published_gpt2_files) {
    const DownloadRequest request{.url = fmt::format("{}/{}", args.url, file.name),
                                  .path = args.out / file.name,
                                  .size = file.size,
                                  .sha256 = std::string(file.sha256),
                                  .progress = DownloadProgress(display, std::string(file.name), file.size),
                                  .message = [&](std::string_view line) { display.message(line); }};
    if (download(request)) written.push_back(request.path.string());
  }
  fmt::print(
      "{} {} (SHA-256 as published); use: {}\n", written.empty() ? "nothing to do: all is in" : "wrote",
      written.empty() ? args.out.string() : fmt::format("{}", fmt::join(written, " and ")),
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
