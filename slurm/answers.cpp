#include "slurm/answers.hpp"

#include <algorithm>  // std::all_of, std::find
#include <array>
#include <charconv>

#include "base/error.hpp"

namespace agsweep {

namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  if (!is_number(text) || std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return {};
  return number;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t\r") + 1 - first);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// Those with something in them.
std::vector<std::string_view> lines_of(std::string_view output) {
  std::vector<std::string_view> lines;
  for (const std::string_view line : split(output, '\n')) {
    if (!trimmed(line).empty()) lines.push_back(line);
  }
  return lines;
}

/// What SLURM writes for nothing is nothing.
std::string said(std::string_view text) {
  constexpr std::array<std::string_view, 6> nothing = {"None", "(null)", "N/A", "NOT_SET", "INVALID", "UNLIMITED"};
  return std::find(nothing.begin(), nothing.end(), text) == nothing.end() ? std::string(text) : "";
}

}  // namespace

std::optional<std::int64_t> seconds_of_limit(std::string_view limit) {
  constexpr std::int64_t longest = 1'000'000'000;  // of each part: no sum overflows
  const std::size_t dash = limit.find('-');
  const bool has_days = dash != limit.npos;
  std::vector<std::string_view> texts = split(has_days ? limit.substr(dash + 1) : limit, ':');
  if (texts.size() > 3) return {};
  // Hours come first behind days, and among three without them.
  std::size_t part = has_days ? 0 : texts.size() == 3 ? 1 : 2;
  if (has_days) texts.insert(texts.begin(), limit.substr(0, dash));
  std::array<std::int64_t, 4> parts = {};  // days, hours, minutes, seconds
  for (const std::string_view text : texts) {
    const std::optional<std::int64_t> number = number_in(text);
    if (!number || *number > longest) return {};
    parts[part++] = *number;
  }
  const std::int64_t seconds = ((parts[0] * 24 + parts[1]) * 60 + parts[2]) * 60 + parts[3];
  return seconds > 0 ? std::optional((seconds + 59) / 60 * 60) : std::nullopt;
}

std::string parse_sbatch(std::string_view output) {
  std::string found;
  for (const std::string_view line : lines_of(output)) {            // a site's plugins may say something before it, or after
    const std::string_view id = split(trimmed(line), ';').front();  // "12;cluster" in a federation
    if (is_number(id)) found = id;
  }
  if (!found.empty()) return found;
  throw RunTimeError("sbatch: no job id in its answer: {}", output);
}

std::vector<SlurmJob> parse_squeue(std::string_view output) {
  constexpr std::array<std::size_t, 5> widths = {64, 24, 128, 24, 12};
  std::vector<SlurmJob> jobs;
  for (const std::string_view line : lines_of(output)) {
    std::array<std::string_view, widths.size()> cells;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < widths.size(); begin += widths[i], ++i) {
      if (begin < line.size()) cells[i] = trimmed(line.substr(begin, widths[i]));
    }
    const auto& [id, state, reason, time_left, restarts] = cells;
    if (id.empty() || state.empty() || state.find(' ') != state.npos) throw RunTimeError("squeue: not a job: {}", line);
    jobs.push_back({.id = std::string(id),
                    .state = std::string(state),
                    .reason = said(reason),
                    .time_left = said(time_left),
                    .requeues = number_in(restarts)});
  }
  return jobs;
}

std::vector<SlurmJob> parse_sacct(std::string_view output) {
  std::vector<SlurmJob> jobs;
  for (const std::string_view line : lines_of(output)) {
    const std::vector<std::string_view> cells = split(line, '|');
    if (cells.size() != 3) throw RunTimeError("sacct: not a job: {}", line);
    const std::string_view state = cells[1].substr(0, cells[1].find(' '));  // "CANCELLED by 1000"
    std::string reason = state.size() < cells[1].size() ? std::string(trimmed(cells[1].substr(state.size()))) : "";
    if (reason.empty() && cells[2] != "0:0") reason = "exit code " + std::string(cells[2]);
    SlurmJob job{.id = std::string(cells[0]), .state = std::string(state), .reason = std::move(reason), .time_left = {}, .requeues = {}};
    const auto before = std::find_if(jobs.begin(), jobs.end(), [&](const SlurmJob& other) { return other.id == job.id; });
    if (before != jobs.end()) {
      *before = std::move(job);
    } else {
      jobs.push_back(std::move(job));
    }
  }
  return jobs;
}

bool lists_pmix(std::string_view output) {
  std::string words(output);
  std::replace_if(
      words.begin(), words.end(), [](char c) { return c == ',' || c == ':' || c == '\n' || c == '\t' || c == '\r'; }, ' ');
  for (const std::string_view word : split(words, ' ')) {
    if (word == "pmix" || (word.starts_with("pmix_v") && is_number(word.substr(6)))) return true;
  }
  return false;
}

bool is_final(std::string_view state) {
  constexpr std::array<std::string_view, 11> finals = {"BOOT_FAIL", "CANCELLED",     "COMPLETED", "DEADLINE", "FAILED", "LAUNCH_FAILED",
                                                       "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED",  "TIMEOUT"};
  return std::find(finals.begin(), finals.end(), state) != finals.end();
}

}  // namespace agsweep
