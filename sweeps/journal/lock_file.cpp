#include "sweeps/journal/lock_file.hpp"

#include <algorithm>
#include <limits>
#include <random>  // std::random_device

#include <fmt/format.h>

#include "base/error.hpp"
#include "sweeps/journal/journal_line.hpp"

namespace agsweep {

namespace {

constexpr std::size_t token_length = 32;
constexpr std::string_view hexadecimal = "0123456789abcdef";

bool is_token(std::string_view text) { return text.size() == token_length && text.find_first_not_of(hexadecimal) == text.npos; }

}  // namespace

std::string new_token() {
  std::random_device bits;
  std::string token;
  while (token.size() < token_length) token += fmt::format("{:08x}", bits());
  return token;
}

std::string counter_text(std::uint64_t counter) { return fmt::format("{:20}", counter); }

std::string lock_text(const LockHolder& holder) {
  const JournalLine fields = {{"token", holder.token},
                              {"host", holder.process.host},
                              {"pid", holder.process.pid},
                              {"process_start", holder.process.start},
                              {"pid_space", holder.process.pid_space},
                              {"slurm_job_id", holder.slurm_job},
                              {"slurm_restart_count", holder.slurm_restarts}};
  std::string text = fields.dump(-1, ' ', false, JournalLine::error_handler_t::replace);
  text.pop_back();
  return fmt::format("{},\"counter\":{}}}\n", text, counter_text(holder.counter));
}

std::optional<LockHolder> parse_lock(std::string_view text) try {
  constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
  const std::optional<JournalLine> line = parse_journal_line(text);
  if (!line) return std::nullopt;
  LockHolder holder = {
      .token = text_of(*line, "token"),
      .process = {.host = text_of(*line, "host"),
                  .pid = whole_number_of(*line, "pid", 1, std::numeric_limits<std::int32_t>::max()),
                  .start = whole_number_of(*line, "process_start", 0, any),
                  .pid_space = text_of(*line, "pid_space")},
      .slurm_job = text_of(*line, "slurm_job_id"),
      .slurm_restarts = whole_number_of(*line, "slurm_restart_count", 0, any),
      .counter = static_cast<std::uint64_t>(whole_number_of(*line, "counter", 0, any)),
  };
  if (!is_token(holder.token)) return std::nullopt;
  return holder;
} catch (const DataError&) {
  return std::nullopt;
}

}  // namespace agsweep
