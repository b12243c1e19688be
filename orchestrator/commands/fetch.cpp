#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/progress_display.hpp"
#include "base/system.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/fetch/download.hpp"
#include "orchestrator/fetch/download_progress.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/world/launch.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

struct PublishedFile {
  const char* name;
  std::int64_t size;  // bytes
  const char* sha256;
};

// huggingface.co/openai-community/gpt2
constexpr const char* gpt2_url = "https://huggingface.co/openai-community/gpt2/resolve/607a30d783dfa663caf39e06633721c8d4cfcd7e";
constexpr std::array<PublishedFile, 2> gpt2_files = {{
    {"config.json", 665, "0daed7749b4f02b8f76240d5444551d7b08712dab4d0adb8239c56ba823bb7b4"},
    {"model.safetensors", 548105171, "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707"},
}};

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
  if (!line.asked.contains("url")) args.url = gpt2_url;
  if (!args.url.starts_with("https://") && !args.url.starts_with("http://")) {
    throw UsageError("--url: {} does not begin with https:// or http://", args.url);
  }
  if (args.url.ends_with('/')) args.url.pop_back();
  return args;
}

void make_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) throw RunTimeError("{}: cannot make this folder: {}", folder.string(), failure.message());
}

ExitCode run(const Invocation& call) {
  const FetchArgs args = parse(call);
  make_folder(args.out);
  ProgressDisplay display(std::cerr, ProgressStyle::of(STDERR_FILENO), steady_seconds);
  std::vector<std::string> written;
  for (const PublishedFile& file : gpt2_files) {
    const DownloadRequest request{.url = fmt::format("{}/{}", args.url, file.name),
                                  .path = args.out / file.name,
                                  .size = file.size,
                                  .sha256 = file.sha256,
                                  .progress = DownloadProgress(display, file.name, file.size),
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
